import { type Workload, workloadLabel } from './workload.ts'

/** What a rule of settings is about; every part that is given must match. */
export interface RuleMatch {
  readonly cluster?: string | undefined
  readonly namespace?: string | undefined
  /** `Kind/name`. */
  readonly workload?: string | undefined
  readonly container?: string | undefined
}

/** What a rule is held against. */
export interface Matched {
  readonly cluster?: string | undefined
  readonly workload: Workload
  readonly container?: string | undefined
}

/** True when a rule is about a container of a workload; a rule for a container is about no other and about none. */
export function isAbout(match: RuleMatch, { cluster, workload, container }: Matched): boolean {
  const fits = (wanted: string | undefined, actual: string | undefined): boolean =>
    wanted === undefined || wanted === actual
  return (
    fits(match.cluster, cluster) &&
    fits(match.namespace, workload.namespace) &&
    fits(match.workload, workloadLabel(workload)) &&
    fits(match.container, container)
  )
}
