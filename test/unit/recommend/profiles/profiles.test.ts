import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../config/schema.ts'
import type { DeclaredAutoscaler, DeclaredWorkload } from '../../../../plugin/model/declared.ts'
import type { DeclaredContainer } from '../../../../plugin/model/declared-container.ts'
import type { Observation } from '../../../../plugin/model/observation.ts'
import type { Recommendation } from '../../../../plugin/model/recommendation.ts'
import { printValue, readValue } from '../../../../plugin/model/value.ts'
import { type ProfileName, profiles } from '../../../../plugin/recommend/profiles/profiles.ts'
import { recommend } from '../../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from '../builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const names = Object.keys(profiles) as ProfileName[]
const Mi = 1024 ** 2
const days = 14
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: days * 24 }

interface Load {
  readonly cpu: (hour: number) => number
  readonly memory: (hour: number) => number
  readonly oomKills?: number
}

function observe({ cpu, memory, oomKills = 0 }: Load): Observation {
  return observationWith({
    days,
    containers: [{ container: 'app', ...recordedUsage({ cpu, memory }, frame), oomKills }],
    replicas: { min: 3, max: 3, mean: 3 },
  })
}

type Values = DeclaredContainer['values']
const declare = (values: Values, autoscaler?: DeclaredAutoscaler): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'app', role: 'main', values }],
  ...(autoscaler && { autoscaler }),
})

const ask = (
  profile: ProfileName,
  declared: DeclaredWorkload,
  observation: Observation,
  more: Partial<Parameters<typeof recommend>[2]> = {},
) =>
  recommend({ workloads: [declared] }, [observation], {
    profile,
    options,
    rules: [],
    lastChange: () => undefined,
    ...more,
  })

/** The values after a run. */
const applied = (values: Values, answer: readonly Recommendation[]): Values => ({
  ...values,
  ...Object.fromEntries(
    answer.flatMap((one) => (one.verdict === 'change' ? [[one.field, printValue(one.field, one.to)]] : [])),
  ),
})

const everything: Values = {
  'requests.cpu': '800m',
  'limits.cpu': '1600m',
  'requests.memory': '700Mi',
  'limits.memory': '1400Mi',
  'env.GOMAXPROCS': '2',
  'env.GOMEMLIMIT': '1200MiB',
}
const diurnal = (base: number, swing: number) => (hour: number) =>
  base + swing * Math.max(0, Math.sin((hour / 12) * Math.PI))
const load = fc.record({ cpu: fc.integer({ min: 5, max: 3000 }), memory: fc.integer({ min: 20, max: 3000 }) })

describe.each(names)('profile %s', (profile) => {
  it('reaches a fixed point under constant load, without a ratchet', () => {
    fc.assert(
      fc.property(load, fc.boolean(), ({ cpu, memory }, withGo) => {
        const observation = observe({ cpu: () => cpu, memory: () => memory * Mi })
        const { 'env.GOMEMLIMIT': _limit, 'env.GOMAXPROCS': _procs, ...plain } = everything
        let values: Values = withGo ? everything : plain
        for (let run = 0; run < 60; run += 1)
          values = applied(values, ask(profile, declare(values), observation))
        const settled = values
        for (let run = 0; run < 3; run += 1) {
          values = applied(values, ask(profile, declare(values), observation))
          expect(values).toEqual(settled)
        }
      }),
      { seed: 4, numRuns: 30 },
    )
  })

  it('recommends no less for higher usage', () => {
    fc.assert(
      fc.property(load, fc.double({ min: 1, max: 5, noNaN: true }), ({ cpu, memory }, factor) => {
        const wanted = (times: number, field: 'requests.cpu' | 'requests.memory') => {
          const observation = observe({
            cpu: diurnal(cpu * times, cpu * times),
            memory: () => memory * times * Mi,
          })
          const values = applied(everything, ask(profile, declare(everything), observation))
          return readValue(field, values[field] ?? '') ?? 0
        }
        for (const field of ['requests.cpu', 'requests.memory'] as const) {
          expect(wanted(factor, field)).toBeGreaterThanOrEqual(wanted(1, field))
        }
      }),
      { seed: 5, numRuns: 30 },
    )
  })

  it('changes nothing that is turned off, and adds no value that is not set', () => {
    const observation = observe({ cpu: () => 2000, memory: () => 1000 * Mi, oomKills: 1 })
    const off = [{ match: {}, cpu: 'Off', memory: 'Off' }] as const
    expect(
      ask(profile, declare(everything), observation, { rules: off }).filter(
        ({ verdict }) => verdict === 'change',
      ),
    ).toEqual([])
    expect(ask(profile, declare({ 'limits.memory': '64Mi' }), observation).map(({ field }) => field)).toEqual(
      ['limits.memory'],
    )
    expect(ask(profile, declare({}), observation)).toEqual([])
  })

  it('gives identical output for identical input', () => {
    const observation = observe({ cpu: diurnal(200, 400), memory: diurnal(300 * Mi, 90 * Mi) })
    const print = () => JSON.stringify(ask(profile, declare(everything), structuredClone(observation)))
    expect(print()).toBe(print())
  })

  it('skips an unhealthy workload', () => {
    const observation = {
      ...observe({ cpu: () => 2000, memory: () => 1000 * Mi }),
      unhealthy: 'a roll-out is under way',
    }
    expect(ask(profile, declare(everything), observation).every(({ verdict }) => verdict === 'unsure')).toBe(
      true,
    )
  })
})

