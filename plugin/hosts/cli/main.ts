import { runCli } from './program.ts'
import { terminalProgress } from './progress.ts'

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
