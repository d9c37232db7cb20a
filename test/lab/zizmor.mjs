// Installs zizmor, which checks workflows for weaknesses, from its Python package.
// usage: npm run lab:zizmor   (needs Python 3 with venv)
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDirectory } from './cache.mjs'

const release = '1.32.0'
const directory = cacheDirectory(`zizmor-${release}`)
const program = join(directory, 'bin/zizmor')

/**
 * The program; `undefined` when `npm run lab:zizmor` has not run.
 *
 * @returns {string | undefined}
 */
export const zizmor = () => (existsSync(program) ? program : undefined)

function install() {
  mkdirSync(directory, { recursive: true })
  try {
    execFileSync('python3', ['-m', 'venv', directory], { stdio: 'inherit' })
    execFileSync(join(directory, 'bin/pip'), ['install', '--quiet', `zizmor==${release}`], {
      stdio: 'inherit',
    })
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }
}

if (process.argv[1] === import.meta.filename) {
  if (zizmor() === undefined) install()
  console.log(`zizmor is ${zizmor()}`)
}
