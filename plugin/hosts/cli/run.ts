import { Command } from 'commander'
import { stop } from '../../model/problem.ts'
import type { Host } from '../../run/host.ts'
import { run } from '../../run/run.ts'
import { runUrgent } from '../../run/run-urgent.ts'
import { runMerged, runShard } from '../../run/shards/run-shards.ts'
import { runOnRepositories } from './repositories.ts'
import type { RunFlags, UrgentFlag } from './run-options.ts'
import { formatOutcome, openRun, withRunFlags } from './run-options.ts'
import { runInShards, type ShardFlags, withShardFlags } from './shard-options.ts'

/** `tortoise run`: the scheduled job. */
export function runCommand(host: Host): Command {
  return withShardFlags(withRunFlags(new Command('run')))
    .description('plan on the head of the base branch, then deliver as settings say')
    .option('--urgent', 'only look after what was merged: take back harm, answer OOM kills, end emergencies')
    .action(async (flags: RunFlags & ShardFlags & UrgentFlag) => {
      if (flags.urgent && (flags.shard ?? flags.merge) !== undefined)
        throw stop('usage', '--urgent cannot be combined with --shard or --merge', {
          hint: 'It reads few workloads, so one job does it: leave out --shard and --merge.',
        })
      const notify = flags.cluster === undefined ? {} : undefined
      const request = () => ({ ...openRun(host, flags), notify })
      const inShards = runInShards(host, { request, runs: { shard: runShard, merge: runMerged } }, flags)
      if (inShards === undefined && flags.repositories) return runOnRepositories(host, flags, false)
      const start = flags.urgent ? runUrgent : run
      host.stdout(formatOutcome(host, await (inShards ?? start(host, request())), flags.output))
    })
}
