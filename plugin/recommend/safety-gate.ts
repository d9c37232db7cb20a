import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { cpuScale } from '../model/sketch.ts'
import { reason } from './advice.ts'
import { memoryText } from './format.ts'
import { declaredValue, movedAutoscaler, type ReadField } from './replay/apply.ts'
import { type ContainerOutcome, outcomeOf, type WorkloadOutcome } from './replay/outcome.ts'
import { type Replay, replayOf } from './replay/replay.ts'
import { sampled } from './replay/sampled.ts'

/** A workload with what was seen of it, and how much CPU above the request its profile takes for granted (share of the time). */
export interface Gated {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  readonly accepted: number
  readonly replay?: Replay
}

/** What is no worse: about a minute and a half a day. */
const harmless = 0.001

/** Something that proposed values make less safe, and the fields that do. */
interface Worse {
  readonly because: Reason
  /** Changes that may be to blame, the likelier set first; one set is given up. */
  readonly blame: readonly ((change: Change) => boolean)[]
}

/**
 * Holds back what recorded history shows to be less safe than today's values: both are replayed, and of changes that
 * make it worse each stays as it is, with what moves together with it. What remains is replayed again.
 */
export function safetyGate(
  recommendations: readonly Recommendation[],
  gated: Gated,
): readonly Recommendation[] {
  const changes = recommendations.filter((one): one is Change => one.verdict === 'change')
  if (changes.length === 0) return recommendations
  const replay = gated.replay ?? replayOf(gated.observation)
  const today = outcomeOf(
    { declared: gated.declared, read: reader(recommendations, []), replay },
    gated.observation,
  )
  const held = new Map<string, Reason>()
  const left = (): readonly Change[] => changes.filter(({ together }) => !held.has(together))
  const judging = { ...gated, today, recommendations, replay }
  for (;;) {
    const [first] = left().length === 0 ? [] : worse(left(), judging)
    if (first === undefined) break
    const blamed = guilty(left(), first, judging)
    for (const { together } of blamed) held.set(together, first.because)
  }
  if (held.size === 0) return recommendations
  return recommendations.map((one) => {
    const because = one.verdict === 'change' ? held.get(one.together) : undefined
    if (one.verdict !== 'change' || because === undefined) return one
    const { to: _to, together: _together, ...rest } = one
    return { ...rest, verdict: 'keep', because: [...one.because, because] }
  })
}

/** The changes to give up: the first set without which the same is no longer worse, else all that may be to blame. */
function guilty(changes: readonly Change[], { because, blame }: Worse, judging: Judging): readonly Change[] {
  const sets = blame.map((isBlamed) => changes.filter(isBlamed)).filter((set) => set.length > 0)
  const enough = sets.find((set) => {
    const out = new Set(set.map(({ together }) => together))
    const rest = changes.filter(({ together }) => !out.has(together))
    return !worse(rest, judging).some((one) => one.because.rule === because.rule)
  })
  const all = enough ?? sets.flat()
  return all.length > 0 ? all : changes
}

interface Judging extends Gated {
  readonly replay: Replay
  readonly today: WorkloadOutcome
  readonly recommendations: readonly Recommendation[]
}

/** Values after some changes; those that rules have read already are not parsed again. */
const reader =
  (recommendations: readonly Recommendation[], changes: readonly Change[]): ReadField =>
  (container, field) => {
    const isOwn = (one: Recommendation): boolean => one.field === field && one.container === container.name
    const moved = changes.find(isOwn)
    if (moved !== undefined) return moved.to
    const known = recommendations.find(isOwn)
    return known === undefined || known.verdict === 'unsure' ? declaredValue(container, field) : known.from
  }

function worse(changes: readonly Change[], judging: Judging): readonly Worse[] {
  const { declared, observation, today, recommendations, replay } = judging
  const valued = {
    declared: movedAutoscaler(declared, changes),
    read: reader(recommendations, changes),
    replay,
  }
  const after = outcomeOf(valued, observation, today)
  const own = after.containers.flatMap((container, index) => {
    const before = today.containers[index]
    return before === undefined ? [] : worseContainer(before, container, judging)
  })
  return [...own, ...worsePods(today, after)]
}

