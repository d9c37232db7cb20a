import type { DeclaredWorkload } from '../model/declared.ts'
import type { FieldAddress } from '../model/field.ts'
import type { HealthOptions } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { PastValue } from '../model/past-edit.ts'
import type { PlannedEvent } from '../model/planned-event.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { ReplicaSlot } from '../model/replica-slots.ts'
import { noSurroundings, type Surroundings } from '../model/surroundings.ts'
import { workloadKey } from '../model/workload.ts'
import { afterPastChanges } from './after-past-changes.ts'
import { borrowFromLike } from './borrowed.ts'
import { recordedTimes, type WasRecorded } from './container-evidence.ts'
import { withCronTriggers } from './cron-triggers.ts'
import { decideWorkload } from './decide.ts'
import { withEmergencies } from './emergency.ts'
import { eventsOf, withEvents } from './events.ts'
import { keepWhileWorse } from './health/signals.ts'
import { withoutImplied } from './implied-requests.ts'
import { keepAnnounced } from './keep-announced.ts'
import { keepBounded } from './keep-bounded.ts'
import { keepAtMaximum, keepRecentlyChanged } from './keep-changes.ts'
import { answeredKills } from './kills.ts'
import { correctMillibytes, withIntendedMemory } from './millibytes.ts'
import { nodeRoom } from './node-room.ts'
import { keepInOutage } from './outage.ts'
import { keepWithinPodRanges } from './pod-ranges.ts'
import { type PolicyRule, policyOf } from './policy.ts'
import type { Profile } from './profile.ts'
import { type ProfileName, profiles } from './profiles/profiles.ts'
import type { RecommendOptions } from './recommend-options.ts'
import { replayOf } from './replay/replay.ts'
import { replicaSlots } from './replica-slots.ts'
import { safetyGate } from './safety-gate.ts'
import { keepWithinSums } from './shared-bounds.ts'
import { containerBounds } from './value-bounds.ts'
import { withoutEmergencies } from './without-emergencies.ts'
import type { WorkloadInput } from './workload-input.ts'

/** How to decide. */
export interface RecommendSettings {
  /** `steady` when left out. */
  readonly profile?: ProfileName
  readonly options: RecommendOptions
  readonly rules: readonly PolicyRule[]
  /** Applies the safety gate: drops changes that the recorded history shows to be less safe than the current values. */
  readonly guarded?: boolean
  /** What else bounds or writes the values of a workload; nothing when left out. */
  readonly surroundings?:
    | ((declared: DeclaredWorkload, cluster: string | undefined) => Surroundings)
    | undefined
  /** Days between our last change of a value and `time` (ISO 8601); `undefined` when Tortoise did not change it recently. */
  readonly lastChange: (
    address: FieldAddress & { readonly cluster?: string },
    time: string,
  ) => number | undefined
  /** The planned events that are not over. */
  readonly events?: readonly PlannedEvent[]
  /** How changes are followed after they reach the base branch; they are not when left out. */
  readonly health?: HealthOptions
  /** The changes that Tortoise made of a value before `time` (ISO 8601), newest first; not known when left out. */
  readonly pastValues?:
    | ((address: FieldAddress & { readonly cluster?: string }, time: string) => readonly PastValue[])
    | undefined
}

/** The workloads that one source declares for one cluster. */
export interface DeclaredSource {
  readonly cluster?: string | undefined
  readonly workloads: readonly DeclaredWorkload[]
}

/** Recommends a value for every field of every workload of a source. Pure: the same input gives the same result. */
export function recommend(
  { cluster, workloads }: DeclaredSource,
  observations: readonly Observation[],
  settings: RecommendSettings,
): readonly Recommendation[] {
  const observed = observedIn(observations, cluster)
  const wasRecorded = recordedTimes(observations)
  return workloads.flatMap((declared) => {
    const observation = observed.get(workloadKey(declared.workload))
    return recommendWorkload({ cluster, declared, observation, wasRecorded, all: observations }, settings)
  })
}

interface ObservedWorkload {
  readonly cluster: string | undefined
  readonly declared: DeclaredWorkload
  readonly observation: Observation | undefined
  readonly wasRecorded: WasRecorded
  readonly all: readonly Observation[]
}

