import type { OutcomeFigures, Prices } from '../../model/backtest.ts'
import type { DeclaredWorkload } from '../../model/declared.ts'
import type { Observation } from '../../model/observation.ts'
import { declaredValue, type NewValue, withChanges } from './apply.ts'
import { outcomeFigures, outcomeOf } from './outcome.ts'
import { replayOf } from './replay.ts'

/** Replays a workload's recorded history under the current values and under new ones, and returns the figures of both. */
export function compareOutcomes(
  declared: DeclaredWorkload,
  observation: Observation,
  { moves, prices }: { readonly moves: readonly NewValue[]; readonly prices: Prices },
): { readonly before: OutcomeFigures; readonly after: OutcomeFigures } {
  const replay = replayOf(observation)
  const today = outcomeOf({ declared, read: declaredValue, replay }, observation)
  const changed = outcomeOf(
    { declared: withChanges(declared, moves), read: declaredValue, replay },
    observation,
    today,
  )
  return {
    before: outcomeFigures(today, today, prices),
    after: outcomeFigures(changed, today, prices),
  }
}
