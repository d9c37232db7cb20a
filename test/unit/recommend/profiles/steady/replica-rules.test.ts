import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import type { ReplicaHistory } from '../../../../../plugin/model/observation.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import { replicaBounds } from '../../../../../plugin/recommend/profiles/steady/replica-bounds.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import type { Replay, ReplayedDemand } from '../../../../../plugin/recommend/replay/replay.ts'
import { workload } from '../../builders.ts'
import { evidence, textOf, valueAndRules } from './rule-builders.ts'

const hour = 3600
const first = Date.UTC(2026, 8, 7) / 1000 + hour

/** Number of pods by hour, from a Monday. */
const byHour = (counts: readonly number[]): ReplicaHistory => ({
  min: Math.min(...counts),
  max: Math.max(...counts),
  mean: counts.reduce((sum, count) => sum + count, 0) / counts.length,
  series: packCounts({ first, step: hour }, counts),
})
const always = (pods: number): ReplicaHistory => ({ min: pods, max: pods, mean: pods })

interface Case {
  readonly bounds?: Partial<DeclaredAutoscaler> | null
  readonly pods?: ReplicaHistory
  readonly changed?: Partial<RecommendOptions>
  readonly days?: number
  /** Number of pods by hour that the HPA would run without its minimum. */
  readonly free?: readonly number[]
}

function ask({ bounds = {}, pods, changed = {}, days = 14, free }: Case) {
  const known: Evidence = evidence(changed, { days, ...(pods === undefined ? {} : { replicas: pods }) })
  const calls: number[] = []
  const replay: Replay = (_members, scaler) => {
    calls.push(scaler.minReplicas)
    if (free === undefined) return undefined
    return {
      demand: { first, step: hour, values: new Float64Array() },
      pods: {
        simulation: { replicas: Float64Array.from(free), podLoads: new Float64Array() },
        at: (time: number) => free[Math.round((time - first) / hour)] ?? Number.NaN,
      },
    } as unknown as ReplayedDemand
  }
  const autoscaler = bounds && { targets: [{ resource: 'cpu' as const, utilization: 60 }], ...bounds }
  const declared = {
    workload,
    containers: [{ name: 'app', role: 'main' as const, values: { 'requests.cpu': '500m' } }],
    ...(autoscaler && { autoscaler }),
  }
  const { minimum, maximum } = replicaBounds({ declared, replay, read: () => 500 }, known)
  return {
    minimum: minimum && valueAndRules(minimum),
    maximum: maximum && valueAndRules(maximum),
    texts: [minimum, maximum].map((advice) => (advice ? textOf(advice) : '')).join('\n'),
    calls,
  }
}

const none = { minimum: undefined, maximum: undefined }

describe('replica bounds', () => {
  it('get no advice without an HPA or without pods', () => {
    expect(ask({ bounds: null, pods: always(5) })).toMatchObject(none)
    expect(ask({ bounds: { minReplicas: 2, maxReplicas: 9 } })).toMatchObject(none)
    const nothing = byHour([Number.NaN, Number.NaN])
    expect(ask({ bounds: { minReplicas: 2, maxReplicas: 9 }, pods: nothing })).toMatchObject(none)
  })

  it('get advice only for the bounds in Git', () => {
    expect(ask({ pods: always(5) })).toMatchObject(none)
    expect(ask({ bounds: { minReplicas: 5 }, pods: always(5) })).toMatchObject({
      minimum: [5, 'hpa.minimum'],
      maximum: undefined,
    })
    expect(ask({ bounds: { maxReplicas: 10 }, pods: always(5) })).toMatchObject({
      minimum: undefined,
      maximum: [10, 'hpa.maximum'],
    })
  })

  it.each<[string, Partial<DeclaredAutoscaler>, object]>([
    [
      'are equal',
      { minReplicas: 5, maxReplicas: 5 },
      { minimum: [5, 'hpa.pinned'], maximum: [5, 'hpa.pinned'] },
    ],
    [
      'contradict each other',
      { minReplicas: 6, maxReplicas: 5 },
      { minimum: [6, 'hpa.pinned'], maximum: [5, 'hpa.pinned'] },
    ],
    [
      'are equal and the minimum is not set',
      { maxReplicas: 1 },
      { minimum: undefined, maximum: [1, 'hpa.pinned'] },
    ],
    [
      'start at 0',
      { minReplicas: 0, maxReplicas: 90 },
      { minimum: [0, 'hpa.pinned'], maximum: [90, 'hpa.pinned'] },
    ],
    ['start at 0 without a maximum', { minReplicas: 0 }, { minimum: [0, 'hpa.pinned'], maximum: undefined }],
  ])('are kept when they %s', (_name, bounds, wanted) => {
    const answer = ask({ bounds, pods: always(20) })
    expect(answer).toMatchObject(wanted)
    expect(answer.texts).toMatch(/\w/)
  })
})

