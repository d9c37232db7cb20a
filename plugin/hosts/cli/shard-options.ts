import type { Command } from 'commander'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { partOf } from '../../run/observe/request.ts'
import type { RunReport, RunRequest } from '../../run/run.ts'
import type { MergeRequest, ShardRequest } from '../../run/shards/run-shards.ts'

declare const __VERSION__: string

/** Flags of `plan` and `run` in several jobs. */
export interface ShardFlags {
  readonly shard?: string
  readonly out?: string
  readonly merge?: readonly string[]
  readonly repositories?: true
}

/** Adds the flags for several jobs that share a plan. */
export const withShardFlags = (command: Command): Command =>
  command
    .option('--shard <i/n>', 'plan only a part of the sources, for example 1/4 in the first of four jobs')
    .option('--out <file>', 'with --shard: the file that the part of the plan is written to, or store:NAME')
    .option(
      '--merge <file>',
      'use parts that --shard wrote, files, a directory of them or store:NAME/, instead of planning; repeatable',
      (file: string, before: readonly string[] = []) => [...before, file],
    )

/** How a command plans a shard, and how it merges the parts. */
export interface ShardRuns {
  readonly shard: (host: Host, request: ShardRequest) => Promise<RunReport>
  readonly merge: (host: Host, request: MergeRequest) => Promise<RunReport>
}

/**
 * Runs one shard, or the merge, where flags say so; `undefined` where they do not. Throws `usage` for flags that do not belong
 * together.
 */
export function runInShards(
  host: Host,
  { request, runs }: { readonly request: () => RunRequest; readonly runs: ShardRuns },
  { shard, out, merge, repositories }: ShardFlags,
): Promise<RunReport> | undefined {
  if (shard === undefined && merge === undefined) {
    if (out === undefined) return undefined
    throw stop('usage', '--out is the file for the part of a plan, and no --shard is given', {
      hint: 'Add --shard 1/4, or use -o json for a report.',
    })
  }
  if (repositories) throw stop('usage', '--shard and --merge work on one checkout, not on --repositories')
  const program = __VERSION__
  if (merge !== undefined) {
    if (shard !== undefined || out !== undefined)
      throw stop('usage', '--merge is for the job after all shards', { hint: 'Leave out --shard and --out.' })
    return runs.merge(host, { ...request(), merge, program })
  }
  const part = shard === undefined ? undefined : partOf({ shard })
  if (out === undefined || part === undefined)
    throw stop('usage', '--shard writes a part of the plan, and no file is named', {
      hint: 'Add --out part-1.json.',
    })
  return runs.shard(host, { ...request(), shard: part, out, program }).then((report) => {
    host.stderr(terminal`Wrote shard ${part.index}/${part.of} to ${out}\n`)
    return report
  })
}
