import type { ContainerUsage, Observation, ResourceUsage } from '../../model/observation.ts'
import { toBytes, toMillicores } from '../../model/quantity.ts'
import {
  addSample,
  cpuScale,
  emptySketch,
  finishSketch,
  memoryScale,
  type SketchScale,
} from '../../model/sketch.ts'
import { rounded } from '../prometheus/accumulate.ts'
import type { LiveCluster, LiveVertical } from './live.ts'

/** What the recommender adds to the usage it has seen: https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/flags.md */
const recommenderMargin = 1.15
/** Days that the recommender looks back on memory; CPU is halved in weight every day. */
const recommenderDays = 8
/** It takes a sample a minute. */
const samplesADay = 1440

/**
 * What VerticalPodAutoscalers tell of usage: their recommendation without bounds and without its margin, as if usage had
 * always stood there, for as long as they have recommended. No peaks and no times are known of it.
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
    const coverage = rounded(days / span)
    return [{ cluster, workload, window: ends, days: rounded(days), coverage, containers }]
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
        ...(cores ? { cpu: steadyUsage(cpuScale, cores, days) } : {}),
        ...(bytes ? { memory: steadyUsage(memoryScale, bytes, days) } : {}),
        oomKills: 0,
      },
    ]
  })
}

function steadyUsage(scale: SketchScale, recommended: number, days: number): ResourceUsage {
  const value = recommended / recommenderMargin
  const samples = Math.max(1, Math.round(days * samplesADay))
  const sketch = emptySketch()
  addSample(sketch, scale, value, samples)
  return { sketch: finishSketch(sketch), peak: value, samples }
}
