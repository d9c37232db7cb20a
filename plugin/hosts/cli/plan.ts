import { Command } from 'commander'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { planMerged, planShardOnly } from '../../run/shards/run-shards.ts'
import { Refused } from './exit-error.ts'
import { formatFleet } from './fleet-output.ts'
import { planHere } from './plan-found.ts'
import { runOnRepositories } from './repositories.ts'
import type { HtmlFlags } from './run-options.ts'
import { formatOutcome, openRun, withRunFlags } from './run-options.ts'
import { runInShards, type ShardFlags, withShardFlags } from './shard-options.ts'
import { requireFound, workloadFilter } from './workload-filter.ts'

type PlanFlags = HtmlFlags & ShardFlags & { readonly check?: boolean; readonly workload?: readonly string[] }

const collected = (one: string, all: readonly string[] = []): readonly string[] => [...all, one]

/** Throws `usage` for flags with which `--workload` has no meaning. */
function refuseTogether({ shard, merge, repositories }: PlanFlags): void {
  const other = shard !== undefined ? '--shard' : merge !== undefined ? '--merge' : '--repositories'
  if (shard === undefined && merge === undefined && repositories !== true) return
  throw stop('usage', `--workload and ${other} exclude each other`, { hint: `Remove ${other}.` })
}

/** `tortoise plan`: everything but delivery, on the files on disk. */
export function planCommand(host: Host): Command {
  return withShardFlags(withRunFlags(new Command('plan'), ['table', 'markdown', 'json', 'html']))
    .description('show what should change and where, without changing anything')
    .option('--check', 'exit with 1 when changes are pending')
    .option('--workload <name>', 'only this workload, [NAMESPACE/]Kind/name; repeatable', collected)
    .action(async (flags: PlanFlags) => {
      const isSelected = workloadFilter(flags.workload)
      if (isSelected !== undefined) refuseTogether(flags)
      const withFleet = flags.output === 'html'
      const request = () => ({ ...openRun(host, flags), withFleet, ...(isSelected && { isSelected }) })
      const inShards = runInShards(
        host,
        { request, runs: { shard: planShardOnly, merge: planMerged } },
        flags,
      )
      if (inShards === undefined && flags.repositories) return runOnRepositories(host, flags, true)
      const report = await (inShards ?? planHere(host, request(), flags))
      requireFound(flags.workload, report.plan)
      host.stdout(
        flags.output === 'html'
          ? formatFleet(host, report, 'html')
          : formatOutcome(host, report, flags.output),
      )
      if (flags.check === true && report.plan.proposal !== undefined)
        throw new Refused(terminal`Changes are pending.`)
    })
}
