import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import type { DeclaredAutoscaler } from '../../../plugin/model/declared.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import type { RecommendOptions } from '../../../plugin/recommend/recommend-options.ts'
import { replicaSlots } from '../../../plugin/recommend/replica-slots.ts'
import { observationWith, workload } from './builders.ts'

const options = settingsSchema.parse({}).recommend
const hour = 3600
/** End of the first hour of a Monday, in seconds since 1970. */
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
    observationWith({ containers: [], replicas: { min: 1, max: 9, mean: 5, series } }),
    { ...options, ...changed },
  )
}

const none = Number.NaN

describe('replica slots', () => {
  it('are half and twice the most pods, rounded up, with equal neighbours merged', () => {
    expect(slots({ counts: [4, 4, 7, 9, none, 9, 4] })).toEqual([
      { weekday: 1, from: 0, to: 2, minimum: 2, maximum: 8 },
      { weekday: 1, from: 2, to: 3, minimum: 4, maximum: 14 },
      { weekday: 1, from: 3, to: 4, minimum: 5, maximum: 18 },
      { weekday: 1, from: 5, to: 6, minimum: 5, maximum: 18 },
      { weekday: 1, from: 6, to: 7, minimum: 2, maximum: 8 },
    ])
  })

  it('take the most pods of several weeks', () => {
    const week = Array<number>(168).fill(none)
    expect(slots({ counts: [4, ...week.slice(1), 10] })).toEqual([
      { weekday: 1, from: 0, to: 1, minimum: 5, maximum: 20 },
    ])
  })

  it('end with Sunday, weekday 0', () => {
    const counts = Array<number>(168).fill(none).with(167, 6).with(143, 8)
    expect(slots({ counts })).toEqual([
      { weekday: 6, from: 23, to: 24, minimum: 4, maximum: 16 },
      { weekday: 0, from: 23, to: 24, minimum: 3, maximum: 12 },
    ])
  })

  it('stay within the settings and the minimum of the HPA', () => {
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

  it('keep hours apart when one bound differs', () => {
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

  it('of a day use the most pods of all weekdays', () => {
    const counts = Array<number>(72).fill(none).with(5, 3).with(29, 9).with(53, 4).with(30, 9)
    expect(slots({ counts, changed: { replicaSlots: 'daily' } })).toEqual([
      { from: 5, to: 7, minimum: 5, maximum: 18 },
    ])
  })

  it('are empty without an HPA, without a series of pods, and when turned off', () => {
    expect(slots({ counts: [4], autoscaler: null })).toEqual([])
    expect(slots({ counts: [4], changed: { replicaSlots: 'off' } })).toEqual([])
    const declared = { workload, containers: [], autoscaler: { targets: [] } }
    expect(replicaSlots(declared, observationWith({ containers: [] }), options)).toEqual([])
    const steady = observationWith({ containers: [], replicas: { min: 1, max: 1, mean: 1 } })
    expect(replicaSlots(declared, steady, options)).toEqual([])
  })
})
