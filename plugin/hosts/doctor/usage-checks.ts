import type { ClusterSettings } from '../../../config/schema.ts'
import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import { withLive } from '../../observe/kubernetes/with-live-state.ts'
import { printDialect } from '../../observe/prometheus/dialect.ts'
import type { Finding } from '../../observe/prometheus/finding.ts'
import { printCost } from '../../observe/prometheus/query-cost.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { observeUsage } from '../../run/observe/prometheus.ts'

import type { Examination } from './examination.ts'

/** Checks of usage, and the usage that they read. */
export interface UsageChecks {
  readonly checks: readonly Check[]
  readonly observations: readonly Observation[]
}

/** Reads some days of usage from the Prometheus of a cluster, and checks the data. */
export async function usageChecks(
  host: Host,
  { settings, to, days }: Examination,
  { cluster, live }: { readonly cluster: ClusterSettings; readonly live: LiveCluster | undefined },
): Promise<UsageChecks> {
  const window = { from: new Date(to.getTime() - days * 86_400_000), to }
  // A check of a few days cannot say whether a workload is old enough.
  const { minimumCoverage, minimumDays } = settings.recommend
  const thresholds = {
    minimumDays: days >= minimumDays ? minimumDays : 0,
    minimumCoverage: minimumCoverage / 100,
  }
  const seen = await observeUsage(host, { settings, cluster, flags: {} }, { window, live, thresholds })
  if (seen === undefined) return { checks: [], observations: [] }
  const here = { area: 'prometheus', cluster: cluster.name } as const
  const { observations, dialect, cost, findings } = seen
  if (observations.length === 0) {
    const { message, hint, query } = findings.find(({ code }) => code === 'usage-missing') ?? unexplained
    const check: Check = { ...here, level: 'error', code: 'usage', message }
    return { checks: [{ ...check, ...(hint && { hint }), ...(query && { query }) }], observations }
  }
  const count = `${plural(observations.length, 'workload')} with usage in the last ${plural(days, 'day')}`
  const checks: readonly Check[] = [
    { ...here, level: 'ok', code: 'dialect', message: printDialect(dialect) },
    { ...here, level: 'ok', code: 'usage', message: `${count} (${printCost(cost)})` },
    ...unmatched(observations.length, live, cluster.name),
    ...findings.map(checkOf),
  ]
  return { checks, observations: live === undefined ? observations : withLive(observations, live) }
}

const unexplained: Pick<Finding, 'message' | 'hint' | 'query'> = {
  message: 'Prometheus has no usage of any container that can be read',
  hint: 'See the other findings of this cluster.',
}

function unmatched(seen: number, live: LiveCluster | undefined, cluster: string): readonly Check[] {
  const running = live?.workloads.filter(({ ready = 0 }) => ready > 0).length ?? 0
  if (seen === 0 || running <= seen * 1.2) return []
  return [
    {
      area: 'data',
      cluster,
      level: 'warning',
      code: 'workloads-unseen',
      message: `${running} workloads run, but only ${seen} have usage in Prometheus`,
      hint: 'Check that Prometheus scrapes every node, and labels: of the cluster in tortoise.yaml.',
    },
  ]
}

const checkOf = ({ code, level, cluster, message, query, hint }: Finding): Check => ({
  area: 'data',
  cluster,
  level,
  code,
  message,
  ...(query === undefined ? {} : { query }),
  ...(hint === undefined ? {} : { hint }),
})
