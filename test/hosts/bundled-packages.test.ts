import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'
import config from '../../rolldown.config.ts'
import { program } from './program.ts'

const dist = dirname(program)
const text = (file: string): string => readFileSync(join(dist, file), 'utf8')
const bill = JSON.parse(text('sbom.cdx.json')) as {
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[]
}

/** Names of the packages with code in the bundles, by the source maps of a build of its own. */
async function mappedPackages(): Promise<ReadonlySet<string>> {
  const bundle = await rolldown(config)
  const { output } = await bundle.generate({ ...config.output, sourcemap: true })
  await bundle.close()
  const sources = output.flatMap((one) => (one.type === 'chunk' ? (one.map?.sources ?? []) : []))
  const names = sources.flatMap(
    (source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source ?? '')?.[1] ?? [],
  )
  return new Set(names)
}

describe('the package', () => {
  it('has a valid CycloneDX bill of materials', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
    expect(await validator.validate(text('sbom.cdx.json'))).toBeNull()
  })

  it('lists every package with code in the bundles', async () => {
    const mapped = await mappedPackages()
    expect(mapped.size).toBeGreaterThan(100)
    const listed = new Set(bill.components.map(({ name }) => name))
    expect([...mapped].filter((name) => !listed.has(name))).toEqual([])
  })

  it('lists what is in the script of the HTML report', () => {
    const listed = bill.components.map(({ name }) => name)
    expect(listed).toEqual(
      expect.arrayContaining(['@tanstack/table-core', '@tanstack/virtual-core', 'uplot']),
    )
    expect(text('THIRD-PARTY-LICENCES.txt')).toContain('Leon Sorokin')
  })

  it('names each package and its licence', () => {
    const licences = text('THIRD-PARTY-LICENCES.txt').split('\n')
    for (const { name, version } of bill.components)
      expect(licences.filter((line) => line.startsWith(`${name} ${version} (`))).toHaveLength(1)
  })
})
