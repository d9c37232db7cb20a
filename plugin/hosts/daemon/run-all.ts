import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { json } from '../../model/text/data.ts'
import { pagePolicy } from '../../report/fleet/page.ts'
import { jsonReport } from '../../report/json/report.ts'
import { repositoriesJson } from '../../report/repositories.ts'
import type { Host } from '../../run/host.ts'
import { openFleetMetrics } from './fleet-metrics.ts'
import type { Election } from './lease.ts'
import type { Log } from './log.ts'
import { errorText, logProgress } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { LastRun } from './page.ts'
import { cachedPage, type PageFrame } from './page.ts'
import { type RecordPorts, recordError, recordResult, showSuccesses } from './record-run.ts'
import { createQueue } from './run-queue.ts'
import type { ScheduleResult, ServeFlags } from './run-schedule.ts'
import { runSchedule } from './run-schedule.ts'
import type { NamedSchedule, RunReason } from './scheduler.ts'
import { checkSchedules, namedSchedules } from './scheduler.ts'
import type { Pages } from './server.ts'
import { openSuccesses, type Successes } from './successes.ts'

/** What the runs need. */
export interface RunsPorts {
  readonly host: Host
  readonly log: Log
  readonly flags: ServeFlags
  readonly readSettings: () => Settings
  /** Reads the operator settings with the repositories to work on; absent where the daemon works on one. */
  readonly readRepositories?: (() => SettingsFile) | undefined
}

type Ended = { readonly result: ScheduleResult } | { readonly error: string }

/** The runs of a daemon, one at a time, and the results of the last ones. */
export class Runs {
  readonly metrics = createMetrics()
  readonly fleet = openFleetMetrics(this.metrics)
  readonly #origins: RecordPorts['origins'] = new Map()
  readonly #successes: Successes
  readonly last = new Map<string, LastRun>()
  readonly next = new Map<string, Date>()
  settings: Settings
  ending = false
  readonly #ports: RunsPorts
  readonly #queue = createQueue()
  readonly #skipped = new Map<string, { readonly schedule: NamedSchedule; readonly at: number }>()

  constructor(ports: RunsPorts, settings: Settings, version: string) {
    this.#ports = ports
    this.#successes = openSuccesses(ports.flags.state)
    this.settings = settings
    this.metrics.set('tortoise_build_info', { version, nodejs_version: process.versions.node }, 1)
    this.metrics.set('tortoise_running', {}, 0)
    this.metrics.set('tortoise_settings_valid', {}, 1)
  }

