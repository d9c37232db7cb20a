import type { Observation } from '../../model/observation.ts'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { UsageOrigin, UsageReading } from '../../model/reading.ts'
import { workloadKey } from '../../model/workload.ts'
import { usageOfVerticals } from '../../observe/kubernetes/vertical-usage.ts'
import { printDialect } from '../../observe/prometheus/dialect.ts'
import { printCost } from '../../observe/prometheus/query-cost.ts'
import type { Host } from '../host.ts'
import { openSamples } from './metrics-server.ts'
import { observeUsage } from './prometheus.ts'
import type { ClusterRequest, Gathered, Ground } from './request.ts'
import { readSnapshots } from './snapshots.ts'

type Told = Pick<Gathered, 'observations'> & Pick<UsageReading, 'dialect' | 'cost'>
type Reader = (host: Host, request: ClusterRequest, ground: Ground) => Promise<Told>

const readers: Readonly<Record<UsageOrigin, Reader>> = {
  prometheus: async (host, request, ground) => {
    const usage = await observeUsage(host, request, ground)
    if (usage === undefined) return { observations: [] }
    const { cluster } = request
    const [dialect, cost] = [printDialect(usage.dialect), { ...usage.cost }]
    host.progress({ kind: 'note', message: `cluster ${cluster.name}: ${dialect}` })
    host.progress({ kind: 'note', message: `cluster ${cluster.name}: ${printCost(cost)}` })
    return { observations: usage.observations, dialect, cost }
  },
  vpa: async (_, __, { live, window }) => ({
    observations: live === undefined ? [] : usageOfVerticals(live, window),
  }),
  'metrics-server': async (host, request, { window }) => ({
    observations: await (await openSamples(host, request)).observe(window),
  }),
  snapshot: async (host, { cluster }) => {
    const { observations } = readSnapshots(host, [cluster.snapshot ?? ''])
    return { observations: observations.filter((one) => one.cluster === cluster.name) }
  },
}

/**
 * Reads the sources that settings name for a cluster. The first in order that saw a workload speaks for it, and the
 * observation says so. A source that fails is told and passed over, as long as one other can be read.
 */
export async function readUsage(host: Host, request: ClusterRequest, ground: Ground): Promise<Gathered> {
  const { name, prometheus, usage } = request.cluster
  const order = usage ?? (prometheus === undefined ? [] : (['prometheus'] as const))
  const found = new Map<string, Observation>()
  const readings: UsageReading[] = []
  const failures: ExpectedStop[] = []
  for (const origin of order) {
    const told = await readers[origin](host, request, ground).catch((error: unknown) => {
      if (!(error instanceof ExpectedStop)) throw error
      failures.push(error)
      if (order.length === 1) throw error
      const reasons = error.problems.map(printProblem).join('; ')
      host.progress({ kind: 'warning', message: `cluster ${name}: no usage from ${origin}: ${reasons}` })
      return undefined
    })
    if (told === undefined) continue
    const { observations, ...how } = told
    const workloads = takeOver(found, observations, origin)
    readings.push({ cluster: name, origin, workloads, ...how })
  }
  if (failures.length > 0 && failures.length === order.length) throw failures[0]
  return { observations: [...found.values()], readings }
}

/** Adds what nobody told before; gives how many workloads that were. */
function takeOver(
  found: Map<string, Observation>,
  observations: readonly Observation[],
  origin: UsageOrigin,
): number {
  let added = 0
  for (const one of observations) {
    const key = workloadKey(one.workload)
    if (one.containers.length === 0 || found.has(key)) continue
    found.set(key, { ...one, origin })
    added += 1
  }
  return added
}
