import type { FollowedChange } from '../model/health.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { Budget } from '../model/pacing.ts'
import { plural } from '../model/plural.ts'
import { sum } from '../model/sum.ts'
import { readValue } from '../model/value.ts'
import { sourceWorkloadKey, workloadKey } from '../model/workload.ts'
import { declaredValue } from '../recommend/replay/apply.ts'
import type { SourceChange } from './apply-decisions.ts'
import type { DeclaredIn } from './declared-source.ts'
import { type Held, holdGroups } from './hold-groups.ts'
import { isUrgent } from './urgent.ts'

const resources = ['cpu', 'memory'] as const
type Resource = (typeof resources)[number]

interface BudgetInput {
  readonly budget: Budget
  readonly declared: readonly DeclaredIn[]
  readonly observations: readonly Observation[]
  readonly followed: readonly FollowedChange[]
}

/** What moves in a cluster: its workloads, and what was lowered of each resource in a day, in millicores and bytes. */
interface Moving {
  readonly workloads: Set<string>
  readonly lowered: Record<Resource, number>
  readonly requested: Readonly<Record<Resource, number>>
}

/**
 * Holds changes that would move more at once than a budget allows: workloads that change or are still followed, and requested
 * CPU and memory that is lowered in a day. What was merged counts by its commits, so a budget holds over runs. Raises count as
 * workloads only; what is urgent does not wait.
 */
export function holdForBudget(changes: readonly SourceChange[], input: BudgetInput): Held {
  const { budget } = input
  if (budget.workloads === undefined && budget.cpu === undefined && budget.memory === undefined)
    return { changes, skipped: [] }
  const clusters = new Map<string | undefined, Moving>()
  const movingIn = (cluster: string | undefined): Moving => {
    const known = clusters.get(cluster) ?? movingNow(cluster, input)
    clusters.set(cluster, known)
    return known
  }
  const waiting = new Map<string, string>()
  for (const members of byWorkload(changes.filter((one) => !isUrgent(one)))) {
    const [first] = members
    if (first === undefined) continue
    const reason = take(movingIn(first.cluster), members, input)
    if (reason !== undefined) waiting.set(sourceWorkloadKey(first), reason)
  }
  return holdGroups(changes, (one) => (isUrgent(one) ? undefined : waiting.get(sourceWorkloadKey(one))))
}

/** The changes of each workload: first those with a raise, then by name, so that the same ones go first in every run. */
function byWorkload(changes: readonly SourceChange[]): readonly (readonly SourceChange[])[] {
  const groups = new Map<string, SourceChange[]>()
  for (const one of changes)
    groups.set(sourceWorkloadKey(one), [...(groups.get(sourceWorkloadKey(one)) ?? []), one])
  const rises = (members: readonly SourceChange[]): number =>
    members.some(({ field, from, to }) => field.startsWith('requests.') && to > from) ? 0 : 1
  return [...groups]
    .sort(([one, members], [other, others]) => rises(members) - rises(others) || (one < other ? -1 : 1))
    .map(([, members]) => members)
}

/** Takes the changes of a workload from a budget; says why they wait when it does not hold them. */
function take(moving: Moving, members: readonly SourceChange[], input: BudgetInput): string | undefined {
  const { budget } = input
  const [first] = members
  if (first === undefined) return undefined
  const { workloads, lowered, requested } = moving
  if (
    budget.workloads !== undefined &&
    !workloads.has(sourceWorkloadKey(first)) &&
    workloads.size >= budget.workloads
  )
    return `waits for the budget: ${plural(budget.workloads, 'workload')} at once in a cluster`
  const amounts = resources.map((resource) => ({
    resource,
    amount: sum(members.map((one) => decrease(one, resource) * podsOf(one, input.observations))),
  }))
  for (const { resource, amount } of amounts) {
    const share = budget[resource]
    if (share === undefined || amount === 0) continue
    // One workload alone may be more than the budget; it moves when nothing else does.
    const isAlone = lowered[resource] === 0
    if (!isAlone && lowered[resource] + amount > (share / 100) * requested[resource])
      return `waits for the budget: ${share} % of the requested ${resource === 'cpu' ? 'CPU' : 'memory'} a day in a cluster`
  }
  workloads.add(sourceWorkloadKey(first))
  for (const { resource, amount } of amounts) lowered[resource] += amount
  return undefined
}

const decrease = (
  { field, from, to }: Pick<SourceChange, 'field' | 'from' | 'to'>,
  resource: Resource,
): number => (field === `requests.${resource}` ? Math.max(0, from - to) : 0)

const podsOf = (
  { cluster, workload }: Pick<SourceChange, 'cluster' | 'workload'>,
  observations: readonly Observation[],
): number => observedIn(observations, cluster).get(workloadKey(workload))?.replicas?.mean ?? 1

/** What moves in a cluster before this plan: workloads that are still followed, and what was lowered in the last day. */
function movingNow(cluster: string | undefined, { declared, observations, followed }: BudgetInput): Moving {
  const own = followed.filter((one) => one.cluster === cluster)
  const open = own.filter(({ verdict }) => verdict === 'open' || verdict === 'waiting')
  const today = own.filter(({ edit, verdict }) => edit.daysAgo < 1 && verdict !== 'taken-back')
  const loweredToday = (resource: Resource): number =>
    sum(
      today.map((one) => {
        const [from, to] = [readValue(one.field, one.edit.from), readValue(one.field, one.edit.to)]
        return from === undefined || to === undefined
          ? 0
          : decrease({ field: one.field, from, to }, resource) * podsOf(one, observations)
      }),
    )
  const requestedOf = (resource: Resource): number =>
    sum(
      declared
        .filter(({ source }) => source.cluster === cluster)
        .flatMap(({ workloads }) =>
          workloads.map(
            ({ workload, containers }) =>
              sum(containers.map((one) => declaredValue(one, `requests.${resource}`) ?? 0)) *
              podsOf({ ...(cluster === undefined ? {} : { cluster }), workload }, observations),
          ),
        ),
    )
  return {
    workloads: new Set(open.map(sourceWorkloadKey)),
    lowered: { cpu: loweredToday('cpu'), memory: loweredToday('memory') },
    requested: { cpu: requestedOf('cpu'), memory: requestedOf('memory') },
  }
}
