import {
  type CronSchedule,
  podHours,
  podsByHourOfWeek,
  scheduleOf,
  scheduleText,
} from '../model/cron-schedule.ts'
import type { DeclaredAutoscaler, DeclaredWorkload } from '../model/declared.ts'
import { type FieldAddress, scheduleField } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'
import { reason } from './advice.ts'
import { emergencyRules, eventRules } from './command-rules.ts'
import { mostWindows, windowsOf } from './cron-windows.ts'
import { keepRecentlyChanged } from './keep-changes.ts'
import { keepInOutage } from './outage.ts'
import { turnedOff } from './policy.ts'
import type { RecommendOptions } from './recommend-options.ts'
import type { WorkloadInput } from './workload-input.ts'

const field = scheduleField
/** Days of history that show each hour of the week once. */
const wholeWeek = 7

/** What a schedule is decided from. */
interface CronInput {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  readonly policy: WorkloadInput['policy']
  /** All workloads that are observed. */
  readonly all: readonly Observation[]
  readonly slots: readonly ReplicaSlot[]
  readonly options: RecommendOptions
  /** Days between our last change of a value and the end of the window. */
  readonly lastChange: (address: FieldAddress) => number | undefined
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  /** Whether a planned event of the workload is on. */
  readonly isEventOn?: boolean
}

/**
 * Adds a recommendation for the cron triggers of a ScaledObject, with `replicaSlots: keda`: the replica slots as a few windows. Where
 * one is declared already, it changes only when enough of it differs.
 */
export function withCronTriggers(
  recommendations: readonly Recommendation[],
  input: CronInput,
): readonly Recommendation[] {
  const { declared, observation, options, all, lastChange } = input
  if (options.replicaSlots !== 'keda' || declared.autoscaler?.schedule === undefined) return recommendations
  const decided = scheduleFor(recommendations, declared.autoscaler.schedule.text, input)
  const kept = keepInOutage([decided], observation, all)
  const { restDays } = options
  const rested = keepRecentlyChanged(kept, {
    observation,
    kills: new Map(),
    restDays,
    targetRestDays: 0,
    lastChange,
  })
  return [...recommendations, ...rested]
}

function scheduleFor(
  recommendations: readonly Recommendation[],
  text: string,
  input: CronInput,
): Recommendation {
  const { observation, options, slots } = input
  const { workload, autoscaler } = input.declared
  const current = scheduleOf(text)
  const unsure = (missing: string): Recommendation => ({ workload, field, verdict: 'unsure', missing })
  if (current === undefined) return unsure('Its cron triggers were edited by a person, so they are kept')
  const from = podHours(current)
  const keep = (...because: readonly Reason[]): Recommendation => ({
    ...{ workload, field, verdict: 'keep', from, because },
  })
  const obstacle = obstacleTo(recommendations, input)
  if (obstacle !== undefined) return keep(obstacle)
  if (observation.unhealthy !== undefined) return unsure(`Skipped: ${observation.unhealthy}`)
  const days = Math.max(wholeWeek, options.minimumDays)
  if (observation.days < days || slots.length === 0)
    return unsure(
      `A schedule needs ${days} days with the number of pods; there are ${observation.days.toFixed(1)}`,
    )
  const bounds = overLowestSlot(plannedBounds(recommendations, autoscaler), recommendations, slots)
  const windows = windowsOf(slots, bounds)
  if (windows === undefined)
    return keep(
      reason('cron.uneven', `The pods that run differ too much by hour for ${mostWindows} windows a week.`),
    )
  const wanted = { timeZone: slots[0]?.timeZone ?? 'UTC', windows }
  const because = reasonFor(wanted, bounds.minimum)
  const moved = movedShare(current, wanted) * 100
  if (moved === 0) return keep(because)
  if (moved < options.cronTriggers.minimumChange) return keep(because, steady(moved, options))
  return changeOf(workload, { from, wanted }, because)
}

/** KEDA's default of `maxReplicaCount`. */
const defaultMaximum = 100

