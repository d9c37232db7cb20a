import { fingerprint } from '../model/fingerprint.ts'
import { inParallel } from '../model/parallel.ts'
import type { Source } from '../model/source.ts'
import type { InputPorts } from '../trace/sources/ports.ts'
import { filesOf } from '../trace/sources/source-files.ts'
import { mostReadersOf, sourceGroups } from './source-groups.ts'

/** One of several jobs that share a plan; `index` starts at 1. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/**
 * Returns the sources that a shard plans. Sources that read a file in common are in the same shard, unless very many read it. The
 * shard of such a group depends on its smallest id alone, so other sources may come and go.
 */
export async function sourcesOfShard(
  sources: readonly Source[],
  { index, of }: Shard,
  ports: InputPorts,
): Promise<readonly Source[]> {
  const reading = await inParallel(sources, (source) => filesOf(source, ports))
  const groups = sourceGroups(reading, mostReadersOf(sources.length, of))
  const own = new Set(
    groups
      .map((group) => group.map(({ source }) => source.id).sort())
      .filter(([smallest = '']) => shardOf(smallest, of) === index)
      .flat(),
  )
  return sources.filter(({ id }) => own.has(id))
}

/** The shard of a text, from 1 to `of`. The last bits of the fingerprint alone are alike for texts that differ by a digit. */
export function shardOf(text: string, of: number): number {
  let hash = Number.parseInt(fingerprint(text), 16)
  // The finalizer of MurmurHash3: https://github.com/aappleby/smhasher/wiki/MurmurHash3
  for (const [shift, factor] of [
    [16, 0x85ebca6b],
    [13, 0xc2b2ae35],
  ] as const)
    hash = Math.imul(hash ^ (hash >>> shift), factor)
  return (((hash ^ (hash >>> 16)) >>> 0) % of) + 1
}
