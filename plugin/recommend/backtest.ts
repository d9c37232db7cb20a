import type { DeclaredWorkload } from '../model/declared.ts'
import { fieldKey } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import type { Change } from '../model/recommendation.ts'
import { type RecommendSettings, recommend } from './recommend.ts'
import { withChanges } from './replay/apply.ts'
import type { BacktestResult } from './replay/figures.ts'
import { autoscalerOf, demandOf, simulateDemand } from './replay/recorded-demand.ts'
import { lookup, score } from './replay/score.ts'
import { addScores, emptyScores } from './replay/scores.ts'
import { observationWithin, type Span } from './replay/span.ts'

const secondsPerDay = 86_400

/** When a backtest decides, and on which days. */
export interface BacktestSchedule {
  /** Days of history that each decision uses. */
  readonly historyDays: number
  /** Days of warm-up before the first decision; they are not scored. */
  readonly trainDays: number
  /** Days between two decisions. */
  readonly everyDays: number
}

/** A workload with its current declared values and its recorded history. */
export interface RecordedWorkload {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
}

/** The whole days after the warm-up, on which decisions are scored; `undefined` when there is none. */
export function scoredSpan(
  { observation }: RecordedWorkload,
  { trainDays }: BacktestSchedule,
): Span | undefined {
  const days = observation.containers.flatMap(({ cpu, memory }) => [
    ...(cpu?.daily?.days ?? []),
    ...(memory?.daily?.days ?? []),
  ])
  if (days.length === 0) return undefined
  const [first, last] = [Math.min(...days), Math.max(...days)]
  const from = (first + trainDays) * secondsPerDay
  const to = (last + 1) * secondsPerDay
  return from < to ? { from, to } : undefined
}

/**
 * Replays a workload's history day by day: each decision uses the days before it and is scored on the days after it.
 * Without settings, the current values are kept. Returns `undefined` when the history is too short or was not recorded by day.
 */
export function backtest(
  recorded: RecordedWorkload,
  settings: RecommendSettings | undefined,
  schedule: BacktestSchedule,
): BacktestResult | undefined {
  const period = scoredSpan(recorded, schedule)
  if (period === undefined) return undefined
  const { declared: today, observation } = recorded
  const changed = new Map<string, number>()
  let state: State = { declared: today, pods: recordedPods(observation, period.from) }
  let [scores, changes, commits] = [emptyScores, 0, 0]
  const step = schedule.everyDays * secondsPerDay
  for (let from = period.from; from < period.to; from += step) {
    const span = { from, to: Math.min(from + step, period.to) }
    const decided =
      settings === undefined ? [] : decideAt(from, { ...state, recorded, settings, schedule, changed })
    for (const one of decided) changed.set(fieldKey(one), from)
    changes += decided.length
    if (decided.length > 0) commits += 1
    const declared = withChanges(state.declared, decided)
    const simulated = simulatedPods(declared, { observation, span, pods: state.pods })
    scores = addScores(scores, score({ declared, today, observation, span, simulated }))
    state = { declared, pods: simulated?.last }
  }
  const days = (period.to - period.from) / secondsPerDay
  return { scores: { ...scores, workloads: 1 }, changes, commits, days }
}

/** The number of pods at a time, with which a simulated HPA starts. */
function recordedPods({ replicas }: Observation, time: number): number | undefined {
  if (replicas === undefined) return undefined
  const { series, mean } = replicas
  return Math.max(1, Math.round(series === undefined ? mean : lookup(series, mean)(time)))
}

interface State {
  readonly declared: DeclaredWorkload
  readonly pods: number | undefined
}

interface DecisionContext {
  readonly declared: DeclaredWorkload
  readonly recorded: RecordedWorkload
  readonly settings: RecommendSettings
  readonly schedule: BacktestSchedule
  /** Time of the last change of each field, in seconds since 1970. */
  readonly changed: ReadonlyMap<string, number>
}

function decideAt(
  time: number,
  { declared, recorded: { observation }, settings, schedule, changed }: DecisionContext,
): readonly Change[] {
  const span = { from: time - schedule.historyDays * secondsPerDay, to: time }
  const history = observationWithin(observation, span)
  if (history === undefined) return []
  const { unhealthy: _, ...healthy } = history
  const lastChange: RecommendSettings['lastChange'] = (address) => {
    const at = changed.get(fieldKey(address))
    return at === undefined ? undefined : (time - at) / secondsPerDay
  }
  const { cluster } = observation
  return recommend({ cluster, workloads: [declared] }, [healthy], { ...settings, lastChange }).filter(
    (one): one is Change => one.verdict === 'change',
  )
}

interface SimulationStart {
  readonly observation: Observation
  readonly span: Span
  /** Number of pods at the start of the span. */
  readonly pods: number | undefined
}

/** The pods that the workload's HPA would have run over a span; `undefined` when it cannot be simulated. */
function simulatedPods(declared: DeclaredWorkload, { observation, span, pods }: SimulationStart) {
  const found = autoscalerOf(declared)
  if (found === undefined) return undefined
  const demand = demandOf(observation, found.members, span)
  return demand === undefined ? undefined : simulateDemand(demand, found.scaler, pods)
}
