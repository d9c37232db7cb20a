import type { Plan } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import type { Workload } from '../../model/workload.ts'
import { isCalled, selectedBy } from '../../run/selected-workloads.ts'

/**
 * Whether a workload is one of those that `--workload` names; `undefined` where it names none. Throws `usage` for a text that is no
 * `[NAMESPACE/]Kind/name`.
 */
export const workloadFilter = (
  labels: readonly string[] = [],
): ((workload: Workload) => boolean) | undefined =>
  selectedBy(labels, (label) =>
    stop('usage', `--workload ${label} is not [NAMESPACE/]Kind/name`, {
      hint: 'Write it as Deployment/api, or as shop/Deployment/api.',
    }),
  )

/** Throws `usage` where `--workload` names a workload that no source declares. */
export function requireFound(labels: readonly string[] = [], { recommendations }: Plan): void {
  const missing = labels.filter((label) => !recommendations.some(({ workload }) => isCalled(label, workload)))
  if (missing.length === 0) return
  throw stop('usage', `no source declares ${missing.join(' or ')}`, {
    hint: 'Run `tortoise plan` without --workload: it lists what the sources declare. A cluster is chosen with --cluster.',
  })
}
