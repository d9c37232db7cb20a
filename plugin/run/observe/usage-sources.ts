import type { Observation } from '../../model/observation.ts'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { UsageOrigin, UsageReading } from '../../model/reading.ts'
import { workloadKey } from '../../model/workload.ts'
import { usageOfVerticals } from '../../observe/kubernetes/vertical-usage.ts'
import { printDialect } from '../../observe/prometheus/dialect.ts'
import { printCost } from '../../observe/prometheus/query-cost.ts'
import type { RunPorts } from '../host.ts'
import { openSamples } from './metrics-server.ts'
import { observeUsage } from './prometheus.ts'
import type { ClusterRequest, ObservedUsage, UsageContext } from './request.ts'
import { readSnapshots } from './snapshots.ts'

type UsageResult = Pick<ObservedUsage, 'observations'> & Pick<UsageReading, 'dialect' | 'cost'>
type Reader = (ports: RunPorts, request: ClusterRequest, context: UsageContext) => Promise<UsageResult>

const readers: Readonly<Record<UsageOrigin, Reader>> = {
  prometheus: async (ports, request, context) => {
    const usage = await observeUsage(ports, request, context)
    if (usage === undefined) return { observations: [] }
    const { cluster } = request
    const [dialect, cost] = [printDialect(usage.dialect), { ...usage.cost }]
    ports.progress({ kind: 'note', message: `cluster ${cluster.name}: ${dialect}` })
    ports.progress({ kind: 'note', message: `cluster ${cluster.name}: ${printCost(cost)}` })
    return { observations: usage.observations, dialect, cost }
  },
  vpa: async (_, __, { live, window }) => ({
    observations: live === undefined ? [] : usageOfVerticals(live, window),
  }),
  'metrics-server': async (ports, request, { window }) => ({
    observations: await (await openSamples(ports, request)).observe(window),
  }),
  snapshot: async (ports, { cluster }) => {
    const { observations } = readSnapshots(ports, [cluster.snapshot ?? ''])
    return { observations: observations.filter((one) => one.cluster === cluster.name) }
  },
}

/**
 * Reads the sources of usage that settings name for a cluster, in order. For each workload the first source that has data
 * wins; `origin` records which. A source that fails causes a warning. Throws the first error when all sources failed.
 */
export async function readUsage(
  ports: RunPorts,
  request: ClusterRequest,
  context: UsageContext,
): Promise<ObservedUsage> {
  const { name, prometheus, usage } = request.cluster
  const order = usage ?? (prometheus === undefined ? [] : (['prometheus'] as const))
  const found = new Map<string, Observation>()
  const readings: UsageReading[] = []
  const failures: ExpectedStop[] = []
  for (const origin of order) {
    const result = await readers[origin](ports, request, context).catch((error: unknown) => {
      if (!(error instanceof ExpectedStop)) throw error
      failures.push(error)
      if (order.length === 1) throw error
      const reasons = error.problems.map(printProblem).join('; ')
      ports.progress({ kind: 'warning', message: `cluster ${name}: no usage from ${origin}: ${reasons}` })
      return undefined
    })
    if (result === undefined) continue
    const { observations, ...how } = result
    const workloads = addMissing(found, observations, origin)
    readings.push({ cluster: name, origin, workloads, ...how })
  }
  if (failures.length > 0 && failures.length === order.length) throw failures[0]
  return { observations: [...found.values()], readings }
}

/** Adds the workloads that no earlier source has data of. Returns their number. */
function addMissing(
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
