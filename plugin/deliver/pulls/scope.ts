import { oneLine } from '../../model/escape-markdown.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { workloadLabel } from '../../model/workload.ts'
import { fingerprint } from '../record/fingerprint.ts'
import type { Owners } from './codeowners.ts'

/** What shares one pull request: values of the same owner and cluster, of a source, of a workload, or all. */
export type Grouping = 'owner' | 'source' | 'workload' | 'all'

/** The scope of a change in words, the same in every run; empty for the whole repository. */
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

const longest = 60

/** The branch of a scope: our branch, followed by the scope in letters that any forge and shell takes. */
export function branchOf(prefix: string, scope: string): string {
  if (scope === '') return prefix
  const slug = oneLine(scope)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  const plain = slug === scope && slug.length <= longest
  return `${prefix}-${plain ? slug : `${slug.slice(0, longest)}-${fingerprint(scope)}`}`
}
