import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../../../config/schema.ts'
import type { DeclaredAutoscaler, DeclaredWorkload } from '../../../../../plugin/model/declared.ts'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import type { Change } from '../../../../../plugin/model/recommendation.ts'
import { readValue } from '../../../../../plugin/model/value.ts'
import { splitByDemand } from '../../../../../plugin/recommend/profiles/steady/rebalance.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import { withChanges } from '../../../../../plugin/recommend/replay/apply.ts'
import { observationWith, recordedUsage, workload } from '../../builders.ts'

const targetUtilization = { minimum: 50, maximum: 80 }
const { profile: _, ...options } = settingsSchema.parse({ recommend: { targetUtilization } }).recommend
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: 14 * 24 }

const observe = (app: number, proxy: number, days = 14): Observation =>
  observationWith({
    days,
    containers: [
      { container: 'app', oomKills: 0, ...recordedUsage({ cpu: () => app, memory: () => 1e8 }, frame) },
      { container: 'proxy', oomKills: 0, ...recordedUsage({ cpu: () => proxy, memory: () => 1e8 }, frame) },
    ],
  })

const declare = (
  app: number,
  proxy: number,
  targets: DeclaredAutoscaler['targets'] = [{ resource: 'cpu', utilization: 60 }],
): DeclaredWorkload => ({
  workload,
  containers: [
    { name: 'app', role: 'main', values: { 'requests.cpu': `${app}m` } },
    { name: 'proxy', role: 'main', values: { 'requests.cpu': `${proxy}m` } },
  ],
  autoscaler: { targets },
})

const ask = (declared: DeclaredWorkload, observation: Observation): readonly Change[] =>
  recommend({ workloads: [declared] }, [observation], {
    options,
    rules: [],
    guarded: true,
    lastChange: () => undefined,
  }).filter((one): one is Change => one.verdict === 'change')

const moves = (changes: readonly Change[]) =>
  Object.fromEntries(changes.map(({ container = 'pod', field, to }) => [`${container} ${field}`, to]))

describe('containers of a pod behind one target', () => {
  it('share a request that is large enough by their usage: the busy one takes from the idle one', () => {
    const moved = moves(ask(declare(500, 500), observe(630, 20)))
    const {
      'app requests.cpu': app = 0,
      'proxy requests.cpu': proxy = 0,
      'pod hpa.target.cpu': target = 0,
    } = moved
    // The idle one falls by one step; the busy one gets its usage and more, within the pod's current total.
    expect(proxy).toBe(250)
    expect(app).toBeGreaterThan(630)
    expect(app + proxy).toBeLessThanOrEqual(1000)
    expect(Math.abs(((app + proxy) * target) / 60_000 - 1)).toBeLessThan(0.02)
    const full = declare(500, 500, [{ resource: 'cpu', utilization: 80 }])
    const [busy] = ask(full, observe(630, 20))
    expect(busy).toMatchObject({ container: 'app', from: 500, to: 750 })
    expect(busy?.because.map(({ rule }) => rule)).toContain('hpa.rebalanced')
  })

  it('are kept when none is short, and when there is too little data to lower one', () => {
    const full = declare(600, 400, [{ resource: 'cpu', utilization: 80 }])
    expect(ask(full, observe(400, 250))).toEqual([])
    const early = ask(declare(500, 500), observe(630, 20, 3))
    expect(early.filter(({ from, to }) => to < from && from !== 60)).toEqual([])
  })

  it('keep the scale point, give the busy one what it needs, and reach a fixed point', () => {
    const load = fc.record({
      app: fc.integer({ min: 20, max: 900 }),
      proxy: fc.integer({ min: 20, max: 900 }),
      split: fc.integer({ min: 10, max: 90 }),
    })
    fc.assert(
      fc.property(load, ({ app, proxy, split }) => {
        // An HPA at 60 % keeps the pod at the point where its containers use 60 % of their requests.
        const total = (app + proxy) / 0.6
        let declared = declare(Math.round((total * split) / 100), Math.round((total * (100 - split)) / 100))
        const point = (one: DeclaredWorkload): number => {
          const sizes = one.containers.map(
            ({ values }) => readValue('requests.cpu', values['requests.cpu'] ?? '') ?? 0,
          )
          return ((sizes[0] ?? 0) + (sizes[1] ?? 0)) * (one.autoscaler?.targets[0]?.utilization ?? 0)
        }
        const before = point(declared)
        for (let run = 0; run < 8; run += 1) {
          const changes = ask(declared, observe(app, proxy))
          if (run > 6) expect(changes).toEqual([])
          declared = withChanges(declared, changes)
        }
        expect(Math.abs(point(declared) / before - 1)).toBeLessThan(0.04)
      }),
      { seed: 5, numRuns: 25 },
    )
  })

  it('none falls by more than one step, nor below both its request and its need', () => {
    const sizes = fc.record({
      total: fc.integer({ min: 100, max: 4000 }),
      from: fc.array(fc.integer({ min: 10, max: 2000 }), { minLength: 3, maxLength: 3 }),
      wanted: fc.array(fc.integer({ min: 10, max: 2000 }), { minLength: 3, maxLength: 3 }),
    })
    fc.assert(
      fc.property(sizes, ({ total, from, wanted }) => {
        const shares = splitByDemand(total, { from, wanted, largestDecrease: 50 })
        for (const [index, share] of shares.entries()) {
          const own = from[index] ?? 0
          expect(share).toBeGreaterThanOrEqual(own * 0.5)
          const goesShort = share < Math.min(own, wanted[index] ?? 0)
          expect(goesShort && total >= wanted.reduce((sum, one) => sum + one, 0)).toBe(false)
        }
      }),
      { seed: 5 },
    )
  })
})

describe('containers with their own targets', () => {
  const targets = [
    { resource: 'cpu', container: 'app', utilization: 60 },
    { resource: 'cpu', container: 'proxy', utilization: 60 },
  ] as const

  it('one that does not drive scaling is sized from its usage at its target; the other keeps its scale point', () => {
    const changes = ask(declare(1000, 800, targets), observe(600, 108))
    expect(changes.find(({ container }) => container === 'proxy')).toMatchObject({
      field: 'requests.cpu',
      to: 400,
      because: [{ rule: 'hpa.idle' }, { rule: 'step.down' }],
    })
    const again = ask(declare(1000, 400, targets), observe(600, 108))
    expect(moves(again)['proxy requests.cpu']).toBe(200)
    const small = withChanges(
      declare(1000, 200, targets),
      ask(declare(1000, 200, targets), observe(600, 108)),
    )
    // Now its own scale point counts, and request and target move along it as for the other container.
    expect(small.containers[1]?.values['requests.cpu']).toBe('150m')
    expect(small.autoscaler?.targets[1]?.utilization).toBe(80)
    expect(ask(small, observe(600, 108)).filter(({ container }) => container === 'proxy')).toEqual([])
  })
})
