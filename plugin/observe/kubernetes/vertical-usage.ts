import type { ContainerUsage, Observation, ResourceUsage } from '../../model/observation.ts'
import { toBytes, toMillicores } from '../../model/quantity.ts'
import { rounded } from '../../model/rounded.ts'
import {
  addWeight,
  bucketOf,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  type SketchScale,
} from '../../model/sketch.ts'
import { decimals } from '../prometheus/finish-observation.ts'
import type { LiveCluster, LiveVertical } from './live.ts'

/** The margin that the recommender adds to usage: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/flags.md */
const recommenderMargin = 1.15
/** Days of memory history that the recommender uses; the weight of CPU halves every day. */
const recommenderDays = 8
/** The recommender takes one sample per minute. */
const samplesPerDay = 1440

/**
 * Usage derived from VerticalPodAutoscalers: their recommendation without bounds and margin, as if usage had been constant
 * since their first recommendation, for 8 days at most. Peaks and times are not known.
 */
export function usageOfVerticals(
  { cluster, workloads }: LiveCluster,
  window: { readonly from: Date; readonly to: Date },
): readonly Observation[] {
  const span = (window.to.getTime() - window.from.getTime()) / 86_400_000
  const ends = { from: window.from.toISOString(), to: window.to.toISOString() }
  return workloads.flatMap(({ workload, vertical }) => {
    const days = Math.min(recommenderDays, span, vertical === undefined ? 0 : ageOf(vertical, window.to))
    const containers = days > 0 && vertical !== undefined ? containersOf(vertical, days) : []
    if (containers.length === 0) return []
    const coverage = rounded(days / span, decimals)
    return [{ cluster, workload, window: ends, days: rounded(days, decimals), coverage, containers }]
  })
}

const ageOf = ({ since }: LiveVertical, to: Date): number =>
  since === undefined ? 0 : (to.getTime() - Date.parse(since)) / 86_400_000

function containersOf({ uncapped }: LiveVertical, days: number): readonly ContainerUsage[] {
  return Object.entries(uncapped).flatMap(([container, { cpu, memory }]) => {
    const [cores, bytes] = [cpu && toMillicores(cpu), memory && toBytes(memory)]
    if (!cores && !bytes) return []
    return [
      {
        container,
        ...(cores ? { cpu: constantUsage(cpuScale, cores, days) } : {}),
        ...(bytes ? { memory: constantUsage(memoryScale, bytes, days) } : {}),
        oomKills: 0,
      },
    ]
  })
}

function constantUsage(scale: SketchScale, recommended: number, days: number): ResourceUsage {
  const value = recommended / recommenderMargin
  const samples = Math.max(1, Math.round(days * samplesPerDay))
  const sketch = emptySketch()
  if (value >= 0) addWeight(sketch, bucketOf(scale, value), samples)
  return { sketch: finishSketch(sketch), peak: value, samples }
}
