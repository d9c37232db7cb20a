import type { BacktestReport, BacktestRow, Prices } from '../model/backtest.ts'
import type { DeclaredWorkload } from '../model/declared.ts'
import { fieldKey } from '../model/field.ts'
import type { Observation } from '../model/observation.ts'
import type { Change } from '../model/recommendation.ts'
import { workloadLabel } from '../model/workload.ts'
import { type RecommendSettings, recommend } from './recommend.ts'
import { withChanges } from './replay/apply.ts'
import { figuresOf, type Judged } from './replay/figures.ts'
import { autoscalerOf, demandOf, scale } from './replay/scaled.ts'
import { addScores, lookup, noScores, score } from './replay/score.ts'
import { observationWithin, type Span } from './replay/span.ts'

const secondsPerDay = 86_400

/** How a backtest walks. */
export interface Walk {
  /** Days that a decision may look back on, and days before the first one. */
  readonly historyDays: number
  readonly trainDays: number
  /** Days from one decision to the next. */
  readonly everyDays: number
}

/** One workload as declared today, with what was seen of it. */
export interface Replayed {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
}

/** The days on which a workload's history can be judged: whole days after those that only teach. */
function judgedSpan({ observation }: Replayed, { trainDays }: Walk): Span | undefined {
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
 * Replays a workload's history under settings, walking forward: each decision sees the days before it and nothing else,
 * and is charged with the days after it. Without settings, today's values stand throughout.
 * `undefined` when the history is too short or was recorded without its days.
 */
export function backtest(
  replayed: Replayed,
  settings: RecommendSettings | undefined,
  walk: Walk,
): Judged | undefined {
  const whole = judgedSpan(replayed, walk)
  if (whole === undefined) return undefined
  const { declared: today, observation } = replayed
  const changed = new Map<string, number>()
  let state: State = { declared: today, pods: recordedPods(observation, whole.from) }
  let [charges, changes, commits] = [noScores, 0, 0]
  const step = walk.everyDays * secondsPerDay
  for (let from = whole.from; from < whole.to; from += step) {
    const span = { from, to: Math.min(from + step, whole.to) }
    const moves =
      settings === undefined ? [] : decide(state.declared, replayed, { settings, from, walk, changed })
    for (const move of moves) changed.set(fieldKey(move), from)
    changes += moves.length
    if (moves.length > 0) commits += 1
    const declared = withChanges(state.declared, moves)
    const scaled = scaledOver(declared, { observation, span, pods: state.pods })
    charges = addScores(charges, score({ declared, today, observation, span, scaled }))
    state = { declared, pods: scaled?.last }
  }
  const days = (whole.to - whole.from) / secondsPerDay
  return { charges: { ...charges, workloads: 1 }, changes, commits, days }
}

/** The pods that ran at a time, for a simulated HPA to begin with. */
function recordedPods({ replicas }: Observation, time: number): number | undefined {
  if (replicas === undefined) return undefined
  const { series, mean } = replicas
  return Math.max(1, Math.round(series === undefined ? mean : lookup(series, mean)(time)))
}

interface State {
  readonly declared: DeclaredWorkload
  readonly pods: number | undefined
}

interface Deciding {
  readonly settings: RecommendSettings
  readonly from: number
  readonly walk: Walk
  readonly changed: ReadonlyMap<string, number>
}

function decide(
  declared: DeclaredWorkload,
  { observation }: Replayed,
  { settings, from, walk, changed }: Deciding,
): readonly Change[] {
  const span = { from: from - walk.historyDays * secondsPerDay, to: from }
  const seen = observationWithin(observation, span)
  if (seen === undefined) return []
  const { unhealthy: _, ...healthy } = seen
  const lastChange: RecommendSettings['lastChange'] = (address) => {
    const at = changed.get(fieldKey(address))
    return at === undefined ? undefined : (from - at) / secondsPerDay
  }
  const { cluster } = observation
  return recommend({ cluster, workloads: [declared] }, [healthy], { ...settings, lastChange }).filter(
    (one): one is Change => one.verdict === 'change',
  )
}

interface Scaling {
  readonly observation: Observation
  readonly span: Span
  readonly pods: number | undefined
}

/** The pods that the workload's HPA would have run over a span; `undefined` without one that can be simulated. */
function scaledOver(declared: DeclaredWorkload, { observation, span, pods }: Scaling) {
  const found = autoscalerOf(declared)
  if (found === undefined) return undefined
  const demand = demandOf(observation, found.members, span)
  return demand === undefined ? undefined : scale(demand, found.scaler, pods)
}

/** What to replay and how. */
export interface BacktestRequest {
  readonly walk: Walk
  readonly prices: Prices & { readonly currency: string }
  /** Settings by the name of their profile. */
  readonly profiles: Readonly<Record<string, RecommendSettings>>
}

/** The name of the row in which nothing is changed. */
const untouched = 'today'

/** Replays every workload under today's values and under each profile. */
export function backtestAll(
  workloads: readonly Replayed[],
  { walk, prices, profiles }: BacktestRequest,
): BacktestReport {
  const judged = workloads.filter((one) => judgedSpan(one, walk) !== undefined)
  const runs = [[untouched, undefined] as const, ...Object.entries(profiles)].map(([profile, settings]) => ({
    profile,
    each: judged.flatMap((one) => {
      const result = backtest(one, settings, walk)
      return result === undefined ? [] : [{ one, result }]
    }),
  }))
  const rows = runs.flatMap(({ profile, each }) =>
    each.map(({ one, result }): BacktestRow => {
      const { cluster } = one.observation
      return { profile, cluster, workload: one.declared.workload, ...figuresOf(result, prices) }
    }),
  )
  const totals = runs.map(({ profile, each }) => {
    const sum = each.reduce(
      (total, { result }) => ({
        charges: addScores(total.charges, result.charges),
        changes: total.changes + result.changes,
        commits: total.commits + result.commits,
        days: total.days + result.days,
      }),
      { charges: noScores, changes: 0, commits: 0, days: 0 },
    )
    return { profile, workloads: each.length, ...figuresOf(sum, prices) }
  })
  const { historyDays, trainDays, everyDays } = walk
  const reason = `fewer than ${trainDays + 1} days are recorded by the day`
  return {
    historyDays,
    trainDays,
    everyDays,
    currency: prices.currency,
    totals,
    rows,
    skipped: workloads
      .filter((one) => !judged.includes(one))
      .map(({ declared: { workload }, observation: { cluster } }) => ({
        workload: `${cluster} ${workload.namespace} ${workloadLabel(workload)}`,
        reason,
      })),
  }
}
