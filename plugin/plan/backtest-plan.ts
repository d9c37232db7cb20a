import type { PlanBacktest, Prices, WorkloadBacktest } from '../model/backtest.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { Proposal, ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'
import { sourceWorkloadKey, workloadKey } from '../model/workload.ts'
import type { NewValue } from '../recommend/replay/apply.ts'
import { compareOutcomes } from '../recommend/replay/compare.ts'
import type { SourceChange } from './apply-decisions.ts'
import type { DeclaredIn } from './declared-source.ts'

/** The changes to backtest, and the usage and prices to score them with. */
export interface BacktestInput {
  readonly observations: readonly Observation[]
  readonly prices: Prices & { readonly currency: string }
  /** The recommended changes, which are replayed when nothing is proposed. */
  readonly recommended: readonly SourceChange[]
  readonly proposal?: Proposal | undefined
}

/**
 * Replays the recorded usage of each workload that changes, under the current values and under the new ones. What cannot be edited is
 * left out, so that the sum is of what is proposed.
 */
export function backtestPlan(declared: readonly DeclaredIn[], input: BacktestInput): PlanBacktest {
  const moves = movesOf(input)
  const workloads = declared.flatMap(({ source, workloads: own }) => {
    const observations = observedIn(input.observations, source.cluster)
    return own.flatMap((one): readonly WorkloadBacktest[] => {
      const { workload } = one
      const observation = observations.get(workloadKey(workload))
      const moved = moves.get(sourceWorkloadKey({ source: source.id, workload }))
      if (observation === undefined || moved === undefined) return []
      const figures = compareOutcomes(one, observation, { moves: moved, prices: input.prices })
      const { id, cluster } = source
      return [{ source: id, ...(cluster === undefined ? {} : { cluster }), workload, ...figures }]
    })
  })
  return { currency: input.prices.currency, workloads }
}

const movesOf = ({ recommended, proposal }: BacktestInput): ReadonlyMap<string, readonly NewValue[]> =>
  proposal === undefined ? byWorkload(recommended, (one) => one) : proposedValues(proposal.changes)

/** The new values of changes, by `sourceWorkloadKey`. */
export const proposedValues = (
  changes: readonly ProposedChange[],
): ReadonlyMap<string, readonly NewValue[]> => byWorkload(changes, asMove)

function asMove({ container, field, to }: ProposedChange): NewValue | undefined {
  const value = readValue(field, to)
  return value === undefined
    ? undefined
    : { field, to: value, ...(container === undefined ? {} : { container }) }
}

function byWorkload<T extends Pick<SourceChange, 'source' | 'workload'>>(
  changes: readonly T[],
  move: (one: T) => NewValue | undefined,
): ReadonlyMap<string, readonly NewValue[]> {
  const groups = new Map<string, NewValue[]>()
  for (const one of changes) {
    const own = move(one)
    if (own === undefined) continue
    const known = groups.get(sourceWorkloadKey(one)) ?? []
    groups.set(sourceWorkloadKey(one), known)
    known.push(own)
  }
  return groups
}
