import { printProblem } from '../../model/problem.ts'
import type { UsageReading } from '../../model/reading.ts'
import { fleetSums } from '../../report/fleet/sums.ts'
import { failureOf, onboardingSentence } from '../../report/repositories.ts'
import type { SentNotification } from '../../run/notify/send.ts'
import type { RepositoryRun } from '../../run/repositories/repository-run.ts'
import type { RepositoriesReport } from '../../run/repositories/run-repositories.ts'
import type { RunReport } from '../../run/run.ts'
import type { FleetMetrics } from './fleet-metrics.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { pullFamilies, type RunLabels, recordOutcome } from './record-outcome.ts'
import type { ScheduleResult } from './run-schedule.ts'
import type { Successes } from './successes.ts'

/** A finished run of a schedule. */
export interface EndedRun {
  readonly schedule: string
  /** Whether it planned everything, and not only what is urgent. */
  readonly isWhole: boolean
  readonly seconds: number
  /** When it ended, in milliseconds. */
  readonly at: number
}

/** Where the results of runs go. */
export interface RecordPorts {
  readonly metrics: Metrics
  readonly fleet: FleetMetrics
  readonly log: Log
  readonly successes: Successes
  /** The repositories of the last run of each schedule. */
  readonly origins: Map<string, readonly RunLabels[]>
}

/** Records the result of a schedule in metrics and in the log. */
export function recordResult(ports: RecordPorts, ended: EndedRun, result: ScheduleResult): void {
  const { schedule, seconds } = ended
  ports.metrics.set('tortoise_run_duration_seconds', { schedule }, seconds)
  if ('outcome' in result) {
    recordReadings(ports.metrics, result.outcome.plan.usage ?? [])
    keepSuccesses(ports, schedule, [{ schedule }])
    recordDone(ports, { ...ended, labels: { schedule } }, result.outcome)
  } else recordRepositories(ports, ended, result.repositories)
}

/** Records a run that ended with an error. */
export function recordError(
  { metrics, log }: Pick<RecordPorts, 'metrics' | 'log'>,
  { schedule, seconds }: Pick<EndedRun, 'schedule' | 'seconds'>,
  error: string,
): void {
  metrics.set('tortoise_run_duration_seconds', { schedule }, seconds)
  metrics.add('tortoise_runs_total', { schedule, result: 'failed' })
  log('error', 'run failed', { schedule, duration_seconds: seconds, error })
}

interface LabelledRun extends EndedRun {
  readonly labels: RunLabels
}

const originOf = (labels: RunLabels): string =>
  'repository' in labels ? `${labels.repository}\0${labels.branch}` : ''

function recordDone(ports: RecordPorts, run: LabelledRun, outcome: RunReport): void {
  const { metrics, fleet, log } = ports
  const { labels, seconds, isWhole } = run
  const { plan, delivery, observations, notified = [] } = outcome
  recordNotified(metrics, notified)
  recordSuccess(ports, run)
  recordOutcome(metrics, { labels, isWhole, observations }, outcome)
  if (isWhole) fleet.record(originOf(labels), fleetSums(plan, observations))
  const changes = plan.proposal?.changes.length ?? 0
  const { commit, created } = delivery ?? {}
  log('info', 'run finished', { ...labels, duration_seconds: seconds, changes, commit, created })
}

function recordNotified(metrics: Metrics, all: readonly SentNotification[]): void {
  for (const { target, result } of all) metrics.add('tortoise_notifications_total', { target, result })
}

type SuccessPorts = Pick<RecordPorts, 'metrics' | 'successes'>
const lastSuccess = 'tortoise_last_success_timestamp_seconds'

function recordSuccess({ metrics, successes }: SuccessPorts, { labels, at }: LabelledRun): void {
  metrics.add('tortoise_runs_total', { ...labels, result: 'done' })
  metrics.set(lastSuccess, labels, at / 1000)
  successes.add({ labels, at: at / 1000 })
}

/** Shows when a schedule last had a success, as recorded before. */
export function showSuccesses({ metrics, successes }: SuccessPorts, schedule: string): void {
  metrics.clear(lastSuccess, { schedule })
  for (const { labels, at } of successes.of(schedule)) metrics.set(lastSuccess, labels, at)
}

/** Forgets successes of repositories that a schedule no longer works on. One that fails now keeps its time. */
function keepSuccesses(ports: SuccessPorts, schedule: string, those: readonly RunLabels[]): void {
  ports.successes.keep(schedule, those)
  showSuccesses(ports, schedule)
}

function recordReadings(metrics: Metrics, readings: readonly UsageReading[]): void {
  for (const { cluster, origin, cost } of readings) {
    if (cost === undefined) continue
    const labels = { cluster, origin }
    metrics.add('tortoise_usage_queries_total', labels, cost.queries)
    metrics.add('tortoise_usage_query_seconds_total', labels, cost.seconds)
    metrics.add('tortoise_usage_query_samples_total', labels, cost.samples)
  }
}

function recordRepositories(ports: RecordPorts, ended: EndedRun, all: RepositoriesReport): void {
  const { schedule, seconds } = ended
  ports.metrics.clearRepositories(schedule)
  forgetGone(ports, schedule, all)
  const reports = all.repositories.flatMap((one) => ('report' in one ? [one.report] : []))
  // A cluster that several repositories name is read once.
  const readings = new Map(
    reports.flatMap(({ plan }) => plan.usage ?? []).map((one) => [`${one.cluster}\0${one.origin}`, one]),
  )
  recordReadings(ports.metrics, [...readings.values()])
  for (const one of all.repositories) recordRepository(ports, ended, one)
  recordNotified(ports.metrics, all.notified ?? [])
  const failure = failureOf(all)
  if (failure !== undefined) ports.log('warn', failure, { schedule, duration_seconds: seconds })
}

/** A repository that is no longer found keeps no figures; one that failed keeps those of its last run. */
function forgetGone(ports: RecordPorts, schedule: string, all: RepositoriesReport): void {
  const { metrics, fleet, origins } = ports
  const now = all.repositories.map(
    ({ target: { url: repository, branch } }): RunLabels => ({ schedule, repository, branch }),
  )
  keepSuccesses(ports, schedule, now)
  const left = new Set(now.map(originOf))
  for (const gone of (origins.get(schedule) ?? []).filter((one) => !left.has(originOf(one)))) {
    const { schedule: _, ...place } = gone
    fleet.forget(originOf(gone))
    for (const name of pullFamilies) metrics.clear(name, place)
  }
  origins.set(schedule, now)
}

function recordRepository(ports: RecordPorts, ended: EndedRun, one: RepositoryRun): void {
  const { metrics, log } = ports
  const { url: repository, branch } = one.target
  const labels = { schedule: ended.schedule, repository, branch }
  const run = { ...ended, labels }
  if ('report' in one) recordDone(ports, run, one.report)
  else if ('problems' in one) {
    metrics.add('tortoise_runs_total', { ...labels, result: 'failed' })
    log('error', 'run failed', { ...labels, error: one.problems.map(printProblem).join('; ') })
  } else {
    recordSuccess(ports, run)
    const detail = 'skipped' in one ? `skipped: ${one.skipped}` : onboardingSentence(one.onboarding)
    log('info', 'run finished', { ...labels, detail })
  }
}
