import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package with code in the bundles. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** SPDX expression, as the package's manifest gives it. */
  readonly license: string
  /** Texts of its licence and notice files. */
  readonly texts: readonly string[]
}

/** The packages that bundled modules belong to, by name and version; our own modules belong to none. */
export function packagesOf(modules: Iterable<string>): readonly BundledPackage[] {
  const directories = new Set([...modules].flatMap((file) => packageDirectory(file) ?? []))
  const found = new Map([...directories].map(readPackage).map((one) => [`${one.name}@${one.version}`, one]))
  return [...found.values()].toSorted((a, b) =>
    `${a.name}@${a.version}`.localeCompare(`${b.name}@${b.version}`, 'en'),
  )
}

/** The directory of the package that a module is part of; `undefined` outside `node_modules`. */
function packageDirectory(file: string): string | undefined {
  const path = file.replace(/^\0/, '').replace(/\?.*$/, '')
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)
  return match?.[1]
}

function readPackage(directory: string): BundledPackage {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string | { readonly type?: string }
  }
  const texts = readdirSync(directory)
    .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
    .sort()
    .map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return {
    name,
    version,
    license: typeof license === 'string' ? license : (license?.type ?? 'NOASSERTION'),
    texts,
  }
}

/** The bill of materials of the bundles: CycloneDX 1.6, the same bytes for the same packages. */
export function billOfMaterials(
  own: { readonly name: string; readonly version: string },
  packages: readonly BundledPackage[],
): string {
  const purl = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`
  const root = {
    type: 'application',
    'bom-ref': purl(own.name, own.version),
    ...own,
    purl: purl(own.name, own.version),
  }
  const components = packages.map(({ name, version, license }) => ({
    type: 'library',
    'bom-ref': purl(name, version),
    name,
    version,
    licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }],
    purl: purl(name, version),
  }))
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: root },
    components,
    dependencies: [{ ref: root['bom-ref'], dependsOn: components.map((one) => one['bom-ref']) }],
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** The licences of the bundled packages, one section a package. Throws for a package without a licence. */
export function licenceTexts(packages: readonly BundledPackage[]): string {
  const sections = packages.map(({ name, version, license, texts }) => {
    if (license === 'NOASSERTION' && texts.length === 0)
      throw new Error(`${name} ${version} names no licence`)
    return [`${name} ${version} (${license})`, '', ...texts].join('\n')
  })
  return `This program contains code of the packages below.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`
}
