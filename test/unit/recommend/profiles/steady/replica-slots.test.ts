import { describe, expect, it } from 'vitest'
import type { DeclaredAutoscaler } from '../../../../../plugin/model/declared.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import { replicaSlots } from '../../../../../plugin/recommend/profiles/steady/replica-slots.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import { observed, workload } from '../../hpa/recorded.ts'
import { options } from './parts.ts'

const hour = 3600
/** The end of the first hour of a Monday. */
const monday = Date.UTC(2026, 8, 7) / 1000 + hour

interface Case {
  readonly counts: readonly number[]
  readonly first?: number
  readonly autoscaler?: DeclaredAutoscaler | null
  readonly changed?: Partial<RecommendOptions>
}

function slots({ counts, first = monday, autoscaler = { targets: [] }, changed = {} }: Case) {
  const series = packCounts({ first, step: hour }, counts)
  return replicaSlots(
    { workload, containers: [], ...(autoscaler === null ? {} : { autoscaler }) },
    observed({ containers: [], replicas: { min: 1, max: 9, mean: 5, series } }),
    { ...options, ...changed },
  )
}

const none = Number.NaN

describe('replica bounds by the hour', () => {
  it('are half of the most pods and twice as many, rounded up, with neighbours alike joined', () => {
    expect(slots({ counts: [4, 4, 7, 9, none, 9, 4] })).toEqual([
      { weekday: 1, from: 0, to: 2, minimum: 2, maximum: 8 },
      { weekday: 1, from: 2, to: 3, minimum: 4, maximum: 14 },
      { weekday: 1, from: 3, to: 4, minimum: 5, maximum: 18 },
      { weekday: 1, from: 5, to: 6, minimum: 5, maximum: 18 },
      { weekday: 1, from: 6, to: 7, minimum: 2, maximum: 8 },
    ])
  })

  it('take the most of several weeks', () => {
    const week = Array<number>(168).fill(none)
    expect(slots({ counts: [4, ...week.slice(1), 10] })).toEqual([
      { weekday: 1, from: 0, to: 1, minimum: 5, maximum: 20 },
    ])
  })

  it('end on Sunday, which is weekday 0', () => {
    const counts = Array<number>(168).fill(none).with(167, 6).with(143, 8)
    expect(slots({ counts })).toEqual([
      { weekday: 6, from: 23, to: 24, minimum: 4, maximum: 16 },
      { weekday: 0, from: 23, to: 24, minimum: 3, maximum: 12 },
    ])
  })

  it('stay within what settings allow and what the HPA has', () => {
    const only = (given: Omit<Case, 'counts'>, count: number) =>
      slots({ ...given, counts: [count] }).map(({ minimum, maximum }) => [minimum, maximum])[0]
    expect(only({}, 1)).toEqual([1, 2])
    expect(only({ autoscaler: { targets: [], minReplicas: 3 } }, 1)).toEqual([2, 2])
    expect(
      only(
        {
          autoscaler: { targets: [], minReplicas: 3 },
          changed: { replicaBounds: { minimum: 5, maximum: 9 } },
        },
        1,
      ),
    ).toEqual([3, 2])
    expect(only({ changed: { replicaBounds: { minimum: 2, maximum: 9 } } }, 8)).toEqual([4, 9])
  })

  it('do not join hours of which one bound differs', () => {
    const changed = { replicaBounds: { minimum: 2, maximum: 9 } }
    expect(slots({ counts: [8, 10], changed }).map(({ minimum, maximum }) => [minimum, maximum])).toEqual([
      [4, 9],
      [5, 9],
    ])
    expect(slots({ counts: [3, 4] }).map(({ minimum, maximum }) => [minimum, maximum])).toEqual([
      [2, 6],
      [2, 8],
    ])
  })

  it('of the day are the most of all weekdays', () => {
    const counts = Array<number>(72).fill(none).with(5, 3).with(29, 9).with(53, 4).with(30, 9)
    expect(slots({ counts, changed: { replicaSlots: 'daily' } })).toEqual([
      { from: 5, to: 7, minimum: 5, maximum: 18 },
    ])
  })

  it('are none without an HPA, without pods by the hour, and where they are switched off', () => {
    expect(slots({ counts: [4], autoscaler: null })).toEqual([])
    expect(slots({ counts: [4], changed: { replicaSlots: 'off' } })).toEqual([])
    const declared = { workload, containers: [], autoscaler: { targets: [] } }
    expect(replicaSlots(declared, observed({ containers: [] }), options)).toEqual([])
    const steady = observed({ containers: [], replicas: { min: 1, max: 1, mean: 1 } })
    expect(replicaSlots(declared, steady, options)).toEqual([])
  })
})
