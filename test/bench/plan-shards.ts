import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { plan, writeServices } from './trace-set.ts'

/**
 * `tortoise plan` over many services by one job, and in shards that are merged, one after the other on this machine. Every job begins
 * with an empty cache. `SERVICES` and `SHARDS` are their numbers. `longest` is what a machine for each shard would take.
 */
export async function planInShards(): Promise<Readonly<Record<string, number>>> {
  const services = Number(process.env['SERVICES'] ?? 1000)
  const shards = Number(process.env['SHARDS'] ?? 8)
  const { directory, ...place } = writeServices(services)
  const job = (name: string, ...more: readonly string[]) =>
    plan({ ...place, directory: makeHome(directory, name) }, ...more)
  try {
    const whole = process.env['WHOLE'] === 'no' ? undefined : job('whole')
    const parts = join(directory, 'parts')
    mkdirSync(parts)
    const each = Array.from({ length: shards }, (_, index) =>
      job(`${index}`, '--shard', `${index + 1}/${shards}`, '--out', join(parts, `${index}.json`)),
    )
    const merge = job('merge', '--merge', parts)
    const processor = each.map((one) => one.processorMs)
    const seconds = (ms: number): number => Math.round(ms / 100) / 10
    const longest = Math.max(...processor)
    return {
      services,
      shards,
      changed: merge.changes,
      longestSeconds: seconds(longest),
      shortestSeconds: seconds(Math.min(...processor)),
      allShardsSeconds: seconds(processor.reduce((sum, ms) => sum + ms, 0)),
      mergeSeconds: seconds(merge.processorMs),
      mergePeakMb: merge.peakMb,
      shardPeakMb: Math.max(...each.map(({ peakMb }) => peakMb)),
      ...(whole && {
        wholeSeconds: seconds(whole.processorMs),
        changedByOne: whole.changes,
        ratio: Math.round(((longest + merge.processorMs) / whole.processorMs) * 100) / 100,
      }),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function makeHome(directory: string, name: string): string {
  const home = join(directory, `home-${name}`)
  mkdirSync(home)
  return home
}
