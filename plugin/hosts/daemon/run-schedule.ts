import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { refreshMirror } from '../../run/mirror.ts'
import { type RunReport, run } from '../../run/run.ts'
import type { NamedSchedule } from './scheduler.ts'

/** Flags of the daemon. */
export interface ServeFlags {
  readonly settings?: string | undefined
  /** A checkout that something else updates. Default: a mirror in the state directory. */
  readonly repo?: string
  readonly state: string
  readonly snapshot?: readonly string[]
  readonly prometheus?: string
}

/** One run of a schedule. It first updates the mirror. */
export async function runSchedule(
  host: Host,
  {
    settings,
    schedule,
    flags,
  }: { readonly settings: Settings; readonly schedule: NamedSchedule; readonly flags: ServeFlags },
): Promise<RunReport> {
  const { repo, state, snapshot, prometheus } = flags
  const { cluster, mode } = schedule
  const checkout = repo === undefined ? await refreshMirror(host, settings, state) : findCheckout(host, repo)
  const usage = {
    cache: join(state, 'days'),
    samples: join(state, 'samples'),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(cluster === undefined ? {} : { cluster }),
  }
  const narrowed = {
    ...settings,
    sources: settings.sources.filter((one) => cluster === undefined || (one.cluster ?? cluster) === cluster),
    deliver: { ...settings.deliver, mode: mode ?? settings.deliver.mode },
  }
  return run(host, { checkout, settings: narrowed, usage })
}