describe('a maximum', () => {
  const maximum = (maxReplicas: number, pods: ReplicaHistory, more: Omit<Case, 'bounds' | 'pods'> = {}) => {
    const { maximum: advice, texts } = ask({ ...more, bounds: { maxReplicas }, pods })
    return { advice, texts }
  }

  it.each<[string, number, number, readonly (number | string)[]]>([
    ['less than 25 % above the most pods is raised to 50 % above', 12, 10, [15, 'hpa.maximum']],
    ['25 % above is kept', 10, 8, [10, 'hpa.maximum']],
    ['of three times the most pods is kept', 30, 10, [30, 'hpa.maximum']],
    ['of more than three times is lowered to twice', 31, 10, [20, 'hpa.maximum']],
    ['far above is lowered by at most half', 60, 10, [30, 'hpa.maximum', 'step.down']],
    ['of 10 is never lowered', 10, 1, [10, 'hpa.maximum']],
    ['of 14 is lowered to no less than 10', 14, 2, [10, 'hpa.maximum']],
  ])('%s', (_name, from, most, wanted) => {
    const { advice, texts } = maximum(from, always(most))
    expect(advice).toEqual(wanted)
    expect(texts).toContain(`${most} pod`)
  })

  it('gives the numbers in its reason', () => {
    expect(maximum(12, always(10)).texts).toContain('1.5')
    expect(maximum(31, always(10)).texts).toMatch(/\b2 .*\b10\b/)
    expect(maximum(30, always(10)).texts).toMatch(/\w/)
  })

  it('is raised no higher than the setting', () => {
    const changed = { replicaBounds: { minimum: 2, maximum: 14 } }
    expect(maximum(12, always(10), { changed }).advice).toEqual([14, 'hpa.maximum'])
    expect(maximum(20, always(17), { changed }).advice).toEqual([20, 'hpa.maximum'])
  })

  it('is not lowered on a short history', () => {
    expect(maximum(31, always(10), { days: 2 }).advice).toEqual(['unsure'])
    expect(maximum(12, always(10), { days: 2 }).advice).toEqual([15, 'hpa.maximum'])
  })

  it('follows the hour with the most pods', () => {
    expect(maximum(12, byHour([3, 10, 4])).advice).toEqual([15, 'hpa.maximum'])
    expect(maximum(12, byHour([3, Number.NaN, 10, 4])).advice).toEqual([15, 'hpa.maximum'])
  })

  it('that was reached is raised by half', () => {
    const { advice, texts } = maximum(10, always(10))
    expect(advice).toEqual([15, 'hpa.maximum-hit'])
    expect(texts).toMatch(/10 pods.*100 %.*raised by half\.$/)
    expect(maximum(9, always(9)).advice).toEqual([14, 'hpa.maximum-hit'])
  })

  it('that was reached is kept when the setting allows no more', () => {
    const changed = { replicaBounds: { minimum: 2, maximum: 10 } }
    const stays = maximum(10, always(10), { changed })
    expect(stays.advice).toEqual([10, 'hpa.maximum-hit'])
    expect(stays.texts).not.toBe(maximum(10, always(10)).texts)
    expect(stays.texts).toMatch(/allows no more\.$/)
    expect(maximum(20, always(20), { changed }).advice).toEqual([20, 'hpa.maximum-hit'])
    const more = { replicaBounds: { minimum: 2, maximum: 12 } }
    expect(maximum(10, always(10), { changed: more }).advice).toEqual([12, 'hpa.maximum-hit'])
  })
})

