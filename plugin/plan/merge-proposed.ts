import { sourceFieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import type { Proof } from '../model/proof.ts'
import type { Proposal, ScopedProposal } from '../model/proposal.ts'
import type { SourceChange } from './apply-decisions.ts'
import type { Proposed } from './propose-changes.ts'

/**
 * Merges what was proposed for groups of sources of which none reads a file that another one edits: then the proof of all edits
 * together is that of each by itself. `order` has all requested changes, and the ids of all sources, in the order of a plan.
 */
export function mergeProposed(
  all: readonly Proposed[],
  { changes, sources }: PlanOrder,
): Proposed | undefined {
  if (all.length === 0) return undefined
  const order = new Map([...changes.map(sourceFieldKey), ...sources].map((key, index) => [key, index]))
  const proposals = all.flatMap(({ proposal }) => proposal ?? [])
  const parts = all.flatMap((one) => one.parts ?? [])
  const reads = [...new Set(all.flatMap((one) => one.reads ?? []))]
  return {
    ...(proposals.length > 0 && { proposal: mergeProposals(proposals, order) }),
    ...(parts.length > 0 && { parts: mergeScopes(parts, order) }),
    skipped: all.flatMap(({ skipped }) => skipped),
    reads,
  }
}

/** Requested changes and ids of sources in the order in which a plan lists them. */
export interface PlanOrder {
  readonly changes: readonly SourceChange[]
  readonly sources: readonly string[]
}

type Order = ReadonlyMap<string, number>

function mergeProposals(all: readonly Proposal[], order: Order): Proposal {
  return {
    changes: sorted(
      all.flatMap(({ changes }) => changes),
      order,
      sourceFieldKey,
    ),
    edits: all.flatMap(({ edits }) => edits),
    proof: mergeProofs(
      all.map(({ proof }) => proof),
      order,
    ),
  }
}

const mergeScopes = (parts: readonly ScopedProposal[], order: Order): readonly ScopedProposal[] =>
  [...groupBy(parts, ({ scope }) => scope)]
    .map(([scope, own]) => ({
      scope,
      proposal: mergeProposals(
        own.map(({ proposal }) => proposal),
        order,
      ),
    }))
    .sort((one, other) => (one.scope < other.scope ? -1 : 1))

function sorted<T>(items: readonly T[], order: Order, key: (item: T) => string): readonly T[] {
  const placeOf = (item: T): number => order.get(key(item)) ?? order.size
  return [...items].sort((one, other) => placeOf(one) - placeOf(other))
}

/** A proposal is made of proved edits alone. */
function mergeProofs(all: readonly Proof[], order: Order): Proof {
  const refused = all.flatMap((one) => one.refused ?? [])
  return {
    verdict: all.every(({ verdict }) => verdict === 'proved') ? 'proved' : 'refuted',
    sources: sorted([...new Set(all.flatMap(({ sources }) => sources))], order, (id) => id),
    moved: sorted(
      all.flatMap(({ moved }) => moved),
      order,
      sourceFieldKey,
    ),
    missing: all.flatMap(({ missing }) => missing),
    unexpected: all.flatMap(({ unexpected }) => unexpected),
    ...(refused.length > 0 && { refused }),
    failed: all.flatMap(({ failed }) => failed),
  }
}
