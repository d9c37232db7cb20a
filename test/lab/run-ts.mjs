// Bundles one of the project's own TypeScript programs and runs it.
// usage: node run-ts.mjs FILE.ts [ARGUMENTS…]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'

const [file = '', ...args] = process.argv.slice(2)
const cache = join(import.meta.dirname, '../../node_modules/.cache')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'tortoise-tool-'))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
await build({
  input: resolve(file),
  platform: 'node',
  logLevel: 'warn',
  external: [/^[^./]/],
  output: { dir: directory, format: 'esm', entryFileNames: '[name].js' },
})
process.argv = [process.argv[0] ?? 'node', file, ...args]
await import(pathToFileURL(join(directory, `${basename(file, '.ts')}.js`)).href)