describe('a minimum', () => {
  const minimum = (minReplicas: number, more: Omit<Case, 'bounds'>) => {
    const { minimum: advice, texts, calls } = ask({ ...more, bounds: { minReplicas, maxReplicas: 1000 } })
    return { advice, text: texts.split('\n')[0], calls }
  }

  it('is raised to half of what the quietest hour needs', () => {
    const { advice, text } = minimum(2, { pods: byHour([9, 7, 8]) })
    expect(advice).toEqual([4, 'hpa.minimum'])
    expect(text).toMatch(/7 pods\. Half of them always run\.$/)
  })

  it('is kept when that is less', () => {
    const { advice, text } = minimum(2, { pods: byHour([9, 4, 8]) })
    expect(advice).toEqual([2, 'hpa.minimum'])
    expect(text).toMatch(/4 pods\.$/)
  })

  it('takes the most pods of each hour of the week over all weeks', () => {
    const week = Array<number>(168).fill(20)
    expect(minimum(2, { pods: byHour([4, ...week.slice(1), 12, ...week.slice(1)]) }).advice).toEqual([
      6,
      'hpa.minimum',
    ])
    expect(minimum(2, { pods: byHour([Number.NaN, ...week.slice(1)]) }).advice).toEqual([10, 'hpa.minimum'])
  })

  it('is not simulated without itself when it cannot be lowered', () => {
    expect(minimum(2, { pods: byHour([2, 9]), free: [1, 9] }).calls).not.toContain(1)
    const changed = { replicaBounds: { minimum: 5, maximum: 100 } }
    expect(minimum(4, { pods: byHour([4, 9]), free: [1, 9], changed }).advice).toEqual([4, 'hpa.minimum'])
  })

  it('that alone kept pods running is lowered to the pods that would have run without it', () => {
    const { advice, text, calls } = minimum(8, { pods: byHour([8, 12, 9]), free: [5, 3, 3] })
    expect(calls).toContain(1)
    expect(advice).toEqual([5, 'hpa.minimum'])
    expect(text).toMatch(/5 pods\.$/)
  })

  it('ignores the simulation in hours above the minimum', () => {
    expect(minimum(8, { pods: byHour([9, 12, 9]), free: [1, 1, 1] }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('is kept when more pods would have run, and without a simulation', () => {
    expect(minimum(8, { pods: byHour([8, 12, 9]), free: [20, 20, 20] }).advice).toEqual([8, 'hpa.minimum'])
    expect(minimum(8, { pods: byHour([8, 12, 9]) }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('is lowered no further than the setting, and by at most half', () => {
    const low = minimum(4, { pods: byHour([4, 9]), free: [1, 9] })
    expect(low.advice).toEqual([2, 'hpa.minimum'])
    expect(low.text).toMatch(/1 pod\. .*2\.$/)
    const changed = { replicaBounds: { minimum: 6, maximum: 100 } }
    expect(minimum(8, { pods: byHour([8, 9]), free: [1, 9], changed }).advice).toEqual([6, 'hpa.minimum'])
    expect(minimum(9, { pods: byHour([9, 12]), free: [2, 12] }).advice).toEqual([
      5,
      'hpa.minimum',
      'step.down',
    ])
  })

  it('is not lowered on a short history', () => {
    expect(minimum(8, { pods: byHour([8, 9]), free: [3, 9], days: 2 }).advice).toEqual(['unsure'])
  })

  it('uses only the simulation when the number of pods never changed', () => {
    const week = Array<number>(168).fill(6)
    expect(minimum(8, { pods: always(8), free: week }).advice).toEqual([6, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8), free: week.with(5, 4) }).advice).toEqual([4, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8) }).advice).toEqual([8, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8) }).text).toMatch(/\w/)
  })

  it('is kept when the number of pods was constantly above it', () => {
    expect(minimum(8, { pods: always(9), free: Array(168).fill(3) }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('is kept when the simulation has no pods', () => {
    expect(minimum(8, { pods: always(8), free: [Number.NaN] }).advice).toEqual([8, 'hpa.minimum'])
  })
})
