import { Command } from 'commander'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { Refused } from './exit-error.ts'
import { planHere } from './plan-found.ts'
import { runOnRepositories } from './repositories.ts'
import type { RunFlags } from './run-options.ts'
import { formatOutcome, openRun, withRunFlags } from './run-options.ts'

/** `tortoise plan`: everything but delivery, on the files on disk. */
export function planCommand(host: Host): Command {
  return withRunFlags(new Command('plan'))
    .description('show what should change and where, without changing anything')
    .option('--check', 'exit with 1 when changes are pending')
    .action(async (flags: RunFlags & { readonly check?: boolean }) => {
      if (flags.repositories) return runOnRepositories(host, flags, true)
      const report = await planHere(host, openRun(host, flags), flags)
      host.stdout(formatOutcome(host, report, flags.output))
      if (flags.check === true && report.plan.proposal !== undefined)
        throw new Refused(terminal`Changes are pending.`)
    })
}
