import type { PlanBacktest, Prices, WorkloadBacktest } from '../model/backtest.ts'
import type { Observation } from '../model/observation.ts'
import type { Proposal, ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'
import { workloadKey } from '../model/workload.ts'
import type { Move } from '../recommend/replay/apply.ts'
import { compare } from '../recommend/replay/compare.ts'
import type { SourceChange } from './apply-decisions.ts'
import { type DeclaredIn, observationsFor } from './declared-source.ts'

/** What the backtests of a plan are reckoned from. */
export interface BacktestGround {
  readonly observations: readonly Observation[]
  readonly prices: Prices & { readonly currency: string }
  /** Changes that are advised; of a workload in the proposal, those that were granted count instead. */
  readonly wanted: readonly SourceChange[]
  readonly proposal?: Proposal | undefined
}

const keyOf = ({ source, workload }: Pick<SourceChange, 'source' | 'workload'>): string =>
  `${source}\0${workloadKey(workload)}`

/** Replays each workload that is to change under today's values and under the new ones. */
export function backtestPlan(declared: readonly DeclaredIn[], ground: BacktestGround): PlanBacktest {
  const moves = movesOf(ground)
  const workloads = declared.flatMap(({ source, workloads: own }) => {
    const seen = observationsFor(source, ground.observations)
    return own.flatMap((one): readonly WorkloadBacktest[] => {
      const { workload } = one
      const observation = seen.get(workloadKey(workload))
      const moved = moves.get(keyOf({ source: source.id, workload }))
      if (observation === undefined || moved === undefined) return []
      const figures = compare(one, observation, { moves: moved, prices: ground.prices })
      const { id, cluster } = source
      return [{ source: id, ...(cluster === undefined ? {} : { cluster }), workload, ...figures }]
    })
  })
  return { currency: ground.prices.currency, workloads }
}

function movesOf({ wanted, proposal }: BacktestGround): ReadonlyMap<string, readonly Move[]> {
  const granted = group(proposal?.changes ?? [], asMove)
  return new Map([...group(wanted, (one) => one), ...granted])
}

function asMove({ container, field, to }: ProposedChange): Move | undefined {
  const value = readValue(field, to)
  return value === undefined
    ? undefined
    : { field, to: value, ...(container === undefined ? {} : { container }) }
}

function group<T extends Pick<SourceChange, 'source' | 'workload'>>(
  all: readonly T[],
  move: (one: T) => Move | undefined,
): ReadonlyMap<string, readonly Move[]> {
  const groups = new Map<string, Move[]>()
  for (const one of all) {
    const own = move(one)
    if (own === undefined) continue
    const known = groups.get(keyOf(one)) ?? []
    groups.set(keyOf(one), known)
    known.push(own)
  }
  return groups
}
