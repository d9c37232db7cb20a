import type { Observation } from '../model/observation.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { usageValues } from '../model/series.ts'
import { cpuScale, memoryScale } from '../model/sketch.ts'
import { reason } from './advice.ts'
import { keepLowered } from './keep-changes.ts'

/** Hours without any sample at the end of the window from which on the metrics, and not the workloads, are gone. */
const longestHours = 2
/** Fewer workloads cannot show that. */
const leastWorkloads = 3
/** So many workloads show when anything was recorded. */
const mostWorkloads = 200

/** Hours from the last sample of a workload to the end of the window; `undefined` without data by slot. */
function silentHours({ containers }: Observation): number | undefined {
  const [usage] = containers
  const [series, scale] =
    usage?.cpu?.highest === undefined ? [usage?.memory?.highest, memoryScale] : [usage.cpu.highest, cpuScale]
  if (series === undefined) return undefined
  const values = usageValues(series, scale)
  const last = values.findLastIndex((value) => !Number.isNaN(value))
  return last < 0 ? undefined : ((values.length - 1 - last) * series.step) / 3600
}

const known = new WeakMap<readonly Observation[], Map<string, number>>()

/** Hours for which nothing of a cluster was recorded at the end of the window; 0 where that is not known. */
function outageHours(observations: readonly Observation[], cluster: string): number {
  const byCluster = known.get(observations) ?? new Map<string, number>()
  known.set(observations, byCluster)
  const before = byCluster.get(cluster)
  if (before !== undefined) return before
  const silent = observations
    .filter((one) => one.cluster === cluster)
    .slice(0, mostWorkloads)
    .flatMap((one) => silentHours(one) ?? [])
  const hours = silent.length < leastWorkloads ? 0 : silent.reduce((low, one) => Math.min(low, one))
  byCluster.set(cluster, hours)
  return hours
}

/** Keeps everything from going down in a cluster whose usage data ends long before the window: no data is no proof of no need. */
export function keepInOutage(
  recommendations: readonly Recommendation[],
  { cluster }: Pick<Observation, 'cluster'>,
  all: readonly Observation[],
): readonly Recommendation[] {
  const hours = outageHours(all, cluster)
  if (hours <= longestHours) return recommendations
  const text = `Nothing was recorded in the cluster ${cluster} in the last ${Math.floor(hours)} hours, so its metrics are probably gone. Nothing is lowered there before they are back; run \`tortoise doctor\`.`
  return keepLowered(recommendations, reason('metrics.outage', text))
}
