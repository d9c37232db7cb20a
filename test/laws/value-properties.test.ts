import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../config/schema.ts'
import { declaredWorkloads } from '../../plugin/model/declared.ts'
import type { JsonObject } from '../../plugin/model/json.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import type { Recommendation } from '../../plugin/model/recommendation.ts'
import { noSurroundings, type Surroundings } from '../../plugin/model/surroundings.ts'
import { readValue } from '../../plugin/model/value.ts'
import { type ProfileName, profiles } from '../../plugin/recommend/profiles/profiles.ts'
import { recommend } from '../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from '../unit/recommend/builders.ts'

const seed = 20261128
const { profile: _, ...options } = settingsSchema.parse({}).recommend
const names = Object.keys(profiles) as ProfileName[]
const Mi = 1024 ** 2
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: 14 * 24 }

interface Sizes {
  readonly cpu: number
  readonly memory: number
  /** The limit as a multiple of the request; no limit for 0. */
  readonly cpuRatio: number
  readonly memoryRatio: number
  readonly usedCpu: number
  readonly usedMemory: number
  readonly kills: number
  /** Heap that the program may fill, in MiB; none for 0. */
  readonly heap: number
}

const sizes = fc.record<Sizes>({
  cpu: fc.integer({ min: 10, max: 8000 }),
  memory: fc.integer({ min: 16, max: 16_000 }),
  cpuRatio: fc.constantFrom(0, 1, 1, 2, 30),
  memoryRatio: fc.constantFrom(0, 1, 1, 2, 30),
  usedCpu: fc.integer({ min: 1, max: 9000 }),
  usedMemory: fc.integer({ min: 1, max: 20_000 }),
  kills: fc.constantFrom(0, 0, 1, 7),
  heap: fc.constantFrom(0, 0, 64, 700),
})

const spec = ({ cpu, memory, cpuRatio, memoryRatio, heap }: Sizes): JsonObject => ({
  image: 'x',
  resources: {
    requests: { cpu: `${cpu}m`, memory: `${memory}Mi` },
    limits: {
      ...(cpuRatio > 0 ? { cpu: `${cpu * cpuRatio}m` } : {}),
      ...(memoryRatio > 0 ? { memory: `${memory * memoryRatio}Mi` } : {}),
    },
  },
  ...(heap > 0 ? { env: [{ name: 'JAVA_TOOL_OPTIONS', value: `-Xmx${heap}m` }] } : {}),
})

function declare(containers: Readonly<Record<string, Sizes>>) {
  const object: JsonObject = {
    apiVersion: workload.apiVersion,
    kind: workload.kind,
    metadata: { name: workload.name, namespace: workload.namespace },
    spec: {
      replicas: 2,
      template: {
        spec: { containers: Object.entries(containers).map(([name, one]) => ({ name, ...spec(one) })) },
      },
    },
  }
  return declaredWorkloads([object], workload.namespace)
}

const observe = (containers: Readonly<Record<string, Sizes>>): Observation =>
  observationWith({
    containers: Object.entries(containers).map(([container, { usedCpu, usedMemory, kills }]) => ({
      container,
      oomKills: kills,
      ...(kills > 0 ? { oomTimes: [frame.first + 13 * 86_400] } : {}),
      ...recordedUsage({ cpu: () => usedCpu, memory: () => usedMemory * Mi, pods: 2 }, frame),
    })),
    replicas: { min: 2, max: 2, mean: 2 },
  })

const decide = (
  profile: ProfileName,
  containers: Readonly<Record<string, Sizes>>,
  surroundings: Surroundings = noSurroundings,
): readonly Recommendation[] =>
  recommend({ workloads: declare(containers) }, [observe(containers)], {
    profile,
    options,
    rules: [],
    guarded: true,
    surroundings: () => surroundings,
    lastChange: () => undefined,
  })

type Sized = `${'requests' | 'limits'}.${'cpu' | 'memory'}`

/** The value of a field before and after. */
function valuesOf(all: readonly Recommendation[], container: string, field: Sized) {
  const one = all.find((found) => found.container === container && found.field === field)
  if (one === undefined || one.verdict === 'unsure') return undefined
  return { from: one.from, to: one.verdict === 'change' ? one.to : one.from }
}
const fields: readonly Sized[] = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']

const check = <T>(arbitrary: fc.Arbitrary<T>, holds: (given: T) => void): void =>
  fc.assert(fc.property(arbitrary, holds), { seed, numRuns: 150 })

