import { fieldKey } from '../model/field.ts'
import type { Proposal, ProposedChange, ScopedProposal, Skipped } from '../model/proposal.ts'
import { workloadKey } from '../model/workload.ts'
import type { ProposePorts, TracedChange } from './propose.ts'
import { propose } from './propose.ts'

/** What parting a proposal needs. */
export interface SplitPorts extends ProposePorts {
  /** What a change is about: changes of one scope share a pull request. */
  readonly scopeOf: (change: ProposedChange) => string
}

const keyOf = (source: string, address: Parameters<typeof fieldKey>[0]): string =>
  `${source}\0${fieldKey(address)}`

/** The scope of each change; what moves together, and what one place decides, is never parted. */
function scopes(
  { changes }: Proposal,
  company: ReadonlyMap<string, string>,
  scopeOf: SplitPorts['scopeOf'],
): ReadonlyMap<string, string> {
  const taken = new Map<string, string>()
  return new Map(
    changes.map((change) => {
      const key = keyOf(change.source, change)
      const bonds = [
        company.get(key) ?? key,
        JSON.stringify([change.site.file, change.site.document, change.site.path]),
      ]
      const scope = bonds.map((bond) => taken.get(bond)).find((one) => one !== undefined) ?? scopeOf(change)
      for (const bond of bonds) taken.set(bond, scope)
      return [key, scope]
    }),
  )
}

/** Parts a proved proposal by scope. Each part is edited and proved by itself: it may be merged alone. */
export async function splitByScope(
  whole: Proposal,
  wishes: readonly TracedChange[],
  { scopeOf, ...ports }: SplitPorts,
): Promise<{ readonly parts: readonly ScopedProposal[]; readonly skipped: readonly Skipped[] }> {
  const company = new Map(
    wishes.map((wish) => [
      keyOf(wish.trace.source, wish),
      [wish.trace.source, workloadKey(wish.workload), wish.change.together].join('\0'),
    ]),
  )
  const scopeBy = scopes(whole, company, scopeOf)
  const names = [...new Set(scopeBy.values())]
  const [only] = names
  if (only !== undefined && names.length === 1)
    return { parts: [{ scope: only, proposal: whole }], skipped: [] }
  const parts: ScopedProposal[] = []
  const skipped: Skipped[] = []
  for (const scope of names.sort()) {
    const mine = wishes.filter((wish) => scopeBy.get(keyOf(wish.trace.source, wish)) === scope)
    const made = await propose(mine, ports)
    if (made.proposal !== undefined) parts.push({ scope, proposal: made.proposal })
    skipped.push(...made.skipped)
  }
  return { parts, skipped }
}
