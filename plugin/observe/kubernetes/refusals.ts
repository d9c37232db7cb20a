import * as z from 'zod'
import { workloadKey } from '../../model/workload.ts'

/** An event of a controller whose pods the API server refuses: a quota, a LimitRange, an admission webhook. */
export const refusalSchema = z.object({
  metadata: z.object({ creationTimestamp: z.string().nullish() }),
  involvedObject: z.object({ kind: z.string(), namespace: z.string().default('default'), name: z.string() }),
  message: z.string().default(''),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  series: z.object({ lastObservedTime: z.string().nullish() }).nullish(),
})
type Refusal = z.infer<typeof refusalSchema>

/** The last message with which the pods of a workload were refused, by workload. The API server keeps events for an hour. */
export function refusalsByWorkload(events: readonly Refusal[]): ReadonlyMap<string, string> {
  const oldestFirst = [...events].sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : 1))
  return new Map(oldestFirst.map(({ involvedObject, message }) => [workloadKey(involvedObject), message]))
}

const timeOf = ({ metadata, lastTimestamp, eventTime, series }: Refusal): string =>
  series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? ''