describe.each(names)('by the rules of %s', (profile) => {
  it('no value leaves its bounds, and one that is outside moves towards them', () => {
    const bounds = fc.record({
      cpu: fc.integer({ min: 100, max: 4000 }),
      memory: fc.integer({ min: 64, max: 8000 }),
      ratio: fc.constantFrom(0, 1.5, 4),
      isNode: fc.boolean(),
    })
    check(fc.tuple(sizes, bounds), ([own, { cpu, memory, ratio, isNode }]) => {
      const range = {
        'Container.max.cpu': `${cpu}m`,
        'Container.max.memory': `${memory}Mi`,
        ...(ratio > 0 ? { 'Container.maxLimitRequestRatio.cpu': String(ratio) } : {}),
      }
      const around: Surroundings = isNode
        ? { ...noSurroundings, nodes: [{ said: 'Node/big', cpu, memory: memory * Mi }] }
        : { ...noSurroundings, ranges: [{ said: 'LimitRange/most', bounds: range }] }
      const all = decide(profile, { app: own }, around)
      for (const field of fields) {
        const { from, to } = valuesOf(all, 'app', field) ?? { from: 0, to: 0 }
        const most = field.endsWith('cpu') ? cpu : memory * Mi
        expect(to <= most || to <= from).toBe(true)
      }
      const [request, limit] = [valuesOf(all, 'app', 'requests.cpu'), valuesOf(all, 'app', 'limits.cpu')]
      if (isNode || ratio === 0 || request === undefined || limit === undefined) return
      const [before, after] = [limit.from / request.from, limit.to / request.to]
      expect(after <= ratio * 1.0001 || after <= before).toBe(true)
    })
  })

  it('memory is not lowered below the heap that the program may fill', () => {
    check(sizes, (own) => {
      const [container] = declare({ app: own })[0]?.containers ?? []
      const floor = Math.max(0, ...(container?.announced ?? []).map(({ bytes = 0 }) => bytes))
      const all = decide(profile, { app: own })
      for (const field of ['requests.memory', 'limits.memory'] as const) {
        const { from, to } = valuesOf(all, 'app', field) ?? { from: 0, to: 0 }
        expect(to >= Math.min(from, floor) || to >= from).toBe(true)
      }
    })
  })

  it('a Guaranteed pod stays one, and no limit falls below its request', () => {
    check(sizes, (own) => {
      const guaranteed = { ...own, cpuRatio: 1, memoryRatio: 1 }
      const all = decide(profile, { app: guaranteed })
      for (const resource of ['cpu', 'memory'] as const) {
        const [request, limit] = [
          valuesOf(all, 'app', `requests.${resource}`),
          valuesOf(all, 'app', `limits.${resource}`),
        ]
        expect(limit?.to ?? limit?.from).toBe(request?.to ?? limit?.from)
      }
      const apart = decide(profile, { app: own })
      for (const resource of ['cpu', 'memory'] as const) {
        const [request, limit] = [
          valuesOf(apart, 'app', `requests.${resource}`),
          valuesOf(apart, 'app', `limits.${resource}`),
        ]
        if (request !== undefined && limit !== undefined) expect(limit.to).toBeGreaterThanOrEqual(request.to)
      }
    })
  })

  it('an OOM kill is followed by a raise of memory, or by a reason', () => {
    check(
      sizes.filter(({ kills }) => kills > 0),
      (own) => {
        const all = decide(profile, { app: own }).filter(({ field }) => field.endsWith('.memory'))
        const raised = all.some((one) => one.verdict === 'change' && one.to > one.from)
        const lowered = all.filter((one) => one.verdict === 'change' && one.to < one.from)
        const reasons = all.flatMap((one) =>
          one.verdict === 'unsure' ? [one.missing] : one.because.map(({ text }) => text),
        )
        expect(raised || reasons.length > 0).toBe(true)
        if (!raised) expect(lowered.filter(({ field }) => field === 'limits.memory')).toEqual([])
      },
    )
  })

  it('what one container uses never lowers another', () => {
    check(fc.tuple(sizes, sizes, sizes), ([own, other, changed]) => {
      const of = (beside: Sizes) => {
        const fixed = {
          ...other,
          usedCpu: beside.usedCpu,
          usedMemory: beside.usedMemory,
          kills: beside.kills,
        }
        return decide(profile, { app: own, side: fixed })
      }
      const [one, two] = [of(other), of(changed)]
      for (const field of fields) {
        const [left, right] = [valuesOf(one, 'app', field), valuesOf(two, 'app', field)]
        if (left === undefined || right === undefined || left.to === right.to) continue
        // Another container may hold a change of this one, but not cause one.
        expect([left.to, right.to]).toContain(left.from)
      }
    })
  })
})

it('generated values can be read', () => {
  expect(readValue('requests.memory', '16Mi')).toBe(16 * Mi)
})
