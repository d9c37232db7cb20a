import { Command, CommanderError } from 'commander'
import { asExpected } from '../../io/system-problem.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { visible } from '../../model/text/clean.ts'
import { type Terminal, terminal, terminalLines } from '../../model/text/terminal.ts'
import { terminalProblem } from '../../report/problem.ts'
import type { Host } from '../../run/host.ts'
import { commandFrom, debugDescription, readCommandTable } from './command-table.ts'
import { commands } from './commands.ts'
import { debugPrograms } from './debug.ts'
import { Ended, Refused } from './exit-error.ts'
import { type Verbosity, verbosityDescriptions, withVerbosity } from './verbosity.ts'

declare const __VERSION__: string

/** Runs a command line. Returns its exit code: 0 done, 1 refused, 2 expected stop, 70 a bug in Tortoise. */
export async function runCli(shown: Host, args: readonly string[]): Promise<number> {
  const host = withVerbosity(shown, () => program.opts<Verbosity>())
  const program = new Command('tortoise')
    .description('Right-sizes Kubernetes workloads and commits the change, proved by rendering, to Git.')
    .version(__VERSION__)
    .exitOverride()
    .option('-q, --quiet', verbosityDescriptions.quiet)
    .option('-v, --verbose', verbosityDescriptions.verbose)
    .option('--debug', debugDescription)
    .configureOutput({
      writeOut: (text) => host.stdout(terminalLines(text)),
      writeErr: (text) => host.stderr(terminalLines(withVisible(args, text))),
    })
    .hook('preAction', (_, command) => {
      debugPrograms(host, { debug: program.opts()['debug'] === true, command: command.name() })
    })
    .showHelpAfterError('Add --help to see how it is used.')
  for (const command of await commandsFor(host, args)) {
    program.addCommand(command.copyInheritedSettings(program))
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return report(host, asExpected(error))
  }
}

/** A message about a command line, in which every argument stays on its line. */
const withVisible = (args: readonly string[], text: string): string =>
  args
    .flatMap((one) => [one, ...one.split('=')])
    .filter((one) => one.includes('\n'))
    .reduce((said, one) => said.replaceAll(one, visible(one)), text)

/** The command to run, loaded; without one, every command as the table describes it. */
async function commandsFor(host: Host, args: readonly string[]): Promise<readonly Command[]> {
  const name = args.find((one) => !one.startsWith('-')) ?? ''
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  return load === undefined ? readCommandTable().map(commandFrom) : [(await load())(host)]
}

function report(host: Host, error: unknown): number {
  if (error instanceof Ended) process.exit(error.exitCode)
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Refused) {
    host.stderr(terminal`${error.text}\n`)
    return 1
  }
  if (error instanceof ExpectedStop) {
    const problems = error.problems.map((problem) => terminal`error: ${terminalProblem(problem)}\n`)
    host.stderr(terminal.join(problems, ''))
    return 2
  }
  host.stderr(bugText(error))
  return 70
}

/** An error that nobody expected, to be reported. */
export function bugText(error: unknown): Terminal {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return terminal`This is a bug in tortoise ${__VERSION__}. Please report it with this text:\n${terminalLines(detail)}\n`
}
