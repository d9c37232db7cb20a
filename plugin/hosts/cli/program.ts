import { Command, CommanderError } from 'commander'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Host } from '../../run/host.ts'
import { Ended, Refused } from './exit-error.ts'

declare const __VERSION__: string

/** Each command by its name, loaded when it is asked for: a program that renders in a pipe must start at once. */
const commands: Readonly<Record<string, () => Promise<(host: Host) => Command>>> = {
  demo: async () => (await import('./demo.ts')).demoCommand,
  init: async () => (await import('./init.ts')).initCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  backtest: async () => (await import('./backtest.ts')).backtestCommand,
  run: async () => (await import('./run.ts')).runCommand,
  doctor: async () => (await import('./doctor.ts')).doctorCommand,
  discover: async () => (await import('./discover.ts')).discoverCommand,
  trace: async () => (await import('./trace.ts')).traceCommand,
  serve: async () => (await import('./serve.ts')).serveCommand,
  set: async () => (await import('./set.ts')).setCommand,
  render: async () => (await import('./render.ts')).renderCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand,
}

/** Runs a command line and gives its exit code: 0 done, 1 refused, 2 an expected stop, 70 our bug. */
export async function runCli(host: Host, args: readonly string[]): Promise<number> {
  const program = new Command('tortoise')
    .description('Right-sizes Kubernetes workloads and commits the change, proved by rendering, to Git.')
    .version(__VERSION__)
    .exitOverride()
    .configureOutput({ writeOut: host.stdout, writeErr: host.stderr })
    .showHelpAfterError('(see --help)')
  for (const make of await commandsFor(args[0])) {
    program.addCommand(make(host).copyInheritedSettings(program))
  }
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return report(host, error)
  }
}

/** The command that is asked for; all of them where help is. */
function commandsFor(name = ''): Promise<readonly ((host: Host) => Command)[]> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  return Promise.all((load === undefined ? Object.values(commands) : [load]).map((one) => one()))
}

function report(host: Host, error: unknown): number {
  if (error instanceof Ended) process.exit(error.exitCode)
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof Refused) {
    host.stderr(`${error.message}\n`)
    return 1
  }
  if (error instanceof ExpectedStop) {
    host.stderr(`${error.problems.map((problem) => `error: ${printProblem(problem)}`).join('\n')}\n`)
    return 2
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  host.stderr(`This is a bug in tortoise ${__VERSION__}. Please report it with this text:\n${detail}\n`)
  return 70
}
