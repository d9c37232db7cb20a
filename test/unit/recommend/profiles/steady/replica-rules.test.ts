import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import type { ReplicaHistory } from '../../../../../plugin/model/observation.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import type { Evidence } from '../../../../../plugin/recommend/evidence.ts'
import { replicaBounds } from '../../../../../plugin/recommend/profiles/steady/replica-bounds.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import type { Replay, Replayed } from '../../../../../plugin/recommend/replay/replay.ts'
import { workload } from '../../hpa/recorded.ts'
import { evidence, said, textOf } from './parts.ts'

const hour = 3600
const first = Date.UTC(2026, 8, 7) / 1000 + hour

/** Pods by hour from a Monday on. */
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
  /** Pods by hour that the HPA would run without its minimum. */
  readonly free?: readonly number[]
}

function ask({ bounds = {}, pods, changed = {}, days = 14, free }: Case) {
  const known: Evidence = evidence(changed, { days, ...(pods === undefined ? {} : { replicas: pods }) })
  const asked: number[] = []
  const replay: Replay = (_members, scaler) => {
    asked.push(scaler.minReplicas)
    if (free === undefined) return undefined
    return {
      demand: { first, step: hour, values: new Float64Array() },
      run: {
        run: { replicas: Float64Array.from(free) },
        podsAt: (time: number) => free[Math.round((time - first) / hour)] ?? Number.NaN,
      },
    } as unknown as Replayed
  }
  const autoscaler = bounds && { targets: [{ resource: 'cpu' as const, utilization: 60 }], ...bounds }
  const declared = {
    workload,
    containers: [{ name: 'app', role: 'main' as const, values: { 'requests.cpu': '500m' } }],
    ...(autoscaler && { autoscaler }),
  }
  const { minimum, maximum } = replicaBounds({ declared, replay, read: () => 500 }, known)
  return {
    minimum: minimum && said(minimum),
    maximum: maximum && said(maximum),
    texts: [minimum, maximum].map((advice) => (advice ? textOf(advice) : '')).join('\n'),
    asked,
  }
}

const none = { minimum: undefined, maximum: undefined }

describe('replica bounds', () => {
  it('are not advised on without an HPA, nor without any pods', () => {
    expect(ask({ bounds: null, pods: always(5) })).toMatchObject(none)
    expect(ask({ bounds: { minReplicas: 2, maxReplicas: 9 } })).toMatchObject(none)
    const nothing = byHour([Number.NaN, Number.NaN])
    expect(ask({ bounds: { minReplicas: 2, maxReplicas: 9 }, pods: nothing })).toMatchObject(none)
  })

  it('are advised on one by one, as Git declares them', () => {
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
      'are alike',
      { minReplicas: 5, maxReplicas: 5 },
      { minimum: [5, 'hpa.pinned'], maximum: [5, 'hpa.pinned'] },
    ],
    [
      'allow nothing',
      { minReplicas: 6, maxReplicas: 5 },
      { minimum: [6, 'hpa.pinned'], maximum: [5, 'hpa.pinned'] },
    ],
    [
      'are alike, with one pod not named',
      { maxReplicas: 1 },
      { minimum: undefined, maximum: [1, 'hpa.pinned'] },
    ],
    [
      'begin at none',
      { minReplicas: 0, maxReplicas: 90 },
      { minimum: [0, 'hpa.pinned'], maximum: [90, 'hpa.pinned'] },
    ],
    ['begin at none, without an end', { minReplicas: 0 }, { minimum: [0, 'hpa.pinned'], maximum: undefined }],
  ])('stay where they %s', (_name, bounds, wanted) => {
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
    ['less than a quarter above the most pods is raised to half above them', 12, 10, [15, 'hpa.maximum']],
    ['a quarter above them stays', 10, 8, [10, 'hpa.maximum']],
    ['three times of them stays', 30, 10, [30, 'hpa.maximum']],
    ['more than three times of them is lowered to twice', 31, 10, [20, 'hpa.maximum']],
    ['far above them is lowered by half at most', 60, 10, [30, 'hpa.maximum', 'pace.down']],
    ['of ten is never lowered', 10, 1, [10, 'hpa.maximum']],
    ['of eleven is lowered to ten at least', 14, 2, [10, 'hpa.maximum']],
  ])('%s', (_name, from, most, wanted) => {
    const { advice, texts } = maximum(from, always(most))
    expect(advice).toEqual(wanted)
    expect(texts).toContain(`${most} pod`)
  })

  it('says what is allowed and the least', () => {
    expect(maximum(12, always(10)).texts).toContain('1.5')
    expect(maximum(31, always(10)).texts).toMatch(/\b2 .*\b10\b/)
    expect(maximum(30, always(10)).texts).toMatch(/\w/)
  })

  it('is raised as far as settings allow', () => {
    const changed = { replicaBounds: { minimum: 2, maximum: 14 } }
    expect(maximum(12, always(10), { changed }).advice).toEqual([14, 'hpa.maximum'])
    expect(maximum(20, always(17), { changed }).advice).toEqual([20, 'hpa.maximum'])
  })

  it('is lowered on enough evidence alone', () => {
    expect(maximum(31, always(10), { days: 2 }).advice).toEqual(['unsure'])
    expect(maximum(12, always(10), { days: 2 }).advice).toEqual([15, 'hpa.maximum'])
  })

  it('takes the most pods of any hour', () => {
    expect(maximum(12, byHour([3, 10, 4])).advice).toEqual([15, 'hpa.maximum'])
    expect(maximum(12, byHour([3, Number.NaN, 10, 4])).advice).toEqual([15, 'hpa.maximum'])
  })

  it('that was hit is raised by half', () => {
    const { advice, texts } = maximum(10, always(10))
    expect(advice).toEqual([15, 'hpa.maximum-hit'])
    expect(texts).toMatch(/10 pods.*100 %.*: \w/)
    expect(maximum(9, always(9)).advice).toEqual([14, 'hpa.maximum-hit'])
  })

  it('that was hit stays where settings allow no more', () => {
    const changed = { replicaBounds: { minimum: 2, maximum: 10 } }
    const stays = maximum(10, always(10), { changed })
    expect(stays.advice).toEqual([10, 'hpa.maximum-hit'])
    expect(stays.texts).not.toBe(maximum(10, always(10)).texts)
    expect(stays.texts).toMatch(/: \w/)
    expect(maximum(20, always(20), { changed }).advice).toEqual([20, 'hpa.maximum-hit'])
    const more = { replicaBounds: { minimum: 2, maximum: 12 } }
    expect(maximum(10, always(10), { changed: more }).advice).toEqual([12, 'hpa.maximum-hit'])
  })
})

