// Runs a command with the kubectl and Helm of the tests first in PATH.
// usage: node with-programs.mjs COMMAND [ARGUMENTS…]
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { programDirectory } from './programs.mjs'

const [command = 'node', ...args] = process.argv.slice(2)
const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: environment() })
if (error !== undefined) throw error
process.exit(status ?? 1)

function environment() {
  const { env, platform } = process
  // What is started refuses there by itself.
  if (platform === 'win32') return env
  try {
    return { ...env, PATH: [programDirectory('v35'), env['PATH'] ?? ''].join(delimiter) }
  } catch (failure) {
    console.error(failure instanceof Error ? failure.message : String(failure))
    process.exit(1)
  }
}
