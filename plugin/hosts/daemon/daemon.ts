import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import type { KubeConfigOptions } from '../../observe/kubernetes/kube-config.ts'
import type { PageClient } from '../../report/fleet/page.ts'
import type { Host } from '../../run/host.ts'
import { loginTo } from '../../run/observe/kubernetes.ts'
import { recordSamples } from '../../run/observe/metrics-server.ts'
import { requireElection } from '../../run/require-settings.ts'
import type { Election, LeaseStore } from './lease.ts'
import { joinElection } from './lease.ts'
import type { Log } from './log.ts'
import { logProgress } from './log.ts'
import { pagesOf, Runs } from './run-all.ts'
import type { ServeFlags } from './run-schedule.ts'
import type { SamplerPorts } from './sampler.ts'
import { startSampler } from './sampler.ts'
import type { Scheduler } from './scheduler.ts'
import { checkSchedules, startSchedules } from './scheduler.ts'
import type { PageServer } from './server.ts'
import { servePages } from './server.ts'
import { openDueTimes } from './state.ts'

/** What the daemon needs. */
export interface DaemonPorts {
  readonly host: Host
  readonly log: Log
  readonly flags: ServeFlags
  /** Reads the current settings. Throws an `ExpectedStop` when they are invalid. */
  readonly readSettings: () => Settings
  /** Reads the operator settings with the repositories to work on; absent where the daemon works on one. */
  readonly readRepositories?: (() => SettingsFile) | undefined
  readonly listen: { readonly host: string; readonly port: number }
  readonly identity: string
  readonly openLeaseStore: (
    place: { readonly namespace: string; readonly name: string },
    login: KubeConfigOptions,
  ) => Promise<LeaseStore>
  readonly version: string
  /** The script and the style of the page. */
  readonly client: PageClient
}

/** A running daemon. */
export interface Daemon {
  readonly port: number
  /** Loads changed settings. Keeps the old ones when the new ones are invalid. */
  readonly reload: () => Promise<void>
  /** Shuts down. Resolves with true when no run was interrupted. */
  readonly stop: () => Promise<boolean>
}

/** Starts the schedules, the election and the pages. Rejects on invalid settings, so that a misconfigured daemon fails at start-up. */
export async function startDaemon(ports: DaemonPorts): Promise<Daemon> {
  const { log, flags } = ports
  const first = ports.readSettings()
  checkSchedules(first.serve)
  const runs = new Runs(ports, first, ports.version)
  const election = await elect(ports, runs)
  const server: PageServer = await servePages(pagesOf(runs, frameOf(ports)), ports.listen)
  const due = openDueTimes(flags.state)
  let scheduler: Scheduler | undefined
  const start = (settings: Settings): void => {
    runs.use(settings)
    scheduler = startSchedules(settings.serve, {
      start: (schedule, reason) => runs.start(schedule, reason, election),
      due,
      planned: (name, date) => runs.planned(name, date),
      now: ports.host.now,
    })
  }
  start(first)
  const sampler = startSampler(samplerPorts(ports, runs, election))
  log('info', 'server started', { port: server.port, schedules: first.serve.schedules.length })
  return {
    port: server.port,
    reload: async () => {
      const settings = runs.tryRead()
      if (settings === undefined) return
      await scheduler?.stop()
      start(settings)
      log('info', 'settings reloaded', { schedules: settings.serve.schedules.length })
    },
    stop: async () => {
      log('info', 'shutdown started')
      const drained = runs.drain()
      await Promise.all([scheduler?.stop(), sampler.stop()])
      const whole = await drained
      await election?.stop()
      await server.close()
      if (!whole) log('warn', 'run interrupted: it did not end within serve.shutdownSeconds')
      log('info', 'shutdown finished')
      return whole
    },
  }
}

const frameOf = ({ version, client, host }: DaemonPorts) => ({
  program: `gitops-tortoise ${version}`,
  client,
  startedAt: host.now(),
})

function samplerPorts(
  { host, log, flags }: DaemonPorts,
  runs: Runs,
  election: Election | undefined,
): SamplerPorts {
  const logged = { ...host, progress: logProgress(log, 'samples') }
  const samples = join(flags.state, 'samples')
  return {
    gather: () => recordSamples(logged, { settings: runs.settings, flags: { samples } }),
    seconds: () => runs.settings.serve.sampleSeconds,
    mayGather: () => election === undefined || election.leading(),
    log,
    metrics: runs.metrics,
    now: host.now,
  }
}

async function elect(
  { log, host, identity, openLeaseStore }: DaemonPorts,
  runs: Runs,
): Promise<Election | undefined> {
  requireElection(runs.settings)
  const { leaderElection } = runs.settings.serve
  if (leaderElection === undefined) return undefined
  const { leaseSeconds, ...place } = leaderElection
  const store = await openLeaseStore(place, loginTo(host, runs.settings, {}))
  return joinElection(
    { identity, seconds: leaseSeconds },
    { store, log, now: host.now, changed: (leads) => runs.leads(leads) },
  )
}