describe('a minimum', () => {
  const minimum = (minReplicas: number, more: Omit<Case, 'bounds'>) => {
    const { minimum: advice, texts, asked } = ask({ ...more, bounds: { minReplicas, maxReplicas: 1000 } })
    return { advice, text: texts.split('\n')[0], asked }
  }

  it('is raised to half of what the quietest hour needs', () => {
    const { advice, text } = minimum(2, { pods: byHour([9, 7, 8]) })
    expect(advice).toEqual([4, 'hpa.minimum'])
    expect(text).toMatch(/7 pods.*, \w/)
  })

  it('stays where that is less', () => {
    const { advice, text } = minimum(2, { pods: byHour([9, 4, 8]) })
    expect(advice).toEqual([2, 'hpa.minimum'])
    expect(text).toMatch(/4 pods$/)
  })

  it('takes the most pods of an hour of the week over the weeks', () => {
    const week = Array<number>(168).fill(20)
    expect(minimum(2, { pods: byHour([4, ...week.slice(1), 12, ...week.slice(1)]) }).advice).toEqual([
      6,
      'hpa.minimum',
    ])
    expect(minimum(2, { pods: byHour([Number.NaN, ...week.slice(1)]) }).advice).toEqual([10, 'hpa.minimum'])
  })

  it('is not simulated below where it is as low as it may be', () => {
    expect(minimum(2, { pods: byHour([2, 9]), free: [1, 9] }).asked).toEqual([])
    const changed = { replicaBounds: { minimum: 5, maximum: 100 } }
    expect(minimum(4, { pods: byHour([4, 9]), free: [1, 9], changed }).advice).toEqual([4, 'hpa.minimum'])
  })

  it('that alone held pods up is lowered to what would have run without it', () => {
    const { advice, text, asked } = minimum(8, { pods: byHour([8, 12, 9]), free: [5, 3, 3] })
    expect(asked).toEqual([1])
    expect(advice).toEqual([5, 'hpa.minimum'])
    expect(text).toMatch(/5 pods$/)
  })

  it('is not lowered by what would have run in hours above it', () => {
    expect(minimum(8, { pods: byHour([9, 12, 9]), free: [1, 1, 1] }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('is not lowered where more would have run, or nothing is known of it', () => {
    expect(minimum(8, { pods: byHour([8, 12, 9]), free: [20, 20, 20] }).advice).toEqual([8, 'hpa.minimum'])
    expect(minimum(8, { pods: byHour([8, 12, 9]) }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('is lowered to what settings allow, and by half at most', () => {
    const low = minimum(4, { pods: byHour([4, 9]), free: [1, 9] })
    expect(low.advice).toEqual([2, 'hpa.minimum'])
    expect(low.text).toMatch(/1 pod; .*2$/)
    const changed = { replicaBounds: { minimum: 6, maximum: 100 } }
    expect(minimum(8, { pods: byHour([8, 9]), free: [1, 9], changed }).advice).toEqual([6, 'hpa.minimum'])
    expect(minimum(9, { pods: byHour([9, 12]), free: [2, 12] }).advice).toEqual([
      5,
      'hpa.minimum',
      'pace.down',
    ])
  })

  it('is lowered on enough evidence alone', () => {
    expect(minimum(8, { pods: byHour([8, 9]), free: [3, 9], days: 2 }).advice).toEqual(['unsure'])
  })

  it('is lowered from the simulation alone where the number of pods never moved', () => {
    const week = Array<number>(168).fill(6)
    expect(minimum(8, { pods: always(8), free: week }).advice).toEqual([6, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8), free: week.with(5, 4) }).advice).toEqual([4, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8) }).advice).toEqual([8, 'hpa.minimum'])
    expect(minimum(8, { pods: always(8) }).text).toMatch(/\w/)
  })

  it('stays where the number of pods never moved above it', () => {
    expect(minimum(8, { pods: always(9), free: Array(168).fill(3) }).advice).toEqual([8, 'hpa.minimum'])
  })

  it('stays where the simulation says nothing', () => {
    expect(minimum(8, { pods: always(8), free: [Number.NaN] }).advice).toEqual([8, 'hpa.minimum'])
  })
})
