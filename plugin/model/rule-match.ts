import { type Workload, workloadLabel } from './workload.ts'

/** The `match` part of a rule of settings; every part that is given must match. */
export interface RuleMatch {
  readonly cluster?: string | undefined
  readonly namespace?: string | undefined
  /** `Kind/name`. */
  readonly workload?: string | undefined
  readonly container?: string | undefined
}

/** A workload, or one of its containers, that a rule is matched against. */
export interface RuleSubject {
  readonly cluster?: string | undefined
  readonly workload: Workload
  readonly container?: string | undefined
}

/** True when a rule matches a workload or a container. A rule with a container matches only that container, never the workload itself. */
export function matchesRule(match: RuleMatch, { cluster, workload, container }: RuleSubject): boolean {
  const fits = (wanted: string | undefined, actual: string | undefined): boolean =>
    wanted === undefined || wanted === actual
  return (
    fits(match.cluster, cluster) &&
    fits(match.namespace, workload.namespace) &&
    fits(match.workload, workloadLabel(workload)) &&
    fits(match.container, container)
  )
}
