import { fingerprint } from '../../model/fingerprint.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { oneLine } from '../../model/text/clean.ts'
import { workloadLabel } from '../../model/workload.ts'
import type { Owners } from './codeowners.ts'

/** Which changes share a pull request: those of one owner and cluster, of one source, of one workload, or all. */
export type Grouping = 'owner' | 'source' | 'workload' | 'all'

/** Returns the scope of a change, for example `prod acme/shop`. It is the same in every run, and empty for `all`. */
export function scopeOf(change: ProposedChange, grouping: Grouping, owners: Owners): string {
  const { cluster = '', source, workload, site } = change
  switch (grouping) {
    case 'all':
      return ''
    case 'source':
      return [cluster, source].filter(Boolean).join(' ')
    case 'workload':
      return [cluster, workload.namespace, workloadLabel(workload)].filter(Boolean).join(' ')
    case 'owner':
      return [cluster, ...owners(site.file).map((owner) => owner.replace(/^@/, ''))].filter(Boolean).join(' ')
    default:
      return grouping satisfies never
  }
}

/** The scope of changes that take back values of a workload. A pull request of it is urgent. */
export const takeBackScope = (change: ProposedChange): string =>
  `take back ${scopeOf(change, 'workload', () => [])}`

const maxLength = 60

/** Returns the branch of a scope: the prefix and the scope in characters that every forge and shell accepts. */
export function branchOf(prefix: string, scope: string): string {
  if (scope === '') return prefix
  const slug = oneLine(scope)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const isExact = slug === scope && slug.length <= maxLength
  return `${prefix}-${isExact ? slug : `${slug.slice(0, maxLength)}-${fingerprint(scope)}`}`
}