/** The replica bounds that hold with the other changes of the workload, and before them. */
function plannedBounds(
  recommendations: readonly Recommendation[],
  { minReplicas = 0, maxReplicas = defaultMaximum }: Partial<DeclaredAutoscaler> = {},
) {
  const planned = (field: Recommendation['field']): number | undefined => {
    const found = recommendations.find((one) => one.field === field)
    return found?.verdict === 'change' ? found.to : undefined
  }
  return {
    minimum: planned('hpa.minReplicas') ?? minReplicas,
    maximum: Math.min(maxReplicas, planned('hpa.maxReplicas') ?? maxReplicas),
  }
}

/**
 * Bounds with the lowest slot as the minimum, where the profile keeps a minimum that fits every hour: once the schedule is in Git, it lowers
 * the minimum to that.
 */
function overLowestSlot(
  bounds: ReturnType<typeof plannedBounds>,
  recommendations: readonly Recommendation[],
  slots: readonly ReplicaSlot[],
): ReturnType<typeof plannedBounds> {
  const found = recommendations.find((one) => one.field === 'hpa.minReplicas')
  const isBySlots =
    found !== undefined &&
    found.verdict !== 'unsure' &&
    found.because.some(({ rule }) => rule === 'tortoise.slots')
  if (!isBySlots) return bounds
  return { ...bounds, minimum: Math.min(bounds.minimum, ...slots.map(({ minimum }) => minimum)) }
}

const changeOf = (
  workload: Change['workload'],
  { from, wanted }: { readonly from: number; readonly wanted: CronSchedule },
  because: Reason,
): Change => ({
  ...{ workload, field, verdict: 'change', from, to: podHours(wanted), written: scheduleText(wanted) },
  because: [because],
  together: 'cron triggers',
})

function reasonFor(wanted: CronSchedule, minimum: number): Reason {
  if (wanted.windows.length === 0)
    return reason('cron.even', 'The pods that run differ too little by hour, so no cron trigger is needed.')
  const text = `The replica slots of the week, with hours and days that differ little joined: ${scheduleText(wanted)}. Outside of these hours the minimum of ${minimum} holds; other triggers still add pods.`
  return reason('cron.slots', text)
}

const steady = (moved: number, { cronTriggers }: RecommendOptions): Reason =>
  reason(
    'cron.steady',
    `${Math.round(moved)} % of the schedule differs; it is written again from ${cronTriggers.minimumChange} % (\`recommend.cronTriggers.minimumChange\`).`,
  )

/** The share of the pod-hours of two schedules that only one of them has, 0 to 1; 1 where their hours are of other time zones. */
function movedShare(current: CronSchedule, wanted: CronSchedule): number {
  const [before, after] = [podsByHourOfWeek(current), podsByHourOfWeek(wanted)]
  const larger = Math.max(podHours(current), podHours(wanted))
  if (larger === 0) return 0
  if (current.windows.length > 0 && wanted.windows.length > 0 && current.timeZone !== wanted.timeZone)
    return 1
  const different = before.reduce((sum, pods, hour) => sum + Math.abs(pods - (after[hour] ?? 0)), 0)
  return Math.min(1, different / larger)
}

/** Why the schedule is kept whatever the slots are. */
function obstacleTo(
  recommendations: readonly Recommendation[],
  { declared, policy, pastValues, isEventOn = false }: CronInput,
): Reason | undefined {
  const { workload, containers, autoscaler } = declared
  const off = containers.map(({ name }) => policy(name, 'cpu')).find((one) => one.policy === 'Off')
  if (off !== undefined) return turnedOff(off)
  const obstacle = autoscaler?.schedule?.obstacle
  if (obstacle !== undefined) return reason('cron.kept', obstacle)
  const [last] = pastValues({ workload, field: 'hpa.minReplicas' })
  const isRaised =
    last !== undefined &&
    Number(last.to) === autoscaler?.minReplicas &&
    (last.emergency !== undefined || last.rules.includes(eventRules.on))
  const isReturning = recommendations.some(
    (one) =>
      one.verdict === 'change' &&
      one.field === 'hpa.minReplicas' &&
      one.because.some(({ rule }) => [eventRules.on, emergencyRules.over].some((known) => known === rule)),
  )
  return isRaised || isReturning || isEventOn
    ? reason('cron.waits', 'An emergency or a planned event is on, so the schedule waits.')
    : undefined
}
