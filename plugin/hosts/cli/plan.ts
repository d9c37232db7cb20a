import { Command } from 'commander'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { planMerged, planShardOnly } from '../../run/shards/run-shards.ts'
import { Refused } from './exit-error.ts'
import { planHere } from './plan-found.ts'
import { runOnRepositories } from './repositories.ts'
import type { RunFlags } from './run-options.ts'
import { formatOutcome, openRun, withRunFlags } from './run-options.ts'
import { runInShards, type ShardFlags, withShardFlags } from './shard-options.ts'

/** `tortoise plan`: everything but delivery, on the files on disk. */
export function planCommand(host: Host): Command {
  return withShardFlags(withRunFlags(new Command('plan')))
    .description('show what should change and where, without changing anything')
    .option('--check', 'exit with 1 when changes are pending')
    .action(async (flags: RunFlags & ShardFlags & { readonly check?: boolean }) => {
      const request = () => openRun(host, flags)
      const inShards = runInShards(
        host,
        { request, runs: { shard: planShardOnly, merge: planMerged } },
        flags,
      )
      if (inShards === undefined && flags.repositories) return runOnRepositories(host, flags, true)
      const report = await (inShards ?? planHere(host, request(), flags))
      host.stdout(formatOutcome(host, report, flags.output))
      if (flags.check === true && report.plan.proposal !== undefined)
        throw new Refused(terminal`Changes are pending.`)
    })
}
