import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { refreshMirror } from '../../run/mirror.ts'
import type { ObserveFlags } from '../../run/observe/request.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import { type RepositoriesReport, runRepositories } from '../../run/repositories/run-repositories.ts'
import { type RunReport, run } from '../../run/run.ts'
import { runUrgent } from '../../run/run-urgent.ts'
import type { NamedSchedule } from './scheduler.ts'

/** Flags of the daemon. */
export interface ServeFlags extends SettingsFlags {
  /** A checkout that something else updates. Default: a mirror in the state directory. */
  readonly repo?: string
  readonly state: string
  readonly snapshot?: readonly string[]
  readonly prometheus?: string
}

/** What a schedule runs with. */
export interface ScheduleRequest {
  readonly settings: Settings
  readonly schedule: NamedSchedule
  readonly flags: ServeFlags
  /** The operator settings with the repositories to work on; absent where the daemon works on one. */
  readonly operator?: SettingsFile | undefined
}

/** The result of a schedule: of one repository, or of several. */
export type ScheduleResult = { readonly outcome: RunReport } | { readonly repositories: RepositoriesReport }

/** One run of a schedule. It first updates the clones. */
export async function runSchedule(host: Host, request: ScheduleRequest): Promise<ScheduleResult> {
  const { operator, flags, schedule } = request
  if (operator === undefined) return { outcome: await runOne(host, request) }
  const directory = join(flags.state, 'repositories')
  const { mode, only } = schedule
  const notify = notifyOf(request)
  const usage = usageOf(request)
  const repositories = { operator, flags, usage, directory, mode, only, notify, withFleet: true }
  return { repositories: await runRepositories(host, repositories) }
}

function usageOf({
  flags,
  schedule: { cluster },
}: Pick<ScheduleRequest, 'flags' | 'schedule'>): ObserveFlags {
  const { state, snapshot, prometheus } = flags
  return {
    cache: join(state, 'days'),
    samples: join(state, 'samples'),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(cluster === undefined ? {} : { cluster }),
  }
}

/** A schedule for some clusters, or with a delivery of its own, does not know the whole. */
const notifyOf = ({ schedule: { cluster, mode, only }, flags: { state } }: ScheduleRequest) =>
  cluster === undefined && mode === undefined && only === undefined ? { state } : undefined

async function runOne(host: Host, request: ScheduleRequest): Promise<RunReport> {
  const { settings, schedule, flags } = request
  const { repo, state } = flags
  const { cluster, mode, only } = schedule
  const checkout = repo === undefined ? await refreshMirror(host, settings, state) : findCheckout(host, repo)
  const narrowed = {
    ...settings,
    sources: settings.sources.filter((one) => cluster === undefined || (one.cluster ?? cluster) === cluster),
    deliver: { ...settings.deliver, mode: mode ?? settings.deliver.mode },
  }
  const start = only === 'urgent' ? runUrgent : run
  const usage = usageOf(request)
  return start(host, { checkout, settings: narrowed, usage, notify: notifyOf(request), withFleet: true })
}
