import type { Observation } from '../model/observation.ts'
import { onlyUsageKnown, type Plan } from '../model/plan.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'

type Unbounded = NonNullable<Plan['unbounded']>

/** What is not known of the clusters and so bounds no value, each once: what may not be read, and all of it for a cluster of which only usage is known. */
export function unboundedBy(
  observations: readonly Observation[],
  changes: readonly ProposedChange[],
): Unbounded {
  const unread = observations.flatMap(({ cluster, surroundings }) =>
    (surroundings?.unread ?? []).map((what) => ({ cluster, what })),
  )
  const known = new Set(
    observations.flatMap(({ cluster, surroundings }) => (surroundings === undefined ? [] : [cluster])),
  )
  const raised = changes.filter(isRaisedRequest).flatMap(({ cluster }) => cluster ?? [])
  const unknown = raised
    .filter((cluster) => !known.has(cluster))
    .map((cluster) => ({ cluster, what: onlyUsageKnown }))
  return [...new Map([...unread, ...unknown].map((one) => [`${one.cluster}\0${one.what}`, one])).values()]
}

function isRaisedRequest({ field, from, to }: ProposedChange): boolean {
  if (!field.startsWith('requests.')) return false
  return (readValue(field, to) ?? 0) > (readValue(field, from) ?? Number.POSITIVE_INFINITY)
}
