import { setFlagsFromString } from 'node:v8'
import { sealEnvironment } from '../../io/environment.ts'
import { runCli } from './program.ts'
import { terminalProgress } from './progress.ts'

/** Prepares this process, runs a command line in it and sets the exit code. */
export async function start(args: readonly string[]): Promise<void> {
  // A deprecation inside a library is of no use to the user of this program.
  Reflect.set(process, 'noDeprecation', true)

  // Most of the time goes to kustomize and Helm: half the heap makes a run hardly slower.
  setFlagsFromString('--optimize-for-size')
  setFlagsFromString('--semi-space-growth-factor=1')

  // The exit handlers remove the copies of sources.
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))

  process.exitCode = await runCli(
    {
      cwd: process.cwd(),
      env: sealEnvironment(),
      stdout: (text) => process.stdout.write(text),
      stderr: (text) => process.stderr.write(text),
      colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
      progress: terminalProgress(process.stderr),
      now: () => new Date(),
    },
    args,
  )
}
