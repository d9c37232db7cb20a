import { groupBy } from '../../model/group.ts'
import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import { namespacedLabel } from '../../model/workload.ts'
import type { Finding } from './finding.ts'

/** How much history a value needs before it is lowered: days, and samples as a share of the slots (0 to 1). */
export interface EvidenceThresholds {
  readonly minimumDays: number
  readonly minimumCoverage: number
}

/** Findings about observations, by cluster: workloads with too little history, workloads with gaps, and OOM kills. */
export function observationFindings(
  observations: readonly Observation[],
  thresholds: EvidenceThresholds,
): readonly Finding[] {
  return [...groupBy(observations, ({ cluster }) => cluster)].flatMap(([cluster, own]) =>
    [youngFinding(own, thresholds), gapFinding(own, thresholds), killFinding(own)].flatMap((finding) =>
      finding === undefined ? [] : [{ ...finding, cluster, level: 'note' as const }],
    ),
  )
}

type Draft = Omit<Finding, 'cluster' | 'level'> | undefined

function youngFinding(observations: readonly Observation[], { minimumDays }: EvidenceThresholds): Draft {
  const young = observations.filter(({ days }) => days < minimumDays)
  if (young.length === 0) return undefined
  return {
    code: 'young',
    message: `${plural(young.length, 'workload')} with less than ${minimumDays} days of history: no value is lowered (${namesOf(young)})`,
    hint: 'Wait, or lower recommend.minimumDays.',
  }
}

function gapFinding(
  observations: readonly Observation[],
  { minimumDays, minimumCoverage }: EvidenceThresholds,
): Draft {
  const gappy = observations.filter(
    ({ days, coverage, window }) =>
      days >= minimumDays && coverage / Math.min(1, days / daysOf(window)) < minimumCoverage,
  )
  const [first] = gappy
  if (first === undefined) return undefined
  return {
    code: 'gaps',
    message: `${plural(gappy.length, 'workload')} with samples for less than ${Math.round(minimumCoverage * 100)} % of their time: no value is lowered (${namesOf(gappy)})`,
    query: gapQuery(first),
    hint: 'Look for failed scrapes (up == 0), or lower recommend.minimumCoverage for workloads that do not run all the time.',
  }
}

function killFinding(observations: readonly Observation[]): Draft {
  const killed = observations.filter(({ containers }) => containers.some(({ oomKills }) => oomKills > 0))
  if (killed.length === 0) return undefined
  return {
    code: 'oom-killed',
    message: `${plural(killed.length, 'workload')} with OOM-killed containers (${namesOf(killed)}): their memory is raised, and never lowered below the peak`,
    query: 'kube_pod_container_status_last_terminated_reason{reason="OOMKilled"} == 1',
  }
}

const daysOf = ({ from, to }: Observation['window']): number =>
  (Date.parse(to) - Date.parse(from)) / 86_400_000

const gapQuery = ({ workload: { namespace, name } }: Observation): string =>
  `count_over_time(container_memory_working_set_bytes{namespace="${namespace}",pod=~"${name}-.*",container!=""}[1d])`

function namesOf(observations: readonly Observation[]): string {
  const names = observations.slice(0, 3).map(({ workload }) => namespacedLabel(workload))
  return observations.length > 3
    ? `${names.join(', ')} and ${observations.length - 3} more`
    : names.join(', ')
}
