import type { Outcome } from '../../model/plan.ts'
import { printProblem } from '../../model/problem.ts'
import type { RepositoriesOutcome, RepositoryOutcome } from '../../report/repositories.ts'
import { failureOf, onboardingSentence } from '../../report/repositories.ts'
import type { Log } from './log.ts'
import { type Metrics, type RunLabels, recordOutcome } from './metrics.ts'
import type { ScheduleResult } from './run-schedule.ts'

/** A finished run of a schedule. */
export interface EndedRun {
  readonly schedule: string
  readonly seconds: number
  /** When it ended, in milliseconds. */
  readonly at: number
}

/** Where the results of runs go. */
export interface RecordPorts {
  readonly metrics: Metrics
  readonly log: Log
}

/** Records the result of a schedule in metrics and in the log. */
export function recordResult(ports: RecordPorts, ended: EndedRun, result: ScheduleResult): void {
  const { schedule, seconds } = ended
  ports.metrics.set('tortoise_run_duration_seconds', { schedule }, seconds)
  if ('outcome' in result) recordDone(ports, { ...ended, labels: { schedule } }, result.outcome)
  else recordRepositories(ports, ended, result.repositories)
}

/** Records a run that ended with an error. */
export function recordError(
  { metrics, log }: RecordPorts,
  { schedule, seconds }: EndedRun,
  error: string,
): void {
  metrics.set('tortoise_run_duration_seconds', { schedule }, seconds)
  metrics.add('tortoise_runs_total', { schedule, result: 'failed' })
  log('error', 'run failed', { schedule, seconds, error })
}

interface LabelledRun extends EndedRun {
  readonly labels: RunLabels
}

function recordDone({ metrics, log }: RecordPorts, run: LabelledRun, outcome: Outcome): void {
  const { labels, seconds } = run
  recordSuccess(metrics, run)
  recordOutcome(metrics, labels, outcome)
  const { plan, delivery } = outcome
  const changes = plan.proposal?.changes.length ?? 0
  const { commit, created } = delivery ?? {}
  log('info', 'run done', { ...labels, seconds, changes, commit, created })
}

function recordSuccess(metrics: Metrics, { labels, at }: LabelledRun): void {
  metrics.add('tortoise_runs_total', { ...labels, result: 'done' })
  metrics.set('tortoise_last_success_timestamp_seconds', labels, at / 1000)
}

function recordRepositories(ports: RecordPorts, ended: EndedRun, all: RepositoriesOutcome): void {
  const { schedule, seconds } = ended
  // A repository that is no longer found keeps no figures.
  ports.metrics.clearRepositories(schedule)
  for (const one of all.repositories) recordRepository(ports, ended, one)
  const failure = failureOf(all)
  if (failure !== undefined) ports.log('warn', failure, { schedule, seconds })
}

function recordRepository(ports: RecordPorts, ended: EndedRun, one: RepositoryOutcome): void {
  const { metrics, log } = ports
  const { url: repository, branch } = one.target
  const labels = { schedule: ended.schedule, repository, branch }
  const run = { ...ended, labels }
  if ('report' in one) recordDone(ports, run, one.report)
  else if ('problems' in one) {
    metrics.add('tortoise_runs_total', { ...labels, result: 'failed' })
    log('error', 'run failed', { ...labels, error: one.problems.map(printProblem).join('; ') })
  } else {
    recordSuccess(metrics, run)
    const detail = 'skipped' in one ? `skipped: ${one.skipped}` : onboardingSentence(one.onboarding)
    log('info', 'run done', { ...labels, detail })
  }
}
