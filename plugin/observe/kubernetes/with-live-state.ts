import type { Observation } from '../../model/observation.ts'
import { noSurroundings, type Surroundings } from '../../model/surroundings.ts'
import { workloadKey } from '../../model/workload.ts'
import type { LiveCluster, LiveWorkload } from './live.ts'
import { liveSurroundings } from './live-surroundings.ts'

/** Adds the live state of a cluster to its observations: unhealthy workloads, OOM kills without a metric, and what bounds or writes values. */
export function withLive(
  observations: readonly Observation[],
  { cluster, workloads, bounds, unread }: LiveCluster,
): readonly Observation[] {
  const live = new Map(workloads.map((one) => [workloadKey(one.workload), one]))
  return observations.map((observation) => {
    const found = observation.cluster === cluster ? live.get(workloadKey(observation.workload)) : undefined
    if (found === undefined) return observation
    const unhealthy = observation.unhealthy ?? found.unhealthy
    const { policies = [] } = found.tortoise ?? {}
    const surroundings = withRecordedNodes(
      liveSurroundings(found, { bounds, unread }),
      observation.surroundings?.nodes,
    )
    return {
      ...withKills(observation, found),
      ...(unhealthy === undefined ? {} : { unhealthy }),
      ...(policies.length === 0 ? {} : { policies }),
      ...(surroundings === undefined ? {} : { surroundings }),
      ...(found.requested === undefined ? {} : { requested: found.requested }),
      ...(found.source === undefined ? {} : { rolledOutBy: nameOf(found.source) }),
    }
  })
}

const nameOf = ({ kind, namespace, name }: NonNullable<LiveWorkload['source']>): string =>
  `${kind} ${namespace}/${name}`

/** Adds the nodes that metrics name where the API server names none. */
function withRecordedNodes(
  live: Surroundings | undefined,
  recorded: Surroundings['nodes'],
): Surroundings | undefined {
  if (recorded === undefined || live?.nodes !== undefined) return live
  const { unread = [], ...known } = live ?? noSurroundings
  const others = unread.filter((one) => !one.startsWith('nodes '))
  return { ...known, nodes: recorded, ...(others.length === 0 ? {} : { unread: others }) }
}

function withKills(observation: Observation, { kills = [] }: LiveWorkload): Observation {
  const from = Date.parse(observation.window.from) / 1000
  const inWindow = kills.filter(({ time }) => time >= from)
  if (inWindow.length === 0) return observation
  const containers = observation.containers.map((usage) => {
    const times = inWindow.filter(({ container }) => container === usage.container).map(({ time }) => time)
    if (usage.oomKills > 0 || times.length === 0) return usage
    return { ...usage, oomKills: times.length, oomTimes: times.sort((one, other) => one - other) }
  })
  return { ...observation, containers }
}
