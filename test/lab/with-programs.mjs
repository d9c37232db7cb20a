// Runs a command with the kubectl and Helm of the tests first in PATH.
// usage: node with-programs.mjs COMMAND [ARGUMENTS…]
import { spawnSync } from 'node:child_process'
import { delimiter } from 'node:path'
import { programDirectory } from './programs.mjs'

const [command = 'node', ...args] = process.argv.slice(2)
const PATH = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
const { status, error } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PATH } })
if (error !== undefined) throw error
process.exit(status ?? 1)
