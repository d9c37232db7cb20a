import { fieldKey } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import { type FollowedChange, takesBack } from '../model/health.ts'
import type { Earned, EarnedDelivery } from '../model/pacing.ts'
import { sameValue } from '../model/value.ts'
import { sourceWorkloadKey } from '../model/workload.ts'
import { isRisk } from '../recommend/health/follow.ts'
import type { SourceChange } from './apply-decisions.ts'

/** How workloads earn that their changes are delivered with less review. */
export interface Graduation {
  /** Changes that must hold for each step. */
  readonly after: number
  /** What a number of steps earns for a change; `undefined` where it stays as settings say. */
  readonly deliveryAfter: (
    change: Pick<SourceChange, 'cluster' | 'workload' | 'container'>,
    steps: number,
  ) => EarnedDelivery | undefined
}

/**
 * What workloads earned by their earlier changes: each commit whose values all held counts, and one that did harm takes everything that was earned
 * before it. Workloads with neither are left out.
 */
export function earnedBy(
  followed: readonly FollowedChange[],
  { after, deliveryAfter }: Graduation,
): readonly Earned[] {
  return [...groupBy(followed, sourceWorkloadKey).values()].flatMap((own): readonly Earned[] => {
    const [first] = own
    if (first === undefined) return []
    const { held, lostAt } = heldOf(own)
    if (held === 0 && lostAt === undefined) return []
    const { source, cluster, workload } = first
    const inCluster = cluster === undefined ? {} : { cluster }
    const delivery = deliveryAfter({ ...inCluster, workload }, Math.floor(held / after))
    return [
      {
        ...{ source, ...inCluster, workload, held },
        ...(delivery === undefined ? {} : { delivery }),
        ...(lostAt === undefined ? {} : { lostAt }),
      },
    ]
  })
}

/** The commits that held since the last one that did harm, and when that was. */
function heldOf(own: readonly FollowedChange[]): { readonly held: number; readonly lostAt?: string } {
  const commits = [...groupBy(own, ({ edit }) => edit.commit).values()].sort(
    (one, other) => age(one) - age(other),
  )
  const reverted = changedBack(own)
  let held = 0
  for (const members of commits) {
    const [first] = members
    if (members.some(({ verdict, edit }) => verdict === 'hurt' || takesBack(edit)))
      return { held, lostAt: first?.edit.at ?? '' }
    const isCounted = members.every((one) => isOwnAndHeld(one) && !reverted.has(one))
    if (isCounted && members.some((one) => isRisk(one, one.edit))) held += 1
  }
  return { held }
}

const age = ([one]: readonly FollowedChange[]): number => one?.edit.daysAgo ?? 0

/** Whether a change held in the recorded usage and was commanded by nobody; one that is older than the recording does not count. */
const isOwnAndHeld = ({ verdict, figures, edit }: FollowedChange): boolean =>
  verdict === 'held' &&
  figures.length > 0 &&
  !edit.rules.some((rule) => /^(?:emergency|event|rollout)\./.test(rule))

/** Changes that somebody changed back: the next change of the value does not begin where they ended. */
function changedBack(own: readonly FollowedChange[]): ReadonlySet<FollowedChange> {
  const byField = [...groupBy(own, fieldKey).values()]
  return new Set(
    byField.flatMap((newestFirst) =>
      newestFirst.filter((one, index) => {
        const later = newestFirst[index - 1]
        return later !== undefined && !sameValue(one.field, later.edit.from, one.edit.to)
      }),
    ),
  )
}

/** Adds to each change how it is delivered where its workload earned that. */
export function withEarned(
  changes: readonly SourceChange[],
  earned: readonly Earned[],
  { after, deliveryAfter }: Graduation,
): readonly SourceChange[] {
  const steps = new Map(earned.map((one) => [sourceWorkloadKey(one), Math.floor(one.held / after)]))
  return changes.map((change) => {
    const delivery = deliveryAfter(change, steps.get(sourceWorkloadKey(change)) ?? 0)
    return delivery === undefined ? change : { ...change, earned: delivery }
  })
}
