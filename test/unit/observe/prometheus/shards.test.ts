import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Shard } from '../../../../plugin/observe/prometheus/selector.ts'
import { halveShard, packShards, printShard } from '../../../../plugin/observe/prometheus/shards.ts'

/** True when a selector of the shard selects a pod. */
const takes = ({ members, except, ending }: Shard, namespace: string, pod: string): boolean => {
  const named = members.some(([name]) => name === namespace)
  const here = except === undefined ? named : !except.includes(namespace)
  return here && (ending === undefined || ending.includes(pod.at(-1) ?? ''))
}

const fleet = fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.integer({ min: 1, max: 500 }), {
  maxKeys: 30,
})
const pods = ['web-aaaaa', 'db-0', 'cache-66b9c4d5f-zzzzy']

describe('shards', () => {
  it('select every pod of every namespace once, with unknown namespaces', () => {
    fc.assert(
      fc.property(
        fleet,
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 4 }),
        (sizes, budget, of) => {
          const counted = new Map(Object.entries(sizes))
          const parts = Array.from({ length: of }, (_, index) =>
            packShards(counted, budget, of === 1 ? undefined : { index: index + 1, of }),
          ).flat()
          for (const namespace of [...counted.keys(), 'never-counted'])
            for (const pod of pods)
              expect(parts.filter((shard) => takes(shard, namespace, pod))).toHaveLength(1)
        },
      ),
      { seed: 5, numRuns: 300 },
    )
  })

  it('stay within the budget unless a single namespace is larger', () => {
    const shards = packShards(
      new Map([
        ['a', 60],
        ['b', 50],
        ['c', 40],
        ['d', 300],
      ]),
      100,
    )
    expect(shards.map(({ members }) => members.map(([name]) => name))).toEqual([['d'], ['a', 'c'], ['b']])
    expect(shards.at(-1)?.except).toEqual(['a', 'c', 'd'])
  })

  it('split into halves that select the same pods, down to one letter', () => {
    fc.assert(
      fc.property(fleet, (sizes) => {
        let [shard] = packShards(new Map(Object.entries(sizes)), 1e9)
        for (
          let halves = shard && halveShard(shard);
          shard !== undefined && halves !== undefined;
          halves = halveShard(shard)
        ) {
          for (const namespace of [...Object.keys(sizes), 'never-counted'])
            for (const pod of pods)
              expect(halves.filter((half) => takes(half, namespace, pod))).toHaveLength(
                takes(shard, namespace, pod) ? 1 : 0,
              )
          shard = halves[1]
        }
        expect(shard?.ending).toHaveLength(1)
      }),
      { seed: 6, numRuns: 50 },
    )
  })

  it('are described in a few words', () => {
    expect(printShard({ members: [], except: [] })).toBe('all namespaces')
    expect(printShard({ members: ['a', 'b', 'c', 'd'].map((name) => [name, 1] as const) })).toBe(
      'a, b, c and 1 more',
    )
  })
})
