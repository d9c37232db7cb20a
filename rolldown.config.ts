import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'
import { billOfMaterials, licenceTexts, packagesOf } from './config/bundle/packages.ts'
import { buildPageClient } from './config/bundle/page-client.ts'

const { name, version, repository } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string
  version: string
  repository: { url: string }
}

/** The published schemas of this version, in the account that package.json names. */
function schemasUrl(): string {
  const owner = /github\.com\/([\w-]+)\//.exec(repository.url)?.[1] ?? 'OWNER'
  const isNamed = owner !== 'OWNER'
  const place = isNamed ? `${owner}/gitops-tortoise/v${version}` : 'your-org/gitops-tortoise/main'
  return `https://raw.githubusercontent.com/${place}/config`
}

/** Differs for each content of the sources: results of another build are not used. */
function buildId(): string {
  const hash = createHash('sha256').update(readFileSync('package-lock.json'))
  for (const room of ['plugin', 'renderers', 'config'])
    for (const file of readdirSync(room, { recursive: true, encoding: 'utf8' }).sort())
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(room, file)))
  return hash.digest('base64url')
}

/** Writes what the bundles hold of other packages: a bill of materials, and their licences. */
const inventory: Plugin = {
  name: 'inventory',
  async generateBundle(_, bundle) {
    const modules = Object.values(bundle).flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []))
    const client = await buildPageClient()
    this.emitFile({ type: 'asset', fileName: 'page-client.json', source: client.json })
    const packages = packagesOf([...modules, ...client.modules])
    this.emitFile({
      type: 'asset',
      fileName: 'sbom.cdx.json',
      source: billOfMaterials({ name, version }, packages),
    })
    this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source: licenceTexts(packages) })
  },
}

/** The programs that ship (`tortoise`, `action`) and the project's own tools, bundled as ESM for Node 20 and 24. */
export default defineConfig({
  input: {
    tortoise: 'plugin/hosts/cli/main.ts',
    action: 'plugin/hosts/action/main.ts',
    'describe-commands': 'plugin/hosts/cli/describe-commands.ts',
  },
  platform: 'node',
  logLevel: 'warn',
  transform: {
    define: {
      __VERSION__: JSON.stringify(version),
      __BUILD__: JSON.stringify(buildId()),
      __SCHEMAS__: JSON.stringify(schemasUrl()),
    },
  },
  output: {
    dir: 'dist',
    format: 'esm',
    cleanDir: true,
    entryFileNames: '[name].js',
    // Beside the entries: what a module finds beside itself is found wherever it is bundled.
    chunkFileNames: '[name]-chunk.js',
    comments: { legal: false },
    banner: (chunk) => (chunk.fileName === 'tortoise.js' ? '#!/usr/bin/env node' : ''),
  },
  plugins: [
    inventory,
    {
      name: 'demo-files',
      writeBundle: () => cpSync('plugin/hosts/demo/files', 'dist/demo', { recursive: true }),
    },
  ],
})
