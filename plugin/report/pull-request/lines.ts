import type { Observation } from '../../model/observation.ts'
import type { ProposedChange, ScopedProposal } from '../../model/proposal.ts'
import { workloadKey } from '../../model/workload.ts'
import { monthlyCost, type Prices } from '../cost.ts'
import { observationOf } from '../evidence.ts'
import { type Row, rowOf } from '../rows.ts'

/** What the lines are made from. */
export interface LineContext {
  readonly observations: readonly Observation[]
  readonly prices?: Prices | undefined
}

/** One change with its row, usage and cost. */
export interface Line {
  readonly row: Row
  readonly change: ProposedChange
  readonly observation: Observation | undefined
  /** Added to the cost of a month; negative where it saves. */
  readonly cost: number | undefined
}

/** Workloads with a raised request first, then by name. */
export function linesOf(
  { proposal }: ScopedProposal,
  { observations, prices }: LineContext,
): readonly Line[] {
  const lines = proposal.changes.map((change): Line => {
    const observation = observationOf(observations, change)
    return { row: rowOf(change), change, observation, cost: monthlyCost(change, observation, prices) }
  })
  const owner = ({ change }: Line): string => `${change.cluster ?? ''} ${workloadKey(change.workload)}`
  const rising = new Set(lines.filter(({ row }) => row.rises).map(owner))
  const rank = (line: Line): string => `${rising.has(owner(line)) ? 0 : 1} ${owner(line)}`
  return [...lines].sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
}
