import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Observation } from '../../../plugin/model/observation.ts'
import { ExpectedStop } from '../../../plugin/model/problem.ts'
import { parseSnapshot, parseSnapshotLines, printSnapshot } from '../../../plugin/observe/snapshot.ts'
import { type Snapshot, snapshotJsonSchema } from '../../../plugin/observe/snapshot-schema.ts'

const optional = { requiredKeys: [] as [] }
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())
const text = fc.string({ minLength: 1, maxLength: 12 })
const amount = fc.double({ min: 0, max: 1e13, noNaN: true }).map((value) => value + 0)
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0)
const sketch = fc
  .uniqueArray(fc.tuple(fc.nat(175), fc.integer({ min: 1, max: 1e6 })), {
    selector: ([bucket]) => bucket,
    maxLength: 8,
  })
  .map((pairs) => pairs.sort(([one], [other]) => one - other))
const usage = fc.record({ sketch, peak: amount, samples: fc.nat() })
const container = fc
  .tuple(
    fc.record({ container: text, oomKills: fc.nat() }),
    fc.record({ cpu: usage, memory: usage, throttledShare: share }, optional),
  )
  .map(([required, more]) => ({ ...more, ...required }))
const policy = fc
  .tuple(
    fc.record({ container: text, policy: fc.constantFrom('Off', 'Vertical'), minimum: amount }, optional),
    fc.record({ resource: fc.constantFrom('cpu', 'memory'), said: text }),
  )
  .map(([more, required]) => ({ ...more, ...required }))
const observation: fc.Arbitrary<Observation> = fc
  .tuple(
    fc.record(
      {
        replicas: fc.record({ max: amount, min: amount, mean: amount }),
        unhealthy: text,
        policies: fc.array(policy, { maxLength: 2 }),
      },
      optional,
    ),
    fc.record({
      containers: fc.array(container, { maxLength: 3 }),
      coverage: share,
      days: amount,
      window: fc.record({ to: instant, from: instant }),
      workload: fc.record({ name: text, namespace: text, kind: text, apiVersion: text }),
      cluster: text,
    }),
  )
  .map(([more, required]) => ({ ...more, ...required }))
const snapshots: fc.Arbitrary<Snapshot> = fc.record({
  kind: fc.constant('TortoiseSnapshot' as const),
  version: fc.constant(2 as const),
  recordedAt: instant,
  observations: fc.array(observation, { maxLength: 4 }),
})

const one: Observation = {
  cluster: 'prod',
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-03T00:00:00Z' },
  days: 2,
  coverage: 1,
  containers: [
    {
      container: 'web',
      cpu: {
        sketch: [
          [3, 1],
          [5, 2],
        ],
        peak: 61.5,
        samples: 3,
      },
      oomKills: 0,
    },
  ],
}
const snapshot: Snapshot = {
  kind: 'TortoiseSnapshot',
  version: 2,
  recordedAt: '2026-09-03T00:00:00Z',
  observations: [one, one],
}

