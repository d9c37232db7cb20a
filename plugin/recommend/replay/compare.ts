import type { Prices, StandingFigures } from '../../model/backtest.ts'
import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import { declaredValue, type Move, withChanges } from './apply.ts'
import { standing, standingFigures } from './outcome.ts'
import { replayOf } from './replay.ts'

/** Replays what was recorded of a workload under today's values and under those after some moves. */
export function compare(
  declared: DeclaredWorkload,
  observation: Observation,
  { moves, prices }: { readonly moves: readonly Move[]; readonly prices: Prices },
): { readonly before: StandingFigures; readonly after: StandingFigures } {
  const replay = replayOf(observation)
  const today = standing({ declared, read: declaredValue, replay }, observation)
  const moved = standing(
    { declared: withChanges(declared, moves), read: declaredValue, replay },
    observation,
    today,
  )
  return {
    before: standingFigures(today, today, prices),
    after: standingFigures(moved, today, prices),
  }
}
