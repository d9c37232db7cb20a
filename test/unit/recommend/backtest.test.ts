import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredAutoscaler } from '../../../plugin/model/declared.ts'
import type { DeclaredContainer } from '../../../plugin/model/declared-container.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { backtest, type RecordedWorkload } from '../../../plugin/recommend/backtest.ts'
import { backtestAll } from '../../../plugin/recommend/backtest-report.ts'
import { profiles } from '../../../plugin/recommend/profiles/profiles.ts'
import { score } from '../../../plugin/recommend/replay/score.ts'
import { markdownBacktest, terminalBacktest } from '../../../plugin/report/backtest.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const { recommend, prices } = settingsSchema.parse({})
const { profile: _, ...options } = recommend
const settings = { options, rules: [], lastChange: () => undefined }
const schedule = { historyDays: 14, trainDays: 7, everyDays: 1 }
const Mi = 1024 ** 2
const days = 14
const perDay = 24
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: days * perDay }

interface Load {
  /** Usage of one pod by hour. */
  readonly cpu: (hour: number) => number
  readonly memory?: (hour: number) => number
  readonly pods?: number
  readonly oomTimes?: readonly number[]
}

function observe({ cpu, memory = () => 200 * Mi, pods = 1, oomTimes = [] }: Load): Observation {
  return observationWith({
    days,
    containers: [
      {
        container: 'app',
        ...recordedUsage({ cpu, memory, pods }, frame),
        oomKills: oomTimes.length,
        oomTimes,
      },
    ],
    replicas: {
      min: pods,
      max: pods,
      mean: pods,
      series: packCounts(frame, new Float64Array(frame.count).fill(pods)),
    },
  })
}

const replayed = (
  load: Load,
  values: DeclaredContainer['values'],
  autoscaler?: DeclaredAutoscaler,
): RecordedWorkload => ({
  declared: {
    workload,
    containers: [{ name: 'app', role: 'main', values }],
    ...(autoscaler && { autoscaler }),
  },
  observation: observe(load),
})
const big = { 'requests.cpu': '1000m', 'requests.memory': '1Gi', 'limits.memory': '1Gi' }
const week = 7 * 86_400

describe("today's values, scored by hand", () => {
  it('adds up two pods of 1000m and 1Gi for a week', () => {
    const result = backtest(replayed({ cpu: () => 400, pods: 2 }, big), undefined, schedule)
    expect(result?.days).toBe(7)
    expect(result?.scores).toMatchObject({
      seconds: week,
      cpuRequested: 2 * week,
      memoryRequested: 2 * 1024 ** 3 * week,
      podSeconds: 2 * week,
      aboveSeconds: 0,
      oomKills: 0,
    })
    expect((result?.scores.cpuUsed ?? 0) / week).toBeCloseTo(0.8, 1)
  })

  it('counts an hour a day above the request, and an hour at the limit', () => {
    const cpu = (hour: number): number => (hour % perDay === 12 ? 1500 : 400)
    const { scores } =
      backtest(replayed({ cpu }, { ...big, 'limits.cpu': '1400m' }), undefined, schedule) ?? {}
    expect(scores?.aboveSeconds).toBe(7 * 3600)
    expect(scores?.throttledSeconds).toBe(7 * 3600)
    expect((scores?.aboveVolume ?? 0) / (7 * 3600)).toBeCloseTo(0.5, 1)
  })

  it('repeats recorded throttling unless the limit is higher', () => {
    const limited = replayed({ cpu: () => 400 }, { ...big, 'limits.cpu': '1400m' })
    const day = Date.UTC(2026, 8, 1) / 86_400_000
    const throttling = Array.from({ length: days }, (_, index) => ({
      day: day + index,
      periods: 100,
      throttled: 20,
    }))
    const containers = limited.observation.containers.map((one) => ({ ...one, throttling }))
    const one = { ...limited, observation: { ...limited.observation, containers } }
    expect(backtest(one, undefined, schedule)?.scores.throttledSeconds).toBeCloseTo(0.2 * week, 0)
    const raised = replayed({ cpu: () => 400 }, { ...big, 'limits.cpu': '1500m' }).declared
    const span = { from: frame.first, to: frame.first + week }
    const under = (declared: typeof raised) => score({ ...one, declared, today: limited.declared, span })
    expect(under(limited.declared).throttledSeconds).toBeGreaterThan(0)
    expect(under(raised).throttledSeconds).toBe(0)
  })

  it('counts each rise of memory over the limit as one kill', () => {
    const memory = (hour: number): number => (hour % perDay >= 20 ? 1200 * Mi : 200 * Mi)
    expect(backtest(replayed({ cpu: () => 1, memory }, big), undefined, schedule)?.scores.oomKills).toBe(7)
  })

  it('repeats a recorded kill unless the limit is higher', () => {
    const last = frame.first + 13 * 86_400
    const one = replayed({ cpu: () => 400, oomTimes: [last] }, big)
    expect(backtest(one, undefined, schedule)?.scores.oomKills).toBe(1)
  })

  it('simulates an HPA on the total demand: 10 pods serve 7 cores at 70 % of 1000m', () => {
    const autoscaler = {
      minReplicas: 2,
      maxReplicas: 20,
      targets: [{ resource: 'cpu', utilization: 70 }],
    } as const
    const one = replayed({ cpu: () => 700, pods: 10 }, big, autoscaler)
    const { scores } = backtest(one, undefined, schedule) ?? {}
    expect((scores?.podSeconds ?? 0) / (scores?.workloadSeconds ?? 1)).toBeCloseTo(10, 0)
  })
})

describe('replaying day by day', () => {
  const load = { cpu: (hour: number) => 200 + 10 * Math.floor(hour / perDay) }
  it.each(Object.keys(profiles) as (keyof typeof profiles)[])(
    '%s does not use data from after the decision',
    (profile) => {
      const shock = { cpu: (hour: number) => (hour >= 13 * perDay ? 4000 : load.cpu(hour)) }
      const [calm, shocked] = [load, shock].map((one) => {
        const result = backtest(replayed(one, big), { ...settings, profile }, schedule)
        return [result?.changes, result?.scores.cpuRequested]
      })
      expect(shocked).toEqual(calm)
    },
  )

  it('steady requests less than today when too much is requested, and the report shows it', () => {
    const report = backtestAll([replayed(load, big)], {
      schedule,
      prices,
      profiles: { steady: { ...settings, profile: 'steady' } },
    })
    const [today, steady] = report.totals
    expect(steady?.costPerMonth).toBeLessThan((today?.costPerMonth ?? 0) * 0.8)
    expect(today?.costPerMonth).toBeCloseTo(30 * 24 * (0.03 + 0.004), 1)
    expect(markdownBacktest(report).toString().split('\n')[2]).toMatch(/^\| workload \| profile \|/)
    expect(terminalBacktest(report).toString()).toContain('1 workload')
  })

  it('a history that is too short is listed as skipped', () => {
    const report = backtestAll([replayed(load, big)], {
      schedule: { ...schedule, trainDays: 14 },
      prices,
      profiles: {},
    })
    expect(report.rows).toEqual([])
    expect(report.skipped).toEqual([
      { workload: 'prod shop Deployment/api', reason: 'The recording has fewer than 15 days of daily data' },
    ])
  })
})
