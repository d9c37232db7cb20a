import type { Observation } from '../../plugin/model/observation.ts'
import { printSnapshot } from '../../plugin/observe/snapshot.ts'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { type Deployed, stages } from './layouts.ts'

const Mi = 1024 ** 2
const end = Date.UTC(2026, 8, 15)
const frame = { first: end / 1000 - 14 * 86_400 + 3600, step: 3600, count: 14 * 24 }

/** The text of a recorded file: everything that is deployed uses much less than it requests, in staging even less. */
export const snapshotFor = (deployed: readonly Deployed[], clusters: readonly string[] = stages): string =>
  snapshotOf(new Map(clusters.map((cluster) => [cluster, deployed])))

/** The same for clusters that run different workloads. */
export function snapshotOf(byCluster: ReadonlyMap<string, readonly Deployed[]>): string {
  const observations = [...byCluster].flatMap(([cluster, deployed]) =>
    deployed.map(({ namespace, kind, name, container }): Observation => {
      const cpu = cluster === 'staging' ? 20 : 100
      const usage = recordedUsage({ cpu: () => cpu, memory: () => 200 * Mi, pods: 1 }, frame)
      return {
        cluster,
        workload: { apiVersion: 'apps/v1', kind, namespace, name },
        window: { from: new Date(end - 14 * 86_400_000).toISOString(), to: new Date(end).toISOString() },
        days: 14,
        coverage: 1,
        containers: [{ container, ...usage, oomKills: 0 }],
        replicas: { min: 1, max: 1, mean: 1 },
      }
    }),
  )
  return printSnapshot({
    kind: 'TortoiseSnapshot',
    version: 2,
    recordedAt: new Date(end).toISOString(),
    observations,
  })
}
