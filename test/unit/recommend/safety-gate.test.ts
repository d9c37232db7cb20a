import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredWorkload } from '../../../plugin/model/declared.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Change, Recommendation } from '../../../plugin/model/recommendation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { cpuScale } from '../../../plugin/model/sketch.ts'
import { type ProfileName, profiles } from '../../../plugin/recommend/profiles/profiles.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { compareOutcomes } from '../../../plugin/recommend/replay/compare.ts'
import { safetyGate } from '../../../plugin/recommend/safety-gate.ts'
import { recordedUsage } from './builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const Mi = 1024 ** 2
const days = 14
const hourly = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: days * 24 }
const prices = { coreHour: 1, gibibyteHour: 0 }

interface Load {
  readonly cpu: (hour: number) => number
  readonly memory: (hour: number) => number
  readonly oomKills?: number
  readonly throttledShare?: number
}

const observe = ({ cpu, memory, oomKills = 0, ...more }: Load): Observation => ({
  cluster: 'prod',
  workload,
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
  days,
  coverage: 1,
  containers: [{ container: 'app', ...recordedUsage({ cpu, memory }, hourly), oomKills, ...more }],
  replicas: { min: 3, max: 3, mean: 3 },
})

const declare = (values: DeclaredWorkload['containers'][number]['values']): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'app', role: 'main', values }],
})

const change = (field: Change['field'], from: number, to: number, together: string): Change => ({
  workload,
  ...(field.startsWith('hpa.') ? {} : { container: 'app' }),
  field,
  verdict: 'change',
  from,
  to,
  because: [],
  together,
})

const summaryOf = (answer: readonly Recommendation[]) =>
  answer.map((one) =>
    one.verdict === 'unsure'
      ? one.missing
      : one.verdict === 'change'
        ? one.to
        : `${one.because.at(-1)?.rule}: ${one.because.at(-1)?.text}`,
  )

const flat = { cpu: () => 300, memory: () => 300 * Mi }
const sizes = {
  'requests.cpu': '1',
  'limits.cpu': '2',
  'requests.memory': '512Mi',
  'limits.memory': '1Gi',
}

describe('the safety gate', () => {
  it('accepts decreases that are safe', () => {
    const changes = [
      change('requests.cpu', 1000, 350, 'cpu'),
      change('limits.cpu', 2000, 700, 'cpu'),
      change('requests.memory', 512 * Mi, 360 * Mi, 'memory'),
      change('limits.memory', 1024 * Mi, 720 * Mi, 'memory'),
    ]
    const input = { declared: declare(sizes), observation: observe(flat), acceptedTimeAbove: 0.1 }
    expect(safetyGate(changes, input)).toBe(changes)
  })

  it('keeps a CPU request, and its change group, when usage would be above it for a fifth of the time; memory still changes', () => {
    const busy = observe({ ...flat, cpu: (hour) => (hour % 5 === 0 ? 700 : 200) })
    const changes = [
      change('requests.cpu', 1000, 300, 'cpu'),
      change('limits.cpu', 2000, 1400, 'cpu'),
      change('requests.memory', 512 * Mi, 360 * Mi, 'memory'),
    ]
    const input = { declared: declare(sizes), observation: busy, acceptedTimeAbove: 0.1 }
    const because =
      'backtest.above: Backtest: CPU would have been above its request for 20.83 % of the last 3 days (0 % today; up to 10 % is accepted).'
    expect(summaryOf(safetyGate(changes, input))).toEqual([because, because, 360 * Mi])
    expect(summaryOf(safetyGate(changes, { ...input, acceptedTimeAbove: 0.25 }))).toEqual([
      300,
      1400,
      360 * Mi,
    ])
  })

  it('accepts a CPU request that usage has not been above for three days', () => {
    const fallen = observe({ ...flat, cpu: (hour) => (hour < 260 ? 700 : 200) })
    const input = { declared: declare(sizes), observation: fallen, acceptedTimeAbove: 0.1 }
    expect(summaryOf(safetyGate([change('requests.cpu', 1000, 300, 'cpu')], input))).toEqual([300])
  })

  it.each([
    ['at which usage would be throttled', flat, 250, 'at its limit for 100 % of the time (0 % today)'],
    [
      'that already throttles its container',
      { ...flat, throttledShare: 0.05 },
      1500,
      'the CPU limit already throttles the container in 5 % of its periods, so it is not lowered',
    ],
  ])('keeps a CPU limit %s', (_name, load, to, text) => {
    const input = { declared: declare(sizes), observation: observe(load), acceptedTimeAbove: 0.1 }
    expect(summaryOf(safetyGate([change('limits.cpu', 2000, to, 'cpu')], input))).toEqual([
      expect.stringContaining(text),
    ])
  })

  it.each([
    [
      'below a peak',
      { ...flat, memory: (hour: number) => (hour === 30 ? 600 : 300) * Mi },
      512,
      'memory of up to 600Mi would exceed the limit of 512Mi on 1 day (0 today)',
    ],
    [
      'after a kill',
      { ...flat, oomKills: 2 },
      900,
      'the window has 2 OOM kills at the current limit, so the limit is not lowered',
    ],
  ])('keeps a memory limit %s', (_name, load, to, text) => {
    const input = { declared: declare(sizes), observation: observe(load), acceptedTimeAbove: 0.1 }
    expect(summaryOf(safetyGate([change('limits.memory', 1024 * Mi, to * Mi, 'memory')], input))).toEqual([
      expect.stringContaining(text),
    ])
  })

  it('keeps a memory request that would be below the peaks of two days when no limit is set', () => {
    const peaks = observe({ ...flat, memory: (hour) => (hour === 30 || hour === 60 ? 450 : 300) * Mi })
    const { 'limits.memory': __, ...unlimited } = sizes
    const lower = [change('requests.memory', 512 * Mi, 400 * Mi, 'memory')]
    expect(
      summaryOf(
        safetyGate(lower, { declared: declare(unlimited), observation: peaks, acceptedTimeAbove: 0.1 }),
      ),
    ).toEqual([
      expect.stringContaining('memory has no limit and would exceed its request on 2 days (0 today)'),
    ])
    expect(
      summaryOf(safetyGate(lower, { declared: declare(sizes), observation: peaks, acceptedTimeAbove: 0.1 })),
    ).toEqual([400 * Mi])
  })
})