  /** Queues a run of a schedule, unless one is running or waiting, or another replica is the leader. */
  start(schedule: NamedSchedule, reason: RunReason, election?: Election): void {
    const { name } = schedule
    const leading = election === undefined || election.leading()
    if (!leading) this.#skipped.set(name, { schedule, at: this.#now() })
    else this.#skipped.delete(name)
    if (leading && this.#queue.push(name, () => this.#run(schedule, reason))) return
    if (leading) this.#ports.log('warn', 'run skipped: the previous one has not ended', { schedule: name })
    this.metrics.add('tortoise_runs_total', { schedule: name, result: 'skipped' })
  }

  /** Uses new settings for the next runs. */
  use(settings: Settings): void {
    this.settings = settings
    this.next.clear()
    this.metrics.clear('tortoise_next_run_timestamp_seconds')
    this.metrics.clear('tortoise_last_success_timestamp_seconds')
    for (const { name: schedule } of namedSchedules(settings.serve)) {
      showSuccesses({ metrics: this.metrics, successes: this.#successes }, schedule)
      // A counter that begins at 0 shows the first failure as an increase.
      for (const result of ['done', 'failed', 'skipped'])
        this.metrics.add('tortoise_runs_total', { schedule, result }, 0)
    }
  }

  /** Records the next time of a schedule. */
  planned(name: string, date: Date | undefined): void {
    if (date === undefined) return
    this.next.set(name, date)
    this.metrics.set('tortoise_next_run_timestamp_seconds', { schedule: name }, date.getTime() / 1000)
  }

  /** A new leader starts what it skipped a moment ago, because the old leader may have stopped before it ran. */
  leads(leading: boolean): void {
    this.metrics.set('tortoise_leader', {}, leading ? 1 : 0)
    if (!leading) return
    const recent = this.#now() - 2000 * (this.settings.serve.leaderElection?.leaseSeconds ?? 0)
    for (const { schedule, at } of this.#skipped.values()) if (at > recent) this.start(schedule, 'missed')
  }

  /** The current settings; `undefined` when they are invalid. */
  tryRead(): Settings | undefined {
    try {
      const settings = this.#ports.readSettings()
      checkSchedules(settings.serve)
      this.metrics.set('tortoise_settings_valid', {}, 1)
      return settings
    } catch (error) {
      this.metrics.set('tortoise_settings_valid', {}, 0)
      this.#ports.log('error', 'settings rejected: the old ones stay in use', {
        error: errorText(error),
      })
      return undefined
    }
  }

  /** Waits for the current run, for at most `shutdownSeconds`. Resolves with false when it takes longer. */
  drain(): Promise<boolean> {
    this.ending = true
    const limit = new Promise<false>((resolve) => {
      setTimeout(() => resolve(false), this.settings.serve.shutdownSeconds * 1000).unref()
    })
    return Promise.race([this.#queue.close().then(() => true), limit])
  }

  #now(): number {
    return this.#ports.host.now().getTime()
  }

  async #run(schedule: NamedSchedule, reason: RunReason): Promise<void> {
    const { host, log, flags } = this.#ports
    const { name } = schedule
    const started = this.#now()
    log('info', 'run started', { schedule: name, reason })
    this.metrics.set('tortoise_running', {}, 1)
    const logged = { ...host, progress: logProgress(log, name) }
    const operator = this.#ports.readRepositories
    const ended: Ended = await Promise.resolve()
      .then(() => runSchedule(logged, { settings: this.settings, schedule, flags, operator: operator?.() }))
      .then(
        (result) => ({ result }),
        (error: unknown) => ({ error: errorText(error) }),
      )
    this.metrics.set('tortoise_running', {}, 0)
    this.#record(schedule, ended, (this.#now() - started) / 1000)
  }

  #record({ name: schedule, only }: NamedSchedule, ended: Ended, seconds: number): void {
    const { metrics, fleet } = this
    const { log } = this.#ports
    const ports = { metrics, fleet, log, successes: this.#successes, origins: this.#origins }
    const run = { schedule, isWhole: only === undefined, seconds, at: this.#now() }
    const last = 'error' in ended ? { error: ended.error } : ended.result
    this.last.set(schedule, { ended: new Date(run.at), seconds, ...last })
    if ('error' in ended) recordError(ports, run, ended.error)
    else recordResult(ports, run, ended.result)
  }
}

/** The pages about the runs. */
export const pagesOf = (runs: Runs, frame: PageFrame): Pages => ({
  metrics: () => runs.metrics.text(),
  unready: () => (runs.ending ? 'shutting down' : undefined),
  report: cachedPage(() => statuses(runs), frame),
  reportPolicy: pagePolicy(frame.client),
  reportJson: () => {
    const reports = [...runs.last].flatMap(([name, { outcome, repositories }]) => {
      if (repositories !== undefined) return [[name, repositoriesJson(repositories)] as const]
      return outcome === undefined ? [] : [[name, jsonReport(outcome)] as const]
    })
    return json(Object.fromEntries(reports))
  },
})

const statuses = ({ settings, next, last }: Runs) =>
  namedSchedules(settings.serve).map(({ name, cron }) => ({
    name,
    cron,
    next: next.get(name),
    last: last.get(name),
  }))
