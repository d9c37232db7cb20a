import { sourceFieldKey } from '../model/field.ts'
import type { Proposal, ProposedChange, ScopedProposal, Skipped } from '../model/proposal.ts'
import { tracedGroupKey } from './change-group.ts'
import type { ProposePorts } from './propose.ts'
import { propose } from './propose.ts'
import type { TracedChange } from './traced-change.ts'

/** What splitting a proposal needs. */
export interface SplitPorts extends ProposePorts {
  /** Returns the scope of a change. Changes of one scope share a pull request. */
  readonly scopeOf: (change: ProposedChange) => string
}

/** The change group of each traced change, by its key. */
const changeGroups = (traced: readonly TracedChange[]): ReadonlyMap<string, string> =>
  new Map(traced.map((one) => [sourceFieldKey({ ...one, source: one.trace.source }), tracedGroupKey(one)]))

/** The scope of each change. Changes of one change group, and changes of one source line, get the same scope. */
function assignScopes(
  { changes }: Proposal,
  groups: ReadonlyMap<string, string>,
  scopeOf: SplitPorts['scopeOf'],
): ReadonlyMap<string, string> {
  const assigned = new Map<string, string>()
  return new Map(
    changes.map((change) => {
      const key = sourceFieldKey(change)
      const { file, document, path } = change.site
      const links = [groups.get(key) ?? key, JSON.stringify([file, document, path])]
      const linked = links.map((link) => assigned.get(link)).find((one) => one !== undefined)
      const scope = linked ?? scopeOf(change)
      for (const link of links) assigned.set(link, scope)
      return [key, scope]
    }),
  )
}

/** Splits a proved proposal by scope. Each part is edited and proved by itself, because it may be merged alone. */
export async function splitByScope(
  whole: Proposal,
  traced: readonly TracedChange[],
  { scopeOf, ...ports }: SplitPorts,
): Promise<{ readonly parts: readonly ScopedProposal[]; readonly skipped: readonly Skipped[] }> {
  const scopes = assignScopes(whole, changeGroups(traced), scopeOf)
  const names = [...new Set(scopes.values())]
  const [only] = names
  if (only !== undefined && names.length === 1)
    return { parts: [{ scope: only, proposal: whole }], skipped: [] }
  const parts: ScopedProposal[] = []
  const skipped: Skipped[] = []
  for (const scope of names.sort()) {
    const inScope = traced.filter(
      (one) => scopes.get(sourceFieldKey({ ...one, source: one.trace.source })) === scope,
    )
    const proposed = await propose(inScope, ports)
    if (proposed.proposal !== undefined) parts.push({ scope, proposal: proposed.proposal })
    skipped.push(...proposed.skipped)
  }
  return { parts, skipped }
}
