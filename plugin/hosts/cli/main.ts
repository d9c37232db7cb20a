import { setFlagsFromString } from 'node:v8'
import { runCli } from './program.ts'
import { terminalProgress } from './progress.ts'

// Deprecations inside libraries say nothing to the user of this program.
Reflect.set(process, 'noDeprecation', true)

// The time goes to the programs that are started: a heap half as large costs next to nothing.
setFlagsFromString('--optimize-for-size')
setFlagsFromString('--semi-space-growth-factor=1')

// A signal ends the program in order: copies of sources are removed on the way out.
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

const colour = process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined

process.exitCode = await runCli(
  {
    cwd: process.cwd(),
    env: process.env,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    colour,
    progress: terminalProgress(process.stderr),
    now: () => new Date(),
  },
  process.argv.slice(2),
)
