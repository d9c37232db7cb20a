import { describe, expect, it } from 'vitest'
import type { Source } from '../../../plugin/model/source.ts'
import { shardOf } from '../../../plugin/plan/shard-sources.ts'
import { linkedGroups, mostReadersOf, sourceGroups } from '../../../plugin/plan/source-groups.ts'

const reading = (id: string, ...files: readonly string[]) => ({
  source: { kind: 'plain', id, path: `apps/${id}` } as Source,
  files: new Set(files),
})
const idsOf = (groups: readonly (readonly { readonly source: Source }[])[]) =>
  groups.map((group) => group.map(({ source }) => source.id))

describe('groups of sources', () => {
  it('are those that read a file in common, directly or through others, in the order of the first of each', () => {
    const all = [
      reading('a', 'base/one'),
      reading('b', 'alone'),
      reading('c', 'base/two', 'shared'),
      reading('d', 'base/one', 'shared'),
    ]
    expect(idsOf(sourceGroups(all, 10))).toEqual([['a', 'c', 'd'], ['b']])
  })

  it('do not grow by files that very many sources read', () => {
    const all = Array.from({ length: 5 }, (_, index) =>
      reading(`${index}`, 'chart/values.yaml', `${index}.yaml`),
    )
    expect(idsOf(sourceGroups(all, 5))).toHaveLength(1)
    expect(idsOf(sourceGroups(all, 4))).toHaveLength(5)
    expect(mostReadersOf(1000, 8)).toBe(63)
    expect(mostReadersOf(10, 8)).toBe(8)
  })

  it('hold sources with the same directory or the same recommendations', () => {
    const overlay = { directory: 'apps/.tortoise' }
    const [one, two] = [reading('a'), reading('b')].map((item) => ({
      ...item,
      source: { ...item.source, overlay },
    }))
    const twice = { ...reading('c'), source: { ...reading('c').source, path: 'apps/a' } }
    expect(
      idsOf(
        sourceGroups(
          [one, two, twice].flatMap((item) => item ?? []),
          10,
        ),
      ),
    ).toEqual([['a', 'b', 'c']])
  })

  it('survive long chains', () => {
    const chain = Array.from({ length: 5000 }, (_, index) => [`${index}`, `${index + 1}`])
    expect(linkedGroups(chain.reverse(), (places) => places)).toHaveLength(1)
  })
})

describe('the shard of a source', () => {
  it('follows from its name, and names that differ by a number spread over all shards', () => {
    const shards = Array.from({ length: 800 }, (_, index) =>
      shardOf(`rel-${index}: charts/web + envs/rel-${index}.yaml`, 8),
    )
    for (let shard = 1; shard <= 8; shard += 1) {
      const count = shards.filter((one) => one === shard).length
      expect(count).toBeGreaterThan(70)
      expect(count).toBeLessThan(130)
    }
    expect(shards.slice(0, 5)).toEqual(
      Array.from({ length: 5 }, (_, index) =>
        shardOf(`rel-${index}: charts/web + envs/rel-${index}.yaml`, 8),
      ),
    )
  })
})
