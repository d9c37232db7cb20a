import type { OutcomeFigures, Prices } from '../../model/backtest.ts'
import type { DeclaredWorkload } from '../../model/declared.ts'
import type { FleetFigures, ResourceBalance } from '../../model/fleet.ts'
import type { Observation } from '../../model/observation.ts'
import { rounded } from '../../model/rounded.ts'
import { memoryScale } from '../../model/sketch.ts'
import { declaredValue, type NewValue, withChanges } from './apply.ts'
import { compareSamples } from './compare-samples.ts'
import { outcomeFigures, outcomeOf, type WorkloadOutcome } from './outcome.ts'
import { replayOf } from './replay.ts'

const gibibyte = 1024 ** 3

/** The figures of a workload's current values on its recorded history, and of new ones where there are any. */
export function fleetFigures(
  declared: DeclaredWorkload,
  observation: Observation,
  { moves, prices }: { readonly moves: readonly NewValue[]; readonly prices: Prices },
): { readonly current: FleetFigures; readonly proposed?: FleetFigures } {
  const replay = replayOf(observation)
  const today = outcomeOf({ declared, read: declaredValue, replay }, observation)
  const figures = (one: WorkloadOutcome): FleetFigures => {
    const known = outcomeFigures(one, today, prices)
    return { ...known, cpu: cpuBalance(one, known), memory: memoryBalance(one, known) }
  }
  const current = figures(today)
  if (moves.length === 0) return { current }
  const changed = outcomeOf(
    { declared: withChanges(declared, moves), read: declaredValue, replay },
    observation,
    today,
  )
  return { current, proposed: figures(changed) }
}

function balance(requested: number, used: number, short: number): ResourceBalance {
  const unused = Math.max(0, requested - used + short)
  return { requested, used: rounded(used, 3), unused: rounded(unused, 3), short: rounded(short, 3) }
}

function cpuBalance({ containers, pods }: WorkloadOutcome, figures: OutcomeFigures): ResourceBalance {
  let [used, short] = [0, 0]
  for (const container of containers) {
    const shares = container.cpu()
    used += ((shares?.mean ?? 0) / 1000) * pods.mean
    short += ((shares?.volume ?? 0) / 1000) * pods.mean
  }
  return balance(figures.requestedCores, used, short)
}

/** Each pod keeps its memory, whatever the number of pods. */
function memoryBalance({ containers, pods }: WorkloadOutcome, figures: OutcomeFigures): ResourceBalance {
  let [used, short] = [0, 0]
  for (const { usage, request } of containers) {
    if (usage.memory === undefined) continue
    const bounds = { request: request.memory ?? 0, limit: Number.POSITIVE_INFINITY, loadFactor: 1 }
    const { mean, volume } = compareSamples(usage.memory, memoryScale, bounds)
    used += (mean / gibibyte) * pods.recorded
    short += (volume / gibibyte) * pods.recorded
  }
  return balance(figures.requestedGibibytes, used, short)
}