function worseContainer(
  before: ContainerOutcome,
  after: ContainerOutcome,
  { accepted }: Gated,
): readonly Worse[] {
  const because = [aboveCpu(before, after, accepted), throttled(before, after)].flatMap((one) => one ?? [])
  const memory = [overMemory(before, after), aboveMemory(before, after)].flatMap((one) => one ?? [])
  const blame = (resource: 'cpu' | 'memory') => (change: Change) =>
    change.container === after.name && change.field.endsWith(`.${resource}`)
  const isScaling = ({ field }: Change): boolean => field.startsWith('hpa.')
  return [
    ...because.map((one) => ({ because: one, blame: [blame('cpu'), isScaling] })),
    ...memory.map((one) => ({ because: one, blame: [blame('memory')] })),
  ]
}

const share = (part: number): string => `${Math.round(part * 10_000) / 100} %`
/** Days that stand for a workload whose usage has moved since. */
const lastWeek = 7

/** CPU above the request beyond what the profile accepts: over the window and, as usage may have fallen, over its last week. */
function aboveCpu(before: ContainerOutcome, after: ContainerOutcome, accepted: number): Reason | undefined {
  if ((after.request.cpu ?? 0) >= (before.request.cpu ?? 0) && after.crowding <= 1) return undefined
  const is = after.cpu()?.above ?? 0
  if (is <= accepted + harmless || after.usage.cpu === undefined) return undefined
  const was = before.cpu()?.above ?? 0
  if (is <= was + harmless) return undefined
  const recent = sampled(after.usage.cpu, cpuScale, {
    request: after.request.cpu ?? 0,
    limit: Number.POSITIVE_INFINITY,
    crowding: after.crowding,
    lastDays: lastWeek,
  }).above
  if (recent <= Math.max(was, accepted) + harmless) return undefined
  return reason(
    'backtest.above',
    `backtest: CPU would be above the request for ${share(is)} of the time (today ${share(was)}; ${share(accepted)} is accepted)`,
  )
}

function throttled(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  if (after.limit.cpu >= before.limit.cpu && after.crowding <= 1) return undefined
  const [was, is] = [before.cpu()?.atLimit ?? 0, after.cpu()?.atLimit ?? 0]
  if (is > was + harmless)
    return reason(
      'backtest.throttled',
      `backtest: CPU would be at the limit for ${share(is)} of the time (today ${share(was)})`,
    )
  const now = after.usage.throttledShare ?? 0
  if (now <= heldBack || after.limit.cpu >= before.limit.cpu) return undefined
  return reason(
    'backtest.throttled',
    `backtest: the limit holds it back in ${share(now)} of the periods already, and is not lowered`,
  )
}

/** Memory over the limit on a day on which it was not, or a lower limit after a kill. */
function overMemory(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  const limit = after.limit.memory
  if (after.daysOver > before.daysOver) {
    const peak = memoryText(after.usage.memory?.peak ?? 0)
    return reason(
      'backtest.memory',
      `backtest: memory of up to ${peak} would pass the limit of ${memoryText(limit)} on ${plural(after.daysOver, 'day')} (today ${before.daysOver})`,
    )
  }
  const { oomKills } = after.usage
  if (oomKills === 0 || limit >= before.limit.memory) return undefined
  return reason(
    'backtest.memory',
    `backtest: ${plural(oomKills, 'OOM kill')} at the limit, which is not lowered`,
  )
}

/** Without a limit, the request is all that protects memory: it stays above the peaks of all days but one. */
function aboveMemory(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  if (after.limit.memory !== Number.POSITIVE_INFINITY || after.daysAbove <= before.daysAbove + 1)
    return undefined
  return reason(
    'backtest.memory',
    `backtest: memory would pass the request on ${plural(after.daysAbove, 'day')} (today ${before.daysAbove}), without a limit`,
  )
}

/** Pods of an HPA short of CPU, or at its maximum, for longer than today. */
function worsePods({ pods: before }: WorkloadOutcome, { pods: after }: WorkloadOutcome): readonly Worse[] {
  const least = ({ field }: Change): boolean => field === 'hpa.minReplicas'
  const most = ({ field }: Change): boolean => field === 'hpa.maxReplicas'
  const scaling = ({ field }: Change): boolean => field.endsWith('.cpu')
  const compared = [
    [before.short ?? 0, after.short ?? 0, 'backtest.short', 'pods of the HPA would be short of CPU for'],
    [before.atMaximum ?? 0, after.atMaximum ?? 0, 'backtest.maximum', 'the HPA would be at its maximum for'],
  ] as const
  return compared.flatMap(([was, is, rule, text]) => {
    if (is <= was + harmless) return []
    const because = reason(rule, `backtest: ${text} ${share(is)} of the time (today ${share(was)})`)
    return [{ because, blame: [least, most, scaling] }]
  })
}

/** Share of CFS periods in which a CPU limit holds a container back, from which on the limit is not lowered. */
export const heldBack = 0.01
