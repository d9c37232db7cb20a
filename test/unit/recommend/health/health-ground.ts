import type { DeclaredWorkload } from '../../../../plugin/model/declared.ts'
import type { Field } from '../../../../plugin/model/field.ts'
import type { HealthOptions } from '../../../../plugin/model/health.ts'
import type { ContainerUsage, Observation } from '../../../../plugin/model/observation.ts'
import type { PastValue } from '../../../../plugin/model/past-edit.ts'
import type { Recommendation } from '../../../../plugin/model/recommendation.ts'
import { followChanges } from '../../../../plugin/recommend/health/follow.ts'
import { afterHealth } from '../../../../plugin/recommend/health/take-back.ts'
import { observationWith, recordedUsage, workload } from '../builders.ts'

const options: HealthOptions = { days: 3, takeBack: true, floorDays: 30 }
const hour = 3600
const first = Date.UTC(2026, 8, 1) / 1000 + hour
/** The end of the recorded two weeks, in seconds. */
export const end = Date.UTC(2026, 8, 15) / 1000
/** Their hourly samples. */
export const frame = { first, step: hour, count: 14 * 24 }
const hoursAgo = (hours: number): number => end - hours * hour
const gib = 1024 ** 3

/** A workload with one container and these values. */
export const declaredWith = (
  values: Readonly<Partial<Record<Field, string>>>,
  autoscaler?: DeclaredWorkload['autoscaler'],
): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'app', role: 'main', values }],
  ...(autoscaler && { autoscaler }),
})

interface Given {
  readonly cpu?: (hour: number) => number
  readonly more?: Partial<ContainerUsage>
  readonly about?: Partial<Observation>
}

/** Usage of the container, in millicores by hour. */
export const observed = ({ cpu = () => 100, more = {}, about = {} }: Given = {}): Observation =>
  observationWith({
    containers: [
      { container: 'app', oomKills: 0, ...recordedUsage({ cpu, memory: () => gib / 4 }, frame), ...more },
    ],
    ...about,
  })

/** A value that a run changed so many days ago. */
export const edit = (
  from: string,
  to: string,
  daysAgo: number,
  more: Partial<PastValue> = {},
): PastValue => ({
  from,
  to,
  rules: ['memory.peak'],
  at: '2026-09-13T00:00:00Z',
  daysAgo,
  commit: 'a1b2c3d4e5f6',
  ...more,
})

/** The past values of fields. */
export type Past = Readonly<Partial<Record<Field, readonly PastValue[]>>>

/** What became of past changes, and the recommendations after that. */
export function judged(
  declared: DeclaredWorkload,
  observation: Observation,
  past: Past,
  all: readonly Observation[] = [],
) {
  const addresses = Object.keys(past).map((field) =>
    field.startsWith('hpa.')
      ? { workload, field: field as Field }
      : { workload, container: 'app', field: field as Field },
  )
  const pastValues = ({ field }: { readonly field: Field }) => past[field] ?? []
  const followed = followChanges(addresses, {
    declared,
    observation,
    pastValues,
    all: [observation, ...all],
    options,
  })
  const keep = addresses.map((one): Recommendation => ({ ...one, verdict: 'keep', from: 1, because: [] }))
  const decide = (recommendations: readonly Recommendation[] = keep) =>
    afterHealth(recommendations, followed, { declared, health: options, pastValues, isAnswer: () => false })
  return { followed, decide, verdicts: followed.map(({ verdict }) => verdict) }
}

/** A container that was killed so many hours before the end. */
export const killed = (hours: readonly number[]): Partial<ContainerUsage> => ({
  oomKills: hours.length,
  oomTimes: hours.map(hoursAgo),
})
