import { setFlagsFromString } from 'node:v8'
import { sealEnvironment } from '../../io/environment.ts'
import { endOnSignals } from '../../io/interrupts.ts'
import { platformRefusal } from '../../io/platform.ts'
import { type Terminal, terminal, terminalLines } from '../../model/text/terminal.ts'
import { mediumOf } from '../../model/text/text.ts'
import type { Host } from '../../run/host.ts'
import { bugText, runCli } from './program.ts'
import { liveColumns, terminalProgress, usesColour } from './progress.ts'
import { wrapLines } from './wrap.ts'

/** Prepares this process, runs a command line in it and sets the exit code. */
export async function start(args: readonly string[]): Promise<void> {
  const refusal = platformRefusal(process.platform)
  if (refusal !== undefined) {
    stderr(terminal`error: ${refusal}\n`)
    process.exitCode = 2
    return
  }
  // A deprecation inside a library is of no use to the user of this program.
  Reflect.set(process, 'noDeprecation', true)

  // A small young generation and a heap that grows in small steps: less memory than V8 takes by itself, at the same speed.
  // Small steps cost a tenth of a short command.
  setFlagsFromString('--semi-space-growth-factor=1')
  setTimeout(() => setFlagsFromString('--heap-growing-percent=30'), 1_000).unref()
  // V8 of Node 20 optimises functions so early that a short command spends a quarter of its processor time on that.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=600000')

  endOnSignals()

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

  const { env } = process
  const { isTTY = false, columns } = process.stderr
  const { progress, clear } = terminalProgress({
    columns: liveColumns({ isTTY, columns }, env),
    write: stderr,
  })
  process.once('exit', clear)
  const colour = usesColour(process.stdout.isTTY === true, env)
  const cleared =
    <T>(print: (text: T) => void) =>
    (text: T): void => {
      clear()
      print(text)
    }
  process.exitCode = await runCli(
    {
      cwd: process.cwd(),
      env: sealEnvironment(),
      stdout: cleared(stdoutOf(args)),
      stderr: cleared(stderr),
      colour,
      ...(process.stdout.isTTY === true && { columns: process.stdout.columns || 80 }),
      progress,
      now: () => new Date(),
    },
    args,
  )
}

const stderr = (text: Terminal): void => {
  process.stderr.write(fitted(text.toString(), process.stderr))
}

/** A text with its lines broken between words where a terminal would break them within. */
const fitted = (text: string, { isTTY, columns }: NodeJS.WriteStream): string =>
  isTTY === true && text.length > (columns || 80) ? wrapLines(text, columns || 80) : text

/** Commands that print files or differences: their lines are those of the files, and people copy them. */
const withFiles: readonly string[] = ['set', 'init', 'render', 'completion', 'emergency']

/** Data reaches programs and files as it is; on a terminal every character of it is shown, and sentences are broken between words. */
const stdoutOf = (args: readonly string[]): Host['stdout'] => {
  const isFile = withFiles.includes(args.find((one) => !one.startsWith('-')) ?? '')
  return (text) => print(text, isFile)
}

const print = (text: Parameters<Host['stdout']>[0], isFile: boolean): void => {
  const isTerminal = process.stdout.isTTY === true
  const isShown = mediumOf(text) === 'data' && isTerminal
  const shown = (isShown ? terminalLines(text.toString()) : text).toString()
  process.stdout.write(mediumOf(text) === 'terminal' && !isFile ? fitted(shown, process.stdout) : shown)
}
