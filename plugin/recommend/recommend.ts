import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import type { Recommendation } from '../model/recommendation.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import type { SteadyOptions } from './options.ts'
import { steady } from './steady.ts'
import type { ResourcePolicy } from './subject.ts'

/** An exception that owners wrote: every part of `match` that is given must hold. */
export interface PolicyRule {
  readonly match: {
    readonly cluster?: string | undefined
    readonly namespace?: string | undefined
    readonly workload?: string | undefined
    readonly container?: string | undefined
  }
  readonly cpu?: ResourcePolicy | undefined
  readonly memory?: ResourcePolicy | undefined
}

/** How to decide. */
export interface RecommendSettings {
  readonly options: SteadyOptions
  readonly rules: readonly PolicyRule[]
}

/** The workloads that one source declares for one cluster. */
export interface DeclaredSource {
  readonly cluster?: string | undefined
  readonly workloads: readonly DeclaredWorkload[]
}

/** Decides every field of every workload of a source. Pure: the same input gives the same answer. */
export function recommend(
  { cluster, workloads }: DeclaredSource,
  observations: readonly Observation[],
  { options, rules }: RecommendSettings,
): readonly Recommendation[] {
  const seen = new Map(
    observations
      .filter((observation) => cluster === undefined || observation.cluster === cluster)
      .map((observation) => [workloadKey(observation.workload), observation]),
  )
  return workloads.flatMap((declared) => {
    const observation = seen.get(workloadKey(declared.workload))
    const policy = policyOf(rules, { cluster, declared })
    return steady({ declared, policy, ...(observation === undefined ? {} : { observation }) }, options)
  })
}

interface Context {
  readonly cluster: string | undefined
  readonly declared: DeclaredWorkload
}

function policyOf(rules: readonly PolicyRule[], { cluster, declared }: Context) {
  const { workload } = declared
  const fits = (wanted: string | undefined, actual: string | undefined) =>
    wanted === undefined || wanted === actual
  return (container: string, resource: 'cpu' | 'memory'): ResourcePolicy => {
    const rule = rules.findLast(
      ({ match, ...policy }) =>
        policy[resource] !== undefined &&
        fits(match.cluster, cluster) &&
        fits(match.namespace, workload.namespace) &&
        fits(match.workload, workloadLabel(workload)) &&
        fits(match.container, container),
    )
    return rule?.[resource] ?? 'On'
  }
}
