import type { WorkloadBacktest } from '../../model/backtest.ts'
import type { FleetWorkload } from '../../model/fleet.ts'
import type { FollowedChange } from '../../model/health.ts'
import type { Plan, SourceRecommendation } from '../../model/plan.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { namespacedLabel, sourceWorkloadKey, type Workload } from '../../model/workload.ts'

/** Everything that a plan says of one workload of one source. */
export interface WorkloadFacts {
  readonly source: string
  readonly cluster: string
  readonly workload: Workload
  readonly recommendations: readonly SourceRecommendation[]
  readonly changes: readonly ProposedChange[]
  readonly skipped: Plan['skipped']
  readonly followed: readonly FollowedChange[]
  readonly fleet?: FleetWorkload | undefined
  readonly backtest?: WorkloadBacktest | undefined
}

interface Named {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
}

type Collected = { -readonly [K in keyof WorkloadFacts]: WorkloadFacts[K] } & {
  readonly recommendations: SourceRecommendation[]
  readonly changes: ProposedChange[]
  readonly skipped: Plan['skipped'][number][]
  readonly followed: FollowedChange[]
}

/** The facts of each workload of a plan, in the order in which the plan names them. */
export function workloadFacts(plan: Plan): readonly WorkloadFacts[] {
  const found = new Map<string, Collected>()
  const of = ({ source, cluster = '', workload }: Named): Collected => {
    const key = sourceWorkloadKey({ source, workload })
    const known = found.get(key)
    if (known !== undefined) return known
    const made = { source, cluster, workload, recommendations: [], changes: [], skipped: [], followed: [] }
    found.set(key, made)
    return made
  }
  for (const one of plan.recommendations) of(one).recommendations.push(one)
  for (const one of plan.proposal?.changes ?? []) of(one).changes.push(one)
  for (const one of plan.followed ?? []) of(one).followed.push(one)
  for (const one of plan.fleet ?? []) of(one).fleet = one
  for (const one of plan.backtest?.workloads ?? []) of(one).backtest = one
  const byLabel = new Map([...found.values()].map((one) => [labelKey(one.source, one.workload), one]))
  for (const one of plan.skipped)
    byLabel.get(`${one.source}\0${one.namespace}/${one.workload}`)?.skipped.push(one)
  return [...found.values()]
}

const labelKey = (source: string, workload: Workload): string => `${source}\0${namespacedLabel(workload)}`

/** What is skipped as a whole: sources, and workloads that no source renders. */
export const skippedSources = ({
  skipped,
}: Plan): readonly { readonly source: string; readonly reason: string }[] =>
  skipped.filter(({ workload }) => workload === '').map(({ source = '', reason }) => ({ source, reason }))
