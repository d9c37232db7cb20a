import type { Shard } from './selector.ts'

/** Job `index` of `of` jobs that share a run, counted from 1. */
export interface Part {
  readonly index: number
  readonly of: number
}

/** Pod names end in a letter or a digit: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const endings = 'bcdfghjklmnpqrstvwxz2456789aeiouy013'

/** A stable hash (FNV-1a), so that a namespace is read by the same job every day. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  return hash
}

/** True when a namespace belongs to a part of a run. */
export const isOfPart = (namespace: string, part: Part | undefined): boolean =>
  part === undefined || hashOf(namespace) % part.of === part.index - 1

/**
 * Packs namespaces into shards of at most `budget` series, the largest first. Unknown namespaces (deleted by now) belong to
 * the last shard; in a run of several parts, to the last shard of the first part.
 */
export function packShards(
  namespaces: ReadonlyMap<string, number>,
  budget: number,
  part?: Part,
): readonly Shard[] {
  const own = [...namespaces].filter(([name]) => isOfPart(name, part))
  const bins: { series: number; members: (readonly [string, number])[] }[] = []
  for (const entry of own.sort(([one, most], [other, more]) => more - most || (one < other ? -1 : 1))) {
    const bin = bins.find(({ series }) => series + entry[1] <= budget)
    if (bin === undefined) bins.push({ series: entry[1], members: [entry] })
    else {
      bin.series += entry[1]
      bin.members.push(entry)
    }
  }
  const shards = bins.map(({ members }): Shard => ({ members }))
  if (part !== undefined && part.index > 1) return shards
  const last = shards.at(-1) ?? { members: [] }
  const mine = new Set(last.members.map(([name]) => name))
  const except = [...namespaces.keys()].filter((name) => !mine.has(name)).sort()
  return [...shards.slice(0, -1), { ...last, except }]
}

/** Two halves of a shard: by namespace, then by the last letter of pod names; `undefined` when it cannot be split. */
export function halveShard(shard: Shard): readonly [Shard, Shard] | undefined {
  const { members, except, ending = endings } = shard
  if (shard.ending === undefined && members.length > 1) {
    const middle = Math.ceil(members.length / 2)
    const [left, right] = [members.slice(0, middle), members.slice(middle)]
    if (except === undefined) return [{ members: left }, { members: right }]
    return [{ members: left }, { members: right, except: [...except, ...left.map(([name]) => name)] }]
  }
  if (ending.length < 2) return undefined
  const middle = Math.ceil(ending.length / 2)
  const half = (part: string): Shard => ({
    members: members.map(([name, series]) => [name, Math.ceil(series / 2)] as const),
    ...(except === undefined ? {} : { except }),
    ending: part,
  })
  return [half(ending.slice(0, middle)), half(ending.slice(middle))]
}

/** Describes a shard in a few words. */
export function printShard({ members, except, ending }: Shard): string {
  const names = members.map(([name]) => name)
  const shown =
    names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  const rest = except === undefined ? '' : names.length === 0 ? 'all namespaces' : ' and all other namespaces'
  return `${shown}${rest}${ending === undefined ? '' : `, pods ending in [${ending}]`}`
}
