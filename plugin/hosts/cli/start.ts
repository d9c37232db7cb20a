import { setFlagsFromString } from 'node:v8'
import { sealEnvironment } from '../../io/environment.ts'
import { type Terminal, terminalLines } from '../../model/text/terminal.ts'
import { mediumOf } from '../../model/text/text.ts'
import type { Host } from '../../run/host.ts'
import { bugText, runCli } from './program.ts'
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

  // A reader that has enough, such as `head`, closes the pipe: the rest is not wanted.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
      throw error
    })

  process.once('uncaughtException', (error) => {
    stderr(bugText(error))
    process.exit(70)
  })

  process.exitCode = await runCli(
    {
      cwd: process.cwd(),
      env: sealEnvironment(),
      stdout,
      stderr,
      colour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
      progress: terminalProgress({ isTTY: process.stderr.isTTY === true, write: stderr }),
      now: () => new Date(),
    },
    args,
  )
}

const stderr = (text: Terminal): void => {
  process.stderr.write(text.toString())
}

/** Data reaches programs and files as it is; on a terminal every character of it is shown. */
const stdout: Host['stdout'] = (text) => {
  const isShown = mediumOf(text) === 'data' && process.stdout.isTTY === true
  process.stdout.write((isShown ? terminalLines(text.toString()) : text).toString())
}
