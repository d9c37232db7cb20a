// Bundles one of the project's own TypeScript programs and runs it.
// usage: node run-ts.mjs FILE.ts [ARGUMENTS…]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
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
// A separate process, so that the memory of the bundler does not count in benchmarks.
const program = join(directory, `${basename(file, '.ts')}.js`)
const { status } = spawnSync(process.execPath, [...process.execArgv, program, ...args], { stdio: 'inherit' })
process.exitCode = status ?? 1
