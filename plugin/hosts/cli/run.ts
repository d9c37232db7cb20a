import { Command } from 'commander'
import type { Host } from '../../run/host.ts'
import { runPass } from '../../run/run.ts'
import type { PassFlags } from './pass-options.ts'
import { formatOutcome, openPass, withPassFlags } from './pass-options.ts'

/** `tortoise run`: the scheduled job. */
export function runCommand(host: Host): Command {
  return withPassFlags(new Command('run'))
    .description('plan on the head of the base branch, then deliver as settings say')
    .action(async (flags: PassFlags) => {
      const outcome = await runPass(host, await openPass(host, flags))
      host.stdout(formatOutcome(host, outcome, flags.output))
    })
}
