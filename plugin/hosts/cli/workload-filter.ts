import type { Plan } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import { type Workload, workloadLabel } from '../../model/workload.ts'

const form = /^(?:[^/]+\/)?[^/]+\/[^/]+$/

const isCalled = (label: string, workload: Workload): boolean =>
  label === workloadLabel(workload) || label === `${workload.namespace}/${workloadLabel(workload)}`

/**
 * Whether a workload is one of those that `--workload` names; `undefined` where it names none. Throws `usage` for a text that is no
 * `[NAMESPACE/]Kind/name`.
 */
export function selectedBy(labels: readonly string[] = []): ((workload: Workload) => boolean) | undefined {
  const wrong = labels.find((label) => !form.test(label))
  if (wrong !== undefined)
    throw stop('usage', `--workload ${wrong} is not [NAMESPACE/]Kind/name`, {
      hint: 'Write it as Deployment/api, or as shop/Deployment/api.',
    })
  return labels.length === 0 ? undefined : (workload) => labels.some((label) => isCalled(label, workload))
}

/** Throws `usage` where `--workload` names a workload that no source declares. */
export function requireFound(labels: readonly string[] = [], { recommendations }: Plan): void {
  const missing = labels.filter((label) => !recommendations.some(({ workload }) => isCalled(label, workload)))
  if (missing.length === 0) return
  throw stop('usage', `no source declares ${missing.join(' or ')}`, {
    hint: 'Run `tortoise plan` without --workload: it lists what the sources declare. A cluster is chosen with --cluster.',
  })
}
