import { type HealthSign, healthRules } from '../../model/health.ts'
import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import { workloadKey } from '../../model/workload.ts'
import { worseSignals } from './signals.ts'
import { killsIn, moreEvictions, moreRestarts, takenDown } from './signs.ts'
import { before, type HealthSpan } from './span.ts'

/** So many other workloads, and such a share of them, that fare the same show that no single change did it. */
const incident = { workloads: 3, share: 0.2 } as const
/** Fewer other workloads show nothing. */
const leastOthers = 3

const isHit = (one: Observation, span: HealthSpan): boolean =>
  takenDown(one, span) !== undefined ||
  one.containers.some((usage) => killsIn(usage, span) > killsIn(usage, before(span)))

/** What got worse after a change, and the workloads among which it is compared. */
export interface Suspicion {
  readonly span: HealthSpan
  readonly signs: readonly HealthSign[]
  readonly all: readonly Observation[]
}

/**
 * How many other workloads of the cluster were killed or taken down, or have a worse signal, in the same hours, as a clause, where that are
 * so many that the cause is not in one workload. Other signs are not compared.
 */
export function incidentIn(
  { cluster, workload }: Pick<Observation, 'cluster' | 'workload'>,
  { span, signs, all }: Suspicion,
): string | undefined {
  const own = workloadKey(workload)
  const others = all.filter((one) => one.cluster === cluster && workloadKey(one.workload) !== own)
  const isSign = (...rules: readonly string[]): boolean => signs.some(({ rule }) => rules.includes(rule))
  if (isSign(healthRules.killed, healthRules.down)) {
    const found = manyOf(others, (one) => isHit(one, span))
    if (found !== undefined) return `${found} of the cluster were killed or taken down in the same hours`
  }
  if (isSign(healthRules.restarted, healthRules.evicted)) {
    const known = others.filter(({ podEvents }) => podEvents !== undefined)
    const found = manyOf(known, (one) => (moreRestarts(one, span) ?? moreEvictions(one, span)) !== undefined)
    if (found !== undefined) return `${found} were restarted or evicted in the same hours`
  }
  if (!isSign(healthRules.signal)) return undefined
  const measured = others.filter(({ signals = [] }) => signals.length > 0)
  const found = manyOf(measured, (one) => worseSignals(one, span).length > 0)
  return found && `signals of ${found} of the cluster are worse in the same hours`
}

/** `5 of 7 other workloads`, where so many are hit that it is an incident. */
function manyOf(others: readonly Observation[], isHitToo: (one: Observation) => boolean): string | undefined {
  if (others.length < leastOthers) return undefined
  const hit = others.filter(isHitToo).length
  return hit >= incident.workloads && hit >= incident.share * others.length
    ? `${hit} of ${plural(others.length, 'other workload')}`
    : undefined
}
