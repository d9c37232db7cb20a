import { fieldLabel } from '../model/field.ts'
import type { Proof, UnexpectedChange } from '../model/proof.ts'
import { workloadLabel } from '../model/workload.ts'

/** Returns why a proof is refuted, on one line. It shows the values of sizes only, because others may be secret. */
export function describeRefutation({ unexpected, missing, failed, refused = [] }: Proof): string {
  const all = [
    ...failed.map(({ source, message }) => `${source} would no longer render: ${message}`),
    ...refused.map(({ message }) => `the API server would refuse it: ${message}`),
    ...unexpected.map(describeUnexpected),
    ...missing.map((one) => `${workloadLabel(one.workload)} ${fieldLabel(one)} would not become ${one.to}`),
  ]
  const more = all.length > 3 ? `; and ${all.length - 3} more` : ''
  return `the rendering refutes the edit: ${all.slice(0, 3).join('; ')}${more}`
}

const sizes = new Set<string | number>([
  'cpu',
  'memory',
  'minReplicas',
  'maxReplicas',
  'averageUtilization',
  'replicas',
])

function describeUnexpected({ source, object, path, before, after }: UnexpectedChange): string {
  if (path.length === 0) {
    if (after === 'not rendered') return `${source} reads an edited file but does not render here`
    const effect = after === null ? 'would be removed' : before === null ? 'would be added' : 'would change'
    return `${object} ${effect} in ${source}`
  }
  const isSize = sizes.has(path.at(-1) ?? '') && !object.startsWith('Secret/')
  const effect = isSize ? `would change from ${before ?? 'unset'} to ${after ?? 'unset'}` : 'would change'
  return `${object} ${path.join('.')} ${effect} in ${source}`
}