describe('a snapshot', () => {
  it('holds exactly the observations of the model', () => {
    expectTypeOf<Snapshot['observations'][number]>().toExtend<Observation>()
    expectTypeOf<Observation>().toExtend<Snapshot['observations'][number]>()
  })

  it('is read back unchanged, and printed identically', () => {
    fc.assert(
      fc.property(snapshots, (value) => {
        const printed = printSnapshot(value)
        const read = parseSnapshot('file', printed)
        expect(read).toEqual(value)
        expect(printSnapshot(read)).toBe(printed)
        expect(printed.split('\n')).toHaveLength(
          value.observations.length + (value.observations.length > 0 ? 3 : 2),
        )
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('prints one observation per line, in a fixed order of keys', () => {
    expect(printSnapshot(snapshot).split('\n')).toEqual([
      '{"kind":"TortoiseSnapshot","version":2,"recordedAt":"2026-09-03T00:00:00Z","observations":[',
      `${JSON.stringify(one)},`,
      JSON.stringify(one),
      ']}',
      '',
    ])
  })
})

describe('parseSnapshot', () => {
  const messages = (file: string): readonly string[] => {
    try {
      parseSnapshot('usage.json', file)
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      for (const problem of error.problems) {
        expect(problem).toMatchObject({
          code: 'snapshot.invalid',
          place: { file: 'usage.json' },
          hint: 'Record one with `tortoise snapshot --out FILE`.',
        })
      }
      return error.problems.map(({ message }) => message)
    }
    return []
  }
  const printed = printSnapshot(snapshot)

  it('collects every problem with its path', () => {
    const bad = {
      ...snapshot,
      recordedAt: 'yesterday',
      observations: [
        { ...one, coverage: 1.5, workload: { ...one.workload, name: undefined } },
        {
          ...one,
          containers: [
            {
              container: 'web',
              oomKills: 0,
              cpu: {
                sketch: [
                  [5, 1],
                  [3, 1],
                ],
                peak: -1,
                samples: 0.5,
              },
            },
          ],
        },
      ],
    }
    expect(messages(JSON.stringify(bad)).map((message) => message.split(':')[0])).toEqual([
      'recordedAt',
      'observations[0].workload.name',
      'observations[0].coverage',
      'observations[1].containers[0].cpu.sketch',
      'observations[1].containers[0].cpu.peak',
      'observations[1].containers[0].cpu.samples',
    ])
  })

  it.each([
    ['', 'the file is empty'],
    ['kind: TortoiseSnapshot', 'this is not JSON'],
    ['[1]', 'this is not a snapshot: kind is missing, not TortoiseSnapshot'],
    ['null', 'this is not a snapshot: kind is missing, not TortoiseSnapshot'],
    ['{"kind":"List"}', 'this is not a snapshot: kind is "List", not TortoiseSnapshot'],
    [
      '{"kind":"TortoiseSnapshot","version":3}',
      'the version of this snapshot is 3, and only versions 1 and 2 can be read',
    ],
    [
      '{"kind":"TortoiseSnapshot"}',
      'the version of this snapshot is missing, and only versions 1 and 2 can be read',
    ],
  ])('rejects %j', (file, message) => {
    expect(messages(file)).toEqual([message])
  })

  it('detects a file that ends early, wherever it was cut', () => {
    for (let length = 1; length < printed.length - 2; length += 1) {
      expect(messages(printed.slice(0, length))).toEqual(['the file ends early'])
    }
  })

  it('reads a file with a byte order mark', () => {
    expect(messages(`\uFEFF${printed}`)).toEqual([])
  })
})

describe('snapshotJsonSchema', () => {
  it('describes every field, with its unit', () => {
    const undescribed: string[] = []
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return
      if ('type' in schema && !('description' in schema) && !/items|prefixItems/.test(path))
        undescribed.push(path)
      for (const [key, value] of Object.entries(schema)) visit(value, `${path}/${key}`)
    }
    visit(snapshotJsonSchema(), '')
    expect(undescribed).toEqual([])
    expect(JSON.stringify(snapshotJsonSchema())).not.toContain('readOnly')
  })
})

describe('a snapshot read line by line', () => {
  const never = (): string => {
    throw new Error('the whole text is not read')
  }
  const lines = (snapshot: Snapshot) => printSnapshot(snapshot).split('\n')

  it('is the same as a whole one, and its text is never one string', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const whole = parseSnapshot('s.json', printSnapshot(snapshot))
        // Without observations it is one line.
        const read = () => (snapshot.observations.length === 0 ? printSnapshot(snapshot) : never())
        expect(parseSnapshotLines('s.json', lines(snapshot), read)).toEqual(whole)
      }),
    )
  })

  it('in another layout is read as a whole', () => {
    const [snapshot] = fc.sample(snapshots, 1)
    const text = JSON.stringify(JSON.parse(printSnapshot(snapshot as Snapshot)), null, 2)
    expect(parseSnapshotLines('s.json', text.split('\n'), () => text)).toEqual(parseSnapshot('s.json', text))
  })

  it('names the line of what is wrong, and says where it ends early', () => {
    const snapshot = fc.sample(
      snapshots.filter(({ observations }) => observations.length > 1),
      { numRuns: 1, seed: 7 },
    )[0] as Snapshot
    const all = lines(snapshot)
    const changed = all.map((line, index) => (index === 2 ? line.replace('"cluster":', '"clusters":') : line))
    const problems = (some: readonly string[]) => {
      try {
        return parseSnapshotLines('s.json', some, never) && []
      } catch (error) {
        return error instanceof ExpectedStop ? error.problems : []
      }
    }
    expect(problems(changed)[0]).toMatchObject({ place: { file: 's.json', line: 3 } })
    expect(problems(all.slice(0, 2))[0]?.message).toBe('the file ends early')
    expect(problems([...all.slice(0, -1), '[]'])).toHaveLength(1)
  })
})