describe('steady', () => {
  const bounded = (values: Values): readonly (number | undefined)[] =>
    (['requests.cpu', 'limits.cpu', 'requests.memory', 'limits.memory'] as const).map((field) =>
      readValue(field, values[field] ?? ''),
    )

  it('ends at the starting values, with limits and Go variables, after usage rises and falls by the same factor', () => {
    const eager = {
      ...options,
      minimumChange: 0,
      minimumDecrease: 0,
      maximumDecrease: 100,
      maximumCpuDecrease: 100,
      limits: { mode: 'ratio', maximumRatio: 4, lowerCpu: true } as const,
    }
    const { 'env.GOMEMLIMIT': _limit, ...values } = everything
    fc.assert(
      fc.property(
        fc.record({ cpu: fc.integer({ min: 200, max: 3000 }), memory: fc.integer({ min: 100, max: 3000 }) }),
        fc.integer({ min: 2, max: 4 }),
        ({ cpu, memory }, factor) => {
          const run = (from: Values, times: number): Values => {
            const observation = observe({ cpu: () => cpu * times, memory: () => memory * times * Mi })
            return applied(from, ask('steady', declare(from), observation, { options: eager }))
          }
          const start = run(values, 1)
          const back = run(run(start, factor), 1)
          const numbers = (one: Values) => bounded(one).map((value = 0) => value)
          for (const [index, value] of numbers(back).entries()) {
            // Rounding may change a value once, but not again in every round.
            const once = numbers(start)[index] ?? 0
            expect(Math.abs(value / once - 1)).toBeLessThan(0.03)
          }
          expect(run(run(back, factor), 1)).toEqual(back)
        },
      ),
      { seed: 6, numRuns: 30 },
    )
  })

  it('keeps requests below limits, and lowers in bounded steps', () => {
    fc.assert(
      fc.property(load, ({ cpu, memory }) => {
        const observation = observe({ cpu: diurnal(cpu, cpu), memory: () => memory * Mi })
        const [cpuRequest = 0, cpuLimit = 0, memoryRequest = 0, memoryLimit = 0] = bounded(
          applied(everything, ask('steady', declare(everything), observation)),
        )
        expect(cpuRequest).toBeLessThanOrEqual(cpuLimit)
        expect(memoryRequest).toBeLessThanOrEqual(memoryLimit)
        expect(cpuRequest).toBeGreaterThanOrEqual(800 * 0.5)
        expect(memoryRequest).toBeGreaterThanOrEqual(700 * Mi * 0.7)
      }),
      { seed: 7, numRuns: 40 },
    )
  })

  it('81: while an HPA keeps its pods near the target, no run lowers requests after them', () => {
    let [request, utilization] = [1000, 80]
    const seen = new Set<number>()
    for (let run = 0; run < 20; run += 1) {
      const targets = [{ resource: 'cpu', utilization }] as const
      const autoscaler = { minReplicas: 2, maxReplicas: 20, targets }
      const used = (request * utilization) / 100
      const observation = observe({ cpu: () => used, memory: () => Mi })
      const answer = ask('steady', declare({ 'requests.cpu': `${request}m` }, autoscaler), observation)
      const moved = (name: string): number | undefined => {
        const one = answer.find(({ field }) => field === name)
        return one?.verdict === 'change' ? one.to : undefined
      }
      request = moved('requests.cpu') ?? request
      utilization = moved('hpa.target.cpu') ?? utilization
      seen.add(request)
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(800)
    expect(seen.size).toBeLessThanOrEqual(3)
  })

  it.each([
    [800, '800m', 88],
    [300, '780m', 90],
  ])('83: the scale point of 700m is kept when pods use %im', (cpu, request, target) => {
    const wide = {
      ...options,
      maximumCpuDecrease: 100,
      minimumDecrease: 0,
      minimumChange: 0,
      reviewDays: 1,
      targetUtilization: { minimum: 50, maximum: 90 },
    }
    const autoscaler = { targets: [{ resource: 'cpu', utilization: 70 }] } as const
    const observation = observe({ cpu: () => cpu / 1.03, memory: () => Mi })
    const answer = ask('steady', declare({ 'requests.cpu': '1' }, autoscaler), observation, { options: wide })
    const values = Object.fromEntries(
      answer.flatMap((one) => (one.verdict === 'change' ? [[one.field, printValue(one.field, one.to)]] : [])),
    )
    const [asked, point] = [
      readValue('requests.cpu', values['requests.cpu'] ?? '') ?? 0,
      Number(values['hpa.target.cpu']),
    ]
    expect(Math.abs(asked - Number.parseInt(request, 10))).toBeLessThanOrEqual(30)
    expect(Math.abs(point - target)).toBeLessThanOrEqual(3)
    expect(Math.abs((asked * point) / 100 - 700)).toBeLessThanOrEqual(6)
  })

  it('one unusual day does not determine the memory request when the limit is well above it', () => {
    const odd = observe({ cpu: () => 10, memory: (hour) => (hour === 100 ? 900 : 300) * Mi })
    const apart = ask('steady', declare({ 'requests.memory': '300Mi', 'limits.memory': '2Gi' }), odd)
    expect(apart[0]).toMatchObject({ field: 'requests.memory', verdict: 'change', to: 348 * Mi })
    const [request] = ask('steady', declare({ 'requests.memory': '300Mi', 'limits.memory': '300Mi' }), odd)
    expect(request).toMatchObject({ verdict: 'change', to: 1040 * Mi })
  })
})
