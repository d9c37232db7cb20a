import type { ExpectedStop } from '../model/problem.ts'
import { namespacedLabel, type Workload, workloadLabel } from '../model/workload.ts'

const form = /^(?:[^/]+\/)?[^/]+\/[^/]+$/

/** Whether a label, `Kind/name` or `namespace/Kind/name`, names a workload. */
export const isCalled = (label: string, workload: Workload): boolean =>
  label === workloadLabel(workload) || label === namespacedLabel(workload)

/** Whether a workload is one of those that labels name; `undefined` without any. Throws what `refusal` makes of a text that is no label. */
export function selectedBy(
  labels: readonly string[],
  refusal: (label: string) => ExpectedStop,
): ((workload: Workload) => boolean) | undefined {
  const wrong = labels.find((label) => !form.test(label))
  if (wrong !== undefined) throw refusal(wrong)
  return labels.length === 0 ? undefined : (workload) => labels.some((label) => isCalled(label, workload))
}
