import type { DeclaredWorkload } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import type { Change, Reason, Recommendation } from '../model/recommendation.ts'
import { cpuScale } from '../model/sketch.ts'
import { reason } from './advice.ts'
import { significantThrottling } from './evidence.ts'
import { memoryText, shareText } from './format.ts'
import { openKills } from './kills.ts'
import { declaredValue, type ReadField, withAutoscalerChanges } from './replay/apply.ts'
import { compareSamples } from './replay/compare-samples.ts'
import type { ContainerOutcome, WorkloadOutcome } from './replay/outcome.ts'
import type { ReplayInput } from './replay/pods.ts'
import type { Replay } from './replay/replay.ts'

/** A workload with its recorded history. */
export interface GateInput {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  /** Share of the time, 0 to 1, that CPU may be above its request by the rules of the profile. */
  readonly acceptedTimeAbove: number
  readonly replay?: Replay
}

/** Something that new values make less safe than the current ones. */
export interface Regression {
  readonly because: Reason
  /** Sets of changes that can cause it, the likeliest first. */
  readonly suspects: readonly ((change: Change) => boolean)[]
}

/** A difference that does not count, as a share of the time: about a minute and a half a day. */
const negligible = 0.001
/** The last days, on which lower requests must have been enough. */
const recentDays = 3

/** A workload with changed values. Values that the rules have already read are not parsed again. */
export function withChangedValues(
  declared: DeclaredWorkload,
  recommendations: readonly Recommendation[],
  changes: readonly Change[],
): ReplayInput {
  const read: ReadField = (container, field) => {
    const isOwn = (one: Recommendation): boolean => one.field === field && one.container === container.name
    const changed = changes.find(isOwn)
    if (changed !== undefined) return changed.to
    const known = recommendations.find(isOwn)
    return known === undefined || known.verdict === 'unsure' ? declaredValue(container, field) : known.from
  }
  return { declared: withAutoscalerChanges(declared, changes), read }
}

/** Everything that is less safe after the changes than before, with the changes that can cause it. */
export function regressionsOf(
  before: WorkloadOutcome,
  after: WorkloadOutcome,
  acceptedTimeAbove: number,
): readonly Regression[] {
  const ofContainers = after.containers.flatMap((container, index) => {
    const current = before.containers[index]
    return current === undefined ? [] : containerRegressions(current, container, acceptedTimeAbove)
  })
  return [...ofContainers, ...podRegressions(before, after)]
}

function containerRegressions(
  before: ContainerOutcome,
  after: ContainerOutcome,
  acceptedTimeAbove: number,
): readonly Regression[] {
  const cpu = [cpuAboveRequest(before, after, acceptedTimeAbove), cpuAtLimit(before, after)]
  const memory = [memoryOverLimit(before, after), memoryAboveRequest(before, after)]
  const changes = (resource: 'cpu' | 'memory') => (change: Change) =>
    change.container === after.name && change.field.endsWith(`.${resource}`)
  const isScaling = ({ field }: Change): boolean => field.startsWith('hpa.')
  return [
    ...cpu.flatMap((one) => (one ? [{ because: one, suspects: [changes('cpu'), isScaling] }] : [])),
    ...memory.flatMap((one) => (one ? [{ because: one, suspects: [changes('memory')] }] : [])),
  ]
}

/**
 * CPU above its request on the last days for longer than under today's request and than the profile accepts. Days before that
 * do not count: usage may have fallen during the window, and a rule that weights days by age has weighed them already.
 */
function cpuAboveRequest(
  before: ContainerOutcome,
  after: ContainerOutcome,
  accepted: number,
): Reason | undefined {
  if ((after.request.cpu ?? 0) >= (before.request.cpu ?? 0) && after.loadFactor <= 1) return undefined
  const { cpu } = after.usage
  if (cpu === undefined) return undefined
  const above = ({ request, loadFactor }: ContainerOutcome): number =>
    compareSamples(cpu, cpuScale, {
      request: request.cpu ?? 0,
      limit: Number.POSITIVE_INFINITY,
      loadFactor,
      lastDays: recentDays,
    }).above
  const is = above(after)
  if (is <= accepted + negligible) return undefined
  const was = above(before)
  if (is <= was + negligible) return undefined
  return reason(
    'backtest.above',
    `Backtest: CPU would have been above its request for ${shareText(is)} of the last ${recentDays} days (${shareText(was)} today; up to ${shareText(accepted)} is accepted).`,
  )
}

/** CPU at its limit for longer than today, or a lower limit although today's already throttles the container. */
function cpuAtLimit(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  if (after.limit.cpu >= before.limit.cpu && after.loadFactor <= 1) return undefined
  const [was, is] = [before.cpu()?.atLimit ?? 0, after.cpu()?.atLimit ?? 0]
  if (is > was + negligible)
    return reason(
      'backtest.throttled',
      `Backtest: CPU would be at its limit for ${shareText(is)} of the time (${shareText(was)} today).`,
    )
  const now = after.usage.throttledShare ?? 0
  if (now <= significantThrottling || after.limit.cpu >= before.limit.cpu) return undefined
  return reason(
    'backtest.throttled',
    `Backtest: the CPU limit already throttles the container in ${shareText(now)} of its periods, so it is not lowered.`,
  )
}

/** Memory over its limit on more days than today, or a lower limit after an OOM kill. */
function memoryOverLimit(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  const limit = after.limit.memory
  if (after.daysOver > before.daysOver) {
    const peak = memoryText(after.usage.memory?.peak ?? 0)
    return reason(
      'backtest.memory',
      `Backtest: memory of up to ${peak} would exceed the limit of ${memoryText(limit)} on ${plural(after.daysOver, 'day')} (${before.daysOver} today).`,
    )
  }
  const oomKills = openKills(after.usage)
  if (oomKills === 0 || limit >= before.limit.memory) return undefined
  return reason(
    'backtest.memory',
    `Backtest: the window has ${plural(oomKills, 'OOM kill')} at the current limit, so the limit is not lowered.`,
  )
}

/** Without a limit only the request protects memory: it may be exceeded on one day more than today, not on more. */
function memoryAboveRequest(before: ContainerOutcome, after: ContainerOutcome): Reason | undefined {
  if (after.limit.memory !== Number.POSITIVE_INFINITY || after.daysAbove <= before.daysAbove + 1)
    return undefined
  return reason(
    'backtest.memory',
    `Backtest: memory has no limit and would exceed its request on ${plural(after.daysAbove, 'day')} (${before.daysAbove} today).`,
  )
}

/** Pods of an HPA short of CPU, or an HPA at its maximum, for longer than today. */
function podRegressions(
  { pods: before }: WorkloadOutcome,
  { pods: after }: WorkloadOutcome,
): readonly Regression[] {
  const isMinimum = ({ field }: Change): boolean => field === 'hpa.minReplicas'
  const isMaximum = ({ field }: Change): boolean => field === 'hpa.maxReplicas'
  const isCpu = ({ field }: Change): boolean => field.endsWith('.cpu')
  const compared = [
    [before.short ?? 0, after.short ?? 0, 'backtest.short', 'pods of the HPA would be short of CPU for'],
    [before.atMaximum ?? 0, after.atMaximum ?? 0, 'backtest.maximum', 'the HPA would be at its maximum for'],
  ] as const
  return compared.flatMap(([was, is, rule, text]) => {
    if (is <= was + negligible) return []
    const because = reason(rule, `Backtest: ${text} ${shareText(is)} of the time (${shareText(was)} today).`)
    return [{ because, suspects: [isMinimum, isMaximum, isCpu] }]
  })
}
