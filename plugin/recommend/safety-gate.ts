import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { keepWithReasons } from './keep-changes.ts'
import { type GateInput, type Regression, regressionsOf, withChangedValues } from './regressions.ts'
import { outcomeOf, type WorkloadOutcome } from './replay/outcome.ts'
import { type Replay, replayOf } from './replay/replay.ts'

interface GateContext extends GateInput {
  readonly replay: Replay
  /** Outcome of the current values on the recorded history. */
  readonly today: WorkloadOutcome
  readonly recommendations: readonly Recommendation[]
}

/**
 * Keeps the current value wherever the recorded history shows a change to be less safe. Replays the history under the
 * current and the new values; drops the changes that cause a regression, with their change groups, and replays the rest
 * until no regression is left.
 */
export function safetyGate(
  recommendations: readonly Recommendation[],
  input: GateInput,
): readonly Recommendation[] {
  const changes = recommendations.filter((one): one is Change => one.verdict === 'change')
  if (changes.length === 0) return recommendations
  const replay = input.replay ?? replayOf(input.observation)
  const current = withChangedValues(input.declared, recommendations, [])
  const today = outcomeOf({ ...current, replay }, input.observation)
  const context = { ...input, today, recommendations, replay }
  const dropped = new Map<string, Reason>()
  for (;;) {
    const left = changes.filter(({ together }) => !dropped.has(together))
    const [first] = left.length === 0 ? [] : compareWithToday(left, context)
    if (first === undefined) break
    for (const { together } of changesToDrop(left, first, context)) dropped.set(together, first.because)
  }
  return dropped.size === 0 ? recommendations : keepWithReasons(recommendations, dropped)
}

/** The first set of suspects without which the regression is gone; all suspects when no single set is enough. */
function changesToDrop(
  changes: readonly Change[],
  { because, suspects }: Regression,
  context: GateContext,
): readonly Change[] {
  const sets = suspects
    .map((isSuspect) => changes.filter(isSuspect))
    .filter((candidates) => candidates.length > 0)
  const enough = sets.find((candidates) => {
    const groups = new Set(candidates.map(({ together }) => together))
    const rest = changes.filter(({ together }) => !groups.has(together))
    return !compareWithToday(rest, context).some((one) => one.because.rule === because.rule)
  })
  const all = enough ?? sets.flat()
  return all.length > 0 ? all : changes
}

function compareWithToday(
  changes: readonly Change[],
  { declared, observation, today, recommendations, replay, acceptedTimeAbove }: GateContext,
): readonly Regression[] {
  const changed = withChangedValues(declared, recommendations, changes)
  const after = outcomeOf({ ...changed, replay }, observation, today)
  return regressionsOf(today, after, acceptedTimeAbove)
}
