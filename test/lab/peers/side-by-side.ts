import { settingsSchema } from '../../../config/schema.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import { profiles } from '../../../plugin/recommend/profiles/profiles.ts'
import {
  confidence,
  lowerConfidence,
  podMinimum,
  upperConfidence,
  withConfidence,
  withMargin,
  withMinimum,
} from '../../../plugin/recommend/vpa-recommender/estimate.ts'
import { cpuBuckets, memoryBuckets } from '../../../plugin/recommend/vpa-recommender/histogram.ts'
import { cpuHistogram, memoryHistogram } from '../../../plugin/recommend/vpa-recommender/usage-histogram.ts'
import { remoteWrite } from '../remote-write.ts'
import { fleetWriter, type PeerPod } from './fleet.ts'
import type { Recommended } from './programs.ts'

/** Fills a Prometheus with the pods' metrics from `begin` to `end` (seconds since 1970), an hour at a time. */
export async function fillWith(
  url: string,
  pods: readonly PeerPod[],
  { begin, end, scrape }: { readonly begin: number; readonly end: number; readonly scrape: number },
): Promise<void> {
  const { between } = fleetWriter(pods, scrape)
  // A server takes samples that are at most an hour older than its newest: an hour at a time for all pods.
  for (let from = begin; from < end; from += 3600)
    await remoteWrite(url, between(from, Math.min(from + 3600, end)))
}

/** What a profile recommends from observations: the values of its rules, without limits of steps or the safety gate. */
export function ownValues(observations: readonly Observation[], name: 'krr' | 'vpa'): Recommended {
  const { profile: _, ...options } = settingsSchema.parse({}).recommend
  const { cpuRequest, memoryRequest } = profiles[name]
  return new Map(
    observations.flatMap((observation) =>
      observation.containers.map((usage) => {
        const declared = {
          name: usage.container,
          role: 'main',
          values: { 'requests.cpu': '100m', 'requests.memory': '128Mi' },
        } as const
        const [cpu, memory] = [cpuRequest, memoryRequest].map((rule) => {
          const advice = rule({ declared, usage }, { observation, options })
          return advice.kind === 'value' ? advice.value : Number.NaN
        })
        const { namespace, name: workload } = observation.workload
        return [
          `${namespace}/${workload}/${usage.container}`,
          { cpu: cpu ?? Number.NaN, memory: memory ?? Number.NaN },
        ] as const
      }),
    ),
  )
}

/** The bounds of the VPA's recommendation by the code here, which no profile uses: percentile, margin, confidence, and the least size of a pod. */
export function ownBounds(
  observations: readonly Observation[],
  bound: 'lowerBound' | 'upperBound',
): Recommended {
  const [share, widening] = bound === 'lowerBound' ? [0.5, lowerConfidence] : [0.95, upperConfidence]
  return new Map(
    observations.flatMap(({ workload, days, containers }) =>
      containers.map(({ container, cpu, memory }) => {
        const sure = confidence({ spanDays: days, samples: cpu?.samples ?? 0 })
        const bounded = (amount: number, least: number): number =>
          withMinimum(
            withConfidence(withMargin(Math.trunc(amount)), sure, widening),
            least,
            containers.length,
          )
        return [
          `${workload.namespace}/${workload.name}/${container}`,
          {
            cpu: bounded(cpu === undefined ? 0 : cpuHistogram(cpu).percentile(share) * 1000, podMinimum.cpu),
            memory: bounded(
              memory === undefined ? 0 : memoryHistogram(memory).percentile(share),
              podMinimum.memory,
            ),
          },
        ] as const
      }),
    ),
  )
}

/** One value beside that of the real program. */
export interface Compared {
  readonly key: string
  readonly resource: 'cpu' | 'memory'
  readonly theirs: number
  readonly ours: number
  /** Within 5 %, or within one bucket of the recommender's histogram. */
  readonly isClose: boolean
}

/** All values of a program beside ours. */
export const compareValues = (theirs: Recommended, ours: Recommended): readonly Compared[] =>
  [...theirs].flatMap(([key, values]) =>
    (['cpu', 'memory'] as const).map((resource) => {
      const [one, other] = [values[resource], ours.get(key)?.[resource] ?? Number.NaN]
      return { key, resource, theirs: one, ours: other, isClose: areClose(resource, one, other) }
    }),
  )

/** The recommender's margin, which it adds to the end of a bucket. */
const margin = 1.15

function areClose(resource: 'cpu' | 'memory', theirs: number, ours: number): boolean {
  if (Math.abs(ours - theirs) <= 0.05 * theirs) return true
  const [buckets, unit] = resource === 'cpu' ? [cpuBuckets, 1000] : [memoryBuckets, 1]
  // Both are ends of buckets, one of them rounded to whole MiB: a little less is within the bucket.
  const [one, other] = [theirs, ours].map((value) => buckets.find((value / margin / unit) * 0.99))
  return Math.abs((one ?? Number.NaN) - (other ?? Number.NaN)) <= 1
}