function recommendWorkload(
  { cluster, declared: written, observation: recorded, wasRecorded, all }: ObservedWorkload,
  settings: RecommendSettings,
): readonly Recommendation[] {
  const { profile: name = 'steady', options, rules, surroundings: find, events = [] } = settings
  const observation = recorded && learntFrom(recorded, { cluster, declared: written }, settings)
  const profile: Profile = profiles[name]
  const declared = options.correctMillibytes ? withIntendedMemory(written) : written
  const policy = policyOf(rules, { cluster, declared, live: observation?.policies })
  const surroundings = find?.(declared, cluster) ?? noSurroundings
  const bounds = (container: string, resource: 'cpu' | 'memory') =>
    containerBounds(surroundings, rules, {
      subject: { cluster, workload: declared.workload, container },
      resource,
      room: options.fitNodes
        ? nodeRoom(surroundings.nodes ?? [], declared, { container, resource })
        : undefined,
    })
  const planned = eventsOf(events, { declared, cluster })
  if (observation === undefined) {
    const unknown = decideWorkload({ declared, policy }, profile, options)
    const pastValues = pastIn(cluster, settings, '')
    const calm = withEmergencies(unknown, { declared, pastValues })
    // Without usage nothing is known against fewer pods, and nothing for smaller ones.
    const hold = (all: readonly Recommendation[]) => all.filter(({ container }) => container === undefined)
    const input = { declared, events: planned, pastValues, bounds, hold }
    return withoutImplied(withEvents(calm, input), declared)
  }
  const replay = replayOf(observation)
  const subject = { declared, policy, observation, replay, wasRecorded, surroundings, bounds }
  const decide = (one: Observation, how: RecommendOptions) =>
    boundedDecisions(
      { ...subject, observation: one, replay: one === observation ? replay : replayOf(one) },
      profile,
      how,
    )
  const known = borrowFromLike(decide(observation, options), { observation, all, options, decide })
  const decided = afterHistory(known, { ...subject, cluster, all }, settings)
  const corrected = options.correctMillibytes ? correctMillibytes(decided, written) : decided
  return withCronTriggers(withoutImplied(corrected, declared), {
    ...{ declared, observation, policy, all, options },
    slots: recommendReplicaSlots(declared, observation, settings),
    lastChange: (address) => settings.lastChange(inCluster(address, cluster), observation.window.to),
    pastValues: pastIn(cluster, settings, observation.window.to),
    isEventOn: planned.some(({ isOn }) => isOn),
  })
}

/** The changes that Tortoise made of a value in a cluster, newest first, with the days from each to a time. */
const pastIn =
  (cluster: string | undefined, { pastValues }: Pick<RecommendSettings, 'pastValues'>, time: string) =>
  (address: FieldAddress): readonly PastValue[] =>
    pastValues?.(inCluster(address, cluster), time) ?? []

const inCluster = (address: FieldAddress, cluster: string | undefined) => ({
  ...address,
  ...(cluster === undefined ? {} : { cluster }),
})

/** The usage without what emergencies did. */
const learntFrom = (
  observation: Observation,
  { cluster, declared: { workload } }: Pick<ObservedWorkload, 'cluster' | 'declared'>,
  settings: RecommendSettings,
): Observation => {
  const past = pastIn(cluster, settings, observation.window.to)
  return withoutEmergencies(observation, past({ workload, field: 'hpa.minReplicas' }))
}

type Subject = WorkloadInput & Required<Pick<WorkloadInput, 'observation' | 'replay' | 'surroundings'>>

/** What the rules of the profile say, without what leaves the bounds of single values or of their sums. */
function boundedDecisions(
  subject: Subject,
  profile: Profile,
  options: RecommendOptions,
): readonly Recommendation[] {
  const { declared } = subject
  const bounded = keepBounded(decideWorkload(subject, profile, options), subject)
  const inRanges = keepWithinPodRanges(keepAnnounced(bounded, declared), subject)
  return keepWithinSums(inRanges, { ...subject, fitNodes: options.fitNodes })
}

/** Without changes that come too soon, that the recorded history shows to be less safe, or that did not fit before. */
function afterHistory(
  decided: readonly Recommendation[],
  subject: Subject & Pick<ObservedWorkload, 'cluster' | 'all'>,
  settings: RecommendSettings,
): readonly Recommendation[] {
  const { profile: name = 'steady', options, guarded = false, lastChange, health } = settings
  const { declared, observation, replay, cluster, all } = subject
  const profile: Profile = profiles[name]
  const { to: end } = observation.window
  const kills = answeredKills(decided, observation)
  const known = keepWhileWorse(keepInOutage(decided, observation, all), observation)
  const advised = keepRecentlyChanged(keepAtMaximum(known, declared.autoscaler, observation), {
    observation,
    kills,
    restDays: options.restDays,
    targetRestDays: profile.targetRestDays?.(options) ?? 0,
    lastChange: (address) => lastChange(inCluster(address, cluster), end),
  })
  const ofPods = declared.workload.kind === 'DaemonSet' ? 1 - options.podPercentile / 100 : 0
  const acceptedTimeAbove = Math.max(profile.acceptedTimeAbove(options), ofPods)
  const safe = guarded ? safetyGate(advised, { declared, observation, replay, acceptedTimeAbove }) : advised
  const past = pastIn(cluster, settings, end)
  const after = afterPastChanges(safe, {
    declared,
    observation,
    all,
    kills,
    health,
    decided,
    pastValues: past,
  })
  return withEvents(after, {
    ...{ declared, pastValues: past, bounds: subject.bounds },
    events: eventsOf(settings.events ?? [], { declared, cluster }),
    hold: (restored) => keepWhileWorse(keepInOutage(restored, observation, all), observation),
  })
}

/** Replica bounds by hour for a workload behind an HPA, by the rules of the profile; empty when they are off or unknown. */
export function recommendReplicaSlots(
  declared: DeclaredWorkload,
  observation: Observation,
  { profile: name = 'steady', options }: Pick<RecommendSettings, 'profile' | 'options'>,
): readonly ReplicaSlot[] {
  if (declared.autoscaler === undefined || options.replicaSlots === 'off') return []
  const profile: Profile = profiles[name]
  return (profile.replicaSlots ?? replicaSlots)(declared, observation, options)
}
