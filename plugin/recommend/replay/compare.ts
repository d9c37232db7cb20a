import type { OutcomeFigures, Prices } from '../../model/backtest.ts'
import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import { declaredValue, type Move, withChanges } from './apply.ts'
import { outcomeFigures, outcomeOf } from './outcome.ts'
import { replayOf } from './replay.ts'

/** Replays what was recorded of a workload under today's values and under those after some moves. */
export function compare(
  declared: DeclaredWorkload,
  observation: Observation,
  { moves, prices }: { readonly moves: readonly Move[]; readonly prices: Prices },
): { readonly before: OutcomeFigures; readonly after: OutcomeFigures } {
  const replay = replayOf(observation)
  const today = outcomeOf({ declared, read: declaredValue, replay }, observation)
  const moved = outcomeOf(
    { declared: withChanges(declared, moves), read: declaredValue, replay },
    observation,
    today,
  )
  return {
    before: outcomeFigures(today, today, prices),
    after: outcomeFigures(moved, today, prices),
  }
}
