import { Command, CommanderError } from 'commander'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Host } from '../host.ts'
import { demoCommand } from './demo.ts'
import { discoverCommand } from './discover.ts'
import { Refused } from './exit.ts'
import { planCommand } from './plan.ts'
import { runCommand } from './run.ts'
import { setCommand } from './set.ts'
import { snapshotCommand } from './snapshot.ts'
import { traceCommand } from './trace.ts'

declare const __VERSION__: string

const commands = [
  demoCommand,
  planCommand,
  runCommand,
  discoverCommand,
  traceCommand,
  setCommand,
  snapshotCommand,
]

/** Runs a command line and gives its exit code: 0 done, 1 refused, 2 an expected stop, 70 our bug. */
export async function runCli(host: Host, args: readonly string[]): Promise<number> {
  const program = new Command('tortoise')
    .description('Right-sizes Kubernetes workloads and commits the change, proved by rendering, to Git.')
    .version(__VERSION__)
    .exitOverride()
    .configureOutput({ writeOut: host.stdout, writeErr: host.stderr })
    .showHelpAfterError('(see --help)')
  for (const make of commands) program.addCommand(make(host).copyInheritedSettings(program))
  try {
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return report(host, error)
  }
}

function report(host: Host, error: unknown): number {
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
