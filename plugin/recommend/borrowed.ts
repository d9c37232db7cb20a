import { groupBy } from '../model/group.ts'
import type { Observation } from '../model/observation.ts'
import type { Change, Recommendation } from '../model/recommendation.ts'
import { workloadKey } from '../model/workload.ts'
import { reason } from './advice.ts'
import { isThin } from './evidence.ts'
import type { RecommendOptions } from './recommend-options.ts'

/** Days of its own usage without which a workload borrows nothing. */
const leastOwnDays = 1

interface BorrowInput {
  readonly observation: Observation
  /** All workloads that are observed, of all clusters. */
  readonly all: readonly Observation[]
  readonly options: RecommendOptions
  /** What the rules of the profile say on an observation. */
  readonly decide: (observation: Observation, options: RecommendOptions) => readonly Recommendation[]
}

const known = new WeakMap<readonly Observation[], ReadonlyMap<string, readonly Observation[]>>()

/** The same workload in another cluster, with the longest history; `undefined` when none has enough. */
function likeOf({ observation, all, options }: BorrowInput): Observation | undefined {
  const byKey = known.get(all) ?? groupBy(all, ({ workload }) => workloadKey(workload))
  known.set(all, byKey)
  const containers = new Set(observation.containers.map(({ container }) => container))
  const others = (byKey.get(workloadKey(observation.workload)) ?? []).filter(
    (one) =>
      one.cluster !== observation.cluster &&
      one.days >= options.minimumDays &&
      one.coverage * 100 >= options.minimumCoverage &&
      one.containers.every(({ container }) => containers.has(container)),
  )
  return others.reduce<Observation | undefined>(
    (longest, one) => (longest === undefined || one.days > longest.days ? one : longest),
    undefined,
  )
}

/**
 * Lowers values of a workload whose history is too short where the same workload in another cluster has enough: to the higher of
 * what its own usage and that of the other need. Values that an HPA scales by stay.
 */
export function borrowFromLike(
  decided: readonly Recommendation[],
  input: BorrowInput,
): readonly Recommendation[] {
  const { observation, options, decide } = input
  if (!decided.some(isThin) || observation.days < leastOwnDays) return decided
  const like = likeOf(input)
  if (like === undefined) return decided
  const own = decide(observation, { ...options, minimumDays: leastOwnDays })
  const theirs = decide({ ...like, cluster: observation.cluster }, options)
  const text = `Only ${observation.days.toFixed(1)} days of its own usage are known, so that of the same workload in ${like.cluster} counts too (${like.days.toFixed(1)} days): the value is the higher of both.`
  const combined = own.map((one) =>
    combine(
      one,
      theirs.find((other) => isSame(one, other)),
      text,
    ),
  )
  const refused = new Set(
    own.flatMap((one, index) =>
      one.verdict === 'change' && combined[index] === undefined ? [one.together] : [],
    ),
  )
  const foundFor = (one: Recommendation): Change | undefined =>
    combined[own.findIndex((other) => isSame(one, other))]
  // A limit that was kept because its request was goes with it.
  const groups = new Set(decided.filter(isThin).flatMap((one) => foundFor(one)?.together ?? []))
  return decided.map((one) => {
    const found = one.verdict === 'change' ? undefined : foundFor(one)
    return found !== undefined && groups.has(found.together) && !refused.has(found.together) ? found : one
  })
}

const isSame = (one: Recommendation, other: Recommendation): boolean =>
  one.field === other.field && one.container === other.container

/** A decrease to the higher of two values; `undefined` where there is none. */
function combine(own: Recommendation, their: Recommendation | undefined, text: string): Change | undefined {
  if (own.verdict !== 'change' || own.field.startsWith('hpa.') || their === undefined) return undefined
  if (their.verdict === 'unsure') return undefined
  const wanted = their.verdict === 'change' ? their.to : their.from
  const to = Math.max(own.to, wanted)
  if (to >= own.from) return undefined
  return { ...own, to, because: [...own.because, reason('evidence.borrowed', text)] }
}
