import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrograms } from '../../../../plugin/io/programs.ts'
import { nearby } from '../../../../plugin/trace/sources/nearby.ts'
import { scanRepository } from '../../../../plugin/trace/sources/scan.ts'
import { namedPaths } from '../../../../renderers/kustomize/named-paths.ts'
import { createRenderer } from '../../../../renderers/renderers.ts'
import { memoryView } from '../../memory-view.ts'

describe('the paths that a kustomization may refer to', () => {
  it.each<[string, readonly string[]]>([
    ['resources:\n  - ../../base\n', ['a/b/resources', 'base']],
    ['resources: [one.yaml, "two.yaml"]\n', ['a/b/resources', 'a/b/one.yaml', 'a/b/two.yaml']],
    ['configMapGenerator: [{files: [k=../x/f.txt]}]', ['a/x/f.txt']],
    ['patches:\n- path: ./p.yaml # why\n', ['a/b/p.yaml']],
    ['bases:\n- ../c/\n', ['a/c']],
  ])('are the words of %j', (text, paths) => {
    expect(namedPaths(text, 'a/b')).toEqual(expect.arrayContaining([...paths]))
  })

  it.each([
    'resources: ["..\\x2f..\\x2fbase"]',
    'generators: [g.yaml]',
    'Transformers: [t.yaml]',
    'helmCharts: [{name: web}]',
    'resources: [über/base]',
    'resources: ["my dir/../base"]',
    'resources: [a/../../base]',
    'resources: [..;/base]',
    'resources: [;/../base]',
    'files: [key=../../../base]',
  ])('are unclear in %j', (text) => {
    expect(namedPaths(text, 'a/b')).toBeUndefined()
  })

  it('never go out of the repository', () => {
    expect(namedPaths('resources: [../../../x]', 'a/b')).not.toContain('../x')
  })
})

const names = fc.constantFrom('base', 'web', 'prod', 'x.y', 'shared', 'on')
const directory = fc.array(names, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'))
const reference = fc.tuple(fc.nat(3), fc.option(directory), fc.boolean()).map(([up, down, slash]) => {
  const path = `${'../'.repeat(up)}${down ?? 'web.yaml'}`
  return slash && down !== null ? `${path}/` : path
})
const written = fc.constantFrom(
  (all: readonly string[]) => `resources:\n${all.map((one) => `  - ${one}\n`).join('')}`,
  (all: readonly string[]) => `resources: [${all.map((one) => `'${one}'`).join(', ')}]\n`,
  (all: readonly string[]) => `components: ${JSON.stringify(all)}\n`,
  (all: readonly string[]) => `configMapGenerator:\n- files: [${all.map((one) => `key=${one}`).join(',')}]\n`,
)
const kustomization = fc
  .tuple(fc.array(reference, { minLength: 1, maxLength: 3 }), written)
  .map(([references, write]) => write(references))
const repository = fc.dictionary(directory, kustomization, { minKeys: 2, maxKeys: 9 }).map((texts) => ({
  ...Object.fromEntries(Object.keys(texts).map((path) => [`${path}/web.yaml`, 'kind: Service\n'])),
  ...Object.fromEntries(Object.entries(texts).map(([path, text]) => [`${path}/kustomization.yaml`, text])),
}))

describe('the kustomizations near a file', () => {
  it('are at least all those that read it', async () => {
    const renderer = createRenderer({ programs: createPrograms({}, '') })
    let readers = 0
    await fc.assert(
      fc.asyncProperty(repository, fc.nat(), async (files, index) => {
        const view = memoryView(files)
        const paths = Object.keys(files)
        const file = paths[index % paths.length] ?? ''
        const scan = await scanRepository(view, renderer.kinds)
        const composing = scan.found.filter(({ kind }) => kind.composes === true)
        const near = new Set((await nearby([file], composing, { scan, view })).map((one) => one.source.id))
        for (const { source } of composing) {
          const inputs = await renderer.inputs(source, view)
          if (!inputs.some(({ path }) => path === file)) continue
          readers += 1
          expect([...near]).toContain(source.id)
        }
      }),
      { numRuns: 500 },
    )
    expect(readers).toBeGreaterThan(250)
  })

  it('are all of them where the name of the file is no plain word', async () => {
    const view = memoryView({ 'a/kustomization.yaml': 'resources: []', 'b/my file.yaml': 'kind: Service' })
    const renderer = createRenderer({ programs: createPrograms({}, '') })
    const scan = await scanRepository(view, renderer.kinds)
    expect(await nearby(['b/my file.yaml'], scan.found, { scan, view })).toEqual(scan.found)
    expect(await nearby(['b/file.yaml'], scan.found, { scan, view })).toEqual([])
  })

  it('are those that refer to a link, or are one', async () => {
    const view = memoryView({
      'a/kustomization.yaml': 'resources: [link/x.yaml]',
      'b/kustomization.yaml': '-> ../a/kustomization.yaml',
      'c/kustomization.yaml': 'resources: [other.yaml]',
      'a/link': '-> ../d',
      'd/x.yaml': 'kind: Service',
    })
    const renderer = createRenderer({ programs: createPrograms({}, '') })
    const scan = await scanRepository(view, renderer.kinds)
    const near = await nearby(['d/x.yaml'], scan.found, { scan, view })
    expect(near.map(({ source }) => source.id)).toEqual(['a', 'b'])
  })
})
