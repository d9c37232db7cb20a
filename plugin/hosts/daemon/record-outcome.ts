import type { Coverage } from '../../model/coverage.ts'
import type { Observation } from '../../model/observation.ts'
import { type Outcome, queuedIn } from '../../model/plan.ts'
import type { TrackedPull } from '../../model/proposal.ts'
import { sum } from '../../model/sum.ts'
import { readValue } from '../../model/value.ts'
import { observationOf } from '../../report/evidence.ts'
import { podsOf } from '../../report/fleet/sums.ts'
import { skippedByKind } from '../../report/skip-reasons.ts'
import type { Labels, Metrics } from './metrics.ts'

/** The labels of a run: its schedule, and where the daemon works on several, its repository and branch. */
export type RunLabels =
  | { readonly schedule: string }
  | { readonly schedule: string; readonly repository: string; readonly branch: string }

/** A run to record. */
export interface RecordedRun {
  readonly labels: RunLabels
  /** Whether it planned everything, and not only what is urgent. */
  readonly isWhole: boolean
  readonly observations: readonly Observation[]
}

/** Records the result of a run. Raised values count as positive. */
export function recordOutcome(
  metrics: Metrics,
  { labels, isWhole, observations }: RecordedRun,
  { plan, delivery, pulls }: Outcome,
): void {
  const changes = plan.proposal?.changes ?? []
  metrics.set('tortoise_changes', labels, changes.length)
  metrics.set('tortoise_skipped', labels, plan.skipped.length)
  const unsure = plan.recommendations.filter(({ verdict }) => verdict === 'unsure')
  metrics.set('tortoise_unsure', labels, unsure.length)
  const net = (field: 'requests.cpu' | 'requests.memory'): number =>
    sum(
      changes
        .filter((one) => one.field === field)
        .map(
          (one) =>
            ((readValue(field, one.to) ?? 0) - (readValue(field, one.from) ?? 0)) *
            podsOf(observationOf(observations, one)),
        ),
    )
  metrics.set('tortoise_net_cpu_request_cores', labels, net('requests.cpu') / 1000)
  metrics.set('tortoise_net_memory_request_bytes', labels, net('requests.memory'))
  for (const one of plan.coverage ?? []) recordCoverage(metrics, { ...labels, cluster: one.cluster }, one)
  if (delivery?.created === true) metrics.add('tortoise_commits_total', labels)
  if (pulls !== undefined) recordPulls(metrics, { labels, queued: queuedIn(delivery) }, pulls)
  if (isWhole) recordSkipped(metrics, labels, plan)
}

function recordCoverage(metrics: Metrics, labels: Labels, { used, managed, share }: Coverage): void {
  metrics.set('tortoise_workloads_with_usage', labels, used)
  metrics.set('tortoise_workloads_managed', labels, managed)
  if (share === undefined) return
  metrics.set('tortoise_managed_cpu_request_ratio', labels, share.cpu)
  metrics.set('tortoise_managed_memory_request_ratio', labels, share.memory)
}

function recordSkipped(metrics: Metrics, labels: RunLabels, plan: Outcome['plan']): void {
  metrics.clear('tortoise_workloads_skipped', labels)
  for (const [reason, workloads] of skippedByKind(plan))
    metrics.set('tortoise_workloads_skipped', { ...labels, reason }, workloads)
}

const oldest = 'tortoise_oldest_open_pull_request_timestamp_seconds'
/** The metrics about pull requests, which have no label `schedule`. */
export const pullFamilies = ['tortoise_pull_requests', oldest] as const

function recordPulls(
  metrics: Metrics,
  { labels, queued }: { readonly labels: RunLabels; readonly queued: number },
  pulls: readonly TrackedPull[],
): void {
  const { schedule: _, ...place } = labels
  const count = (isMeant: (one: TrackedPull) => boolean): number => pulls.filter(isMeant).length
  const states = {
    open: count(({ state, isBlocked }) => state === 'open' && !isBlocked),
    blocked: count(({ state, isBlocked }) => state === 'open' && isBlocked),
    waiting: queued,
    merged: count(({ state }) => state === 'merged'),
    closed: count(({ state }) => state === 'closed'),
  }
  for (const [state, many] of Object.entries(states))
    metrics.set('tortoise_pull_requests', { ...place, state }, many)
  const opened = pulls.flatMap(({ state, createdAt }) => (state === 'open' ? [Date.parse(createdAt)] : []))
  if (opened.length === 0) metrics.clear(oldest, place)
  else metrics.set(oldest, place, Math.min(...opened) / 1000)
}
