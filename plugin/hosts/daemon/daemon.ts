import { join } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import type { Host } from '../../run/host.ts'
import { recordSamples } from '../../run/observe/metrics-server.ts'
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

/** What the daemon is made of. */
export interface DaemonPorts {
  readonly host: Host
  readonly log: Log
  readonly flags: ServeFlags
  /** Reads the settings as they are now; throws an expected stop where they cannot be used. */
  readonly readSettings: () => Settings
  readonly listen: { readonly host: string; readonly port: number }
  readonly identity: string
  readonly openLeaseStore: (place: {
    readonly namespace: string
    readonly name: string
  }) => Promise<LeaseStore>
  readonly version: string
}

/** A running daemon. */
export interface Daemon {
  readonly port: number
  /** Takes changed settings up; keeps the old ones where the new cannot be used. */
  readonly reload: () => Promise<void>
  /** Ends in order: true when no run had to be cut off. */
  readonly stop: () => Promise<boolean>
}

/** Starts the schedules, the election and the pages. Rejects on settings that cannot be used: a daemon must not start dumb. */
export async function startDaemon(ports: DaemonPorts): Promise<Daemon> {
  const { log, flags } = ports
  const first = ports.readSettings()
  checkSchedules(first.serve)
  const runs = new Runs(ports, first)
  const election = await elect(ports, runs)
  const server: PageServer = await servePages(pagesOf(runs, ports.version), ports.listen)
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
  log('info', 'serving', { port: server.port, schedules: first.serve.schedules.length })
  return {
    port: server.port,
    reload: async () => {
      const settings = runs.tryRead()
      if (settings === undefined) return
      await scheduler?.stop()
      start(settings)
      log('info', 'settings taken up', { schedules: settings.serve.schedules.length })
    },
    stop: async () => {
      log('info', 'ending')
      const drained = runs.drain()
      await Promise.all([scheduler?.stop(), sampler.stop()])
      const whole = await drained
      await election?.stop()
      await server.close()
      log('info', 'ended', { whole })
      return whole
    },
  }
}

function samplerPorts(
  { host, log, flags }: DaemonPorts,
  runs: Runs,
  election: Election | undefined,
): SamplerPorts {
  const heard = { ...host, progress: logProgress(log, 'samples') }
  const samples = join(flags.state, 'samples')
  return {
    gather: () => recordSamples(heard, { settings: runs.settings, flags: { samples } }),
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
  const { leaderElection } = runs.settings.serve
  if (leaderElection === undefined) return undefined
  const { leaseSeconds, ...place } = leaderElection
  const store = await openLeaseStore(place)
  return joinElection(
    { identity, seconds: leaseSeconds },
    { store, log, now: host.now, changed: (leads) => runs.leads(leads) },
  )
}
