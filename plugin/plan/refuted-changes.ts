import { groupBy } from '../model/group.ts'
import type { Proof } from '../model/proof.ts'
import { workloadLabel } from '../model/workload.ts'
import { tracedGroupKey } from './change-group.ts'
import { describeRefutation } from './describe-refutation.ts'
import type { TracedChange } from './traced-change.ts'

/** A change that is not made, and why. */
export interface Dropped {
  readonly traced: TracedChange
  readonly reason: string
}

/** How many proofs are tried to find the changes that a refutation speaks against. */
const mostProofs = 8

/** Whether some changes by themselves are proved. */
type TryChanges = (changes: readonly TracedChange[]) => Promise<boolean>

/**
 * Of changes whose sources are refuted: those that the refutation speaks against, each with its own reason. These are the
 * changes of the workloads that it names. Where it names none of them (the source renders no longer, another object
 * changes), halves of the changes are tried until few are left, with at most eight proofs; the rest of them is innocent.
 */
export async function refutedChanges(
  proof: Proof,
  suspects: readonly TracedChange[],
  areProved: TryChanges,
): Promise<readonly Dropped[]> {
  const named = namedChanges(proof, suspects)
  if (named.length > 0) return named
  const reason = describeRefutation(proof)
  const groups = [...groupBy(suspects, tracedGroupKey).values()]
  const search: Search = { areProved, proofs: 0 }
  const guilty = await narrowed(groups, search)
  return guilty.flat().map((traced) => ({ traced, reason }))
}

/** The changes of workloads that a proof names: an unexpected change in them, or an intended one that is missing. */
function namedChanges(proof: Proof, suspects: readonly TracedChange[]): readonly Dropped[] {
  const labels = new Set(suspects.map(({ workload }) => workloadLabel(workload)))
  const own = (label: string): Proof => ({
    ...proof,
    unexpected: proof.unexpected.filter(({ object }) => object === label),
    missing: proof.missing.filter(({ workload }) => workloadLabel(workload) === label),
    failed: [],
    refused: (proof.refused ?? []).filter(({ message }) => message.startsWith(`${label} `)),
  })
  const reasons = new Map(
    [...labels].flatMap((label) => {
      const about = own(label)
      const isNamed = [about.unexpected, about.missing, about.refused ?? []].some(({ length }) => length > 0)
      return isNamed ? [[label, describeRefutation(about)] as const] : []
    }),
  )
  const groups = new Set(
    suspects.filter(({ workload }) => reasons.has(workloadLabel(workload))).map((one) => tracedGroupKey(one)),
  )
  return suspects.flatMap((traced) => {
    const reason = reasons.get(workloadLabel(traced.workload))
    return groups.has(tracedGroupKey(traced)) && reason !== undefined ? [{ traced, reason }] : []
  })
}

interface Search {
  readonly areProved: TryChanges
  proofs: number
}

type Groups = readonly (readonly TracedChange[])[]

/** The groups of changes without those halves that are proved by themselves; all where the halves are. */
async function narrowed(groups: Groups, search: Search): Promise<Groups> {
  if (groups.length <= 1 || search.proofs + 2 > mostProofs) return groups
  const middle = Math.ceil(groups.length / 2)
  const halves = [groups.slice(0, middle), groups.slice(middle)]
  search.proofs += halves.length
  const proved: boolean[] = []
  for (const half of halves) proved.push(await search.areProved(half.flat()))
  if (proved.every((one) => one)) return groups
  const left: Groups[] = []
  for (const [index, half] of halves.entries())
    if (proved[index] !== true) left.push(await narrowed(half, search))
  return left.flat()
}
