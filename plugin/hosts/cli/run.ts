import { Command } from 'commander'
import type { Host } from '../../run/host.ts'
import { run } from '../../run/run.ts'
import { runOnRepositories } from './repositories.ts'
import type { RunFlags } from './run-options.ts'
import { formatOutcome, openRun, withRunFlags } from './run-options.ts'

/** `tortoise run`: the scheduled job. */
export function runCommand(host: Host): Command {
  return withRunFlags(new Command('run'))
    .description('plan on the head of the base branch, then deliver as settings say')
    .action(async (flags: RunFlags) => {
      if (flags.repositories) return runOnRepositories(host, flags, false)
      host.stdout(formatOutcome(host, await run(host, openRun(host, flags)), flags.output))
    })
}