const slots = { first: 300, step: 300, count: days * 288 }

/** Pods of 500m behind an HPA that share a load. */
function scaled(load: (slot: number) => number): Observation {
  const recorder = usageRecorder(cpuScale, slots)
  const pods = Array.from({ length: slots.count }, (_, slot) => Math.max(2, Math.ceil(load(slot) / 300)))
  for (const [slot, count] of pods.entries())
    for (let pod = 0; pod < count; pod += 1) recorder.add(slot, load(slot) / count)
  const cpu = recorder.finish()
  const mean = pods.reduce((sum, count) => sum + count, 0) / pods.length
  return {
    ...observe(flat),
    containers: [{ container: 'app', oomKills: 0, ...(cpu && { cpu }) }],
    replicas: { min: 2, max: Math.max(...pods), mean, series: packCounts(slots, pods) },
  }
}

const behindHpa: DeclaredWorkload = {
  ...declare({ 'requests.cpu': '500m' }),
  autoscaler: { minReplicas: 2, maxReplicas: 20, targets: [{ resource: 'cpu', utilization: 60 }] },
}
const leaping = scaled((slot) => (slot % 24 < 2 ? 4000 : 1500))

describe('the safety gate behind an HPA', () => {
  it('keeps a target at which pods would be short when load jumps', () => {
    const joint = [
      change('requests.cpu', 500, 360, 'cpu'),
      change('hpa.target.cpu', 60, 83, 'cpu'),
      change('hpa.maxReplicas', 20, 24, 'replicas'),
    ]
    const answer = summaryOf(
      safetyGate(joint, { declared: behindHpa, observation: leaping, acceptedTimeAbove: 1 }),
    )
    expect(answer.slice(0, 2)).toEqual(Array(2).fill(expect.stringMatching(/^backtest\.short: .* today\)/)))
    expect(answer[2]).toBe(24)
  })

  it('keeps a maximum that would be hit; the target still changes', () => {
    const changes = [change('hpa.target.cpu', 60, 61, 'cpu'), change('hpa.maxReplicas', 20, 6, 'replicas')]
    const answer = summaryOf(
      safetyGate(changes, { declared: behindHpa, observation: leaping, acceptedTimeAbove: 1 }),
    )
    expect(answer).toEqual([61, expect.stringMatching(/^backtest\.(short|maximum): /)])
  })

  it('accepts a larger request with a lower target', () => {
    const joint = [change('requests.cpu', 500, 600, 'cpu'), change('hpa.target.cpu', 60, 50, 'cpu')]
    expect(safetyGate(joint, { declared: behindHpa, observation: leaping, acceptedTimeAbove: 0.1 })).toBe(
      joint,
    )
  })
})

describe('laws', () => {
  const names = Object.keys(profiles) as ProfileName[]
  const load = fc.record({
    base: fc.integer({ min: 20, max: 1500 }),
    burst: fc.integer({ min: 1, max: 8 }),
    every: fc.integer({ min: 2, max: 60 }),
    until: fc.integer({ min: 0, max: days * 24 }),
    memory: fc.integer({ min: 30, max: 900 }),
    peak: fc.integer({ min: 0, max: 800 }),
  })

  it.each(names)('%s proposes nothing that is less safe on the recorded history', (profile) => {
    fc.assert(
      fc.property(load, ({ base, burst, every, until, memory, peak }) => {
        const observation = observe({
          cpu: (hour) => (hour < until ? base * 2 : base) * (hour % every === 0 ? burst : 1),
          memory: (hour) => (memory + (hour % 100 === 7 ? peak : 0)) * Mi,
        })
        const declared = declare(sizes)
        const settings = { profile, options, rules: [], lastChange: () => undefined, guarded: true }
        const moves = recommend({ workloads: [declared] }, [observation], settings).filter(
          (one): one is Change => one.verdict === 'change',
        )
        const { before, after } = compareOutcomes(declared, observation, { moves, prices })
        expect(after.oomKills).toBeLessThanOrEqual(before.oomKills)
        expect(after.percentThrottled).toBeLessThanOrEqual(before.percentThrottled + 0.11)
        const acceptedTimeAbove = profiles[profile].acceptedTimeAbove(options) * 100
        if (until === 0)
          expect(after.percentAbove).toBeLessThanOrEqual(
            Math.max(before.percentAbove, acceptedTimeAbove) + 0.11,
          )
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})
