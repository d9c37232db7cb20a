import type { DeclaredAutoscaler, DeclaredWorkload } from '../../../../../plugin/model/declared.ts'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import { observationWith, workload } from '../../builders.ts'
import { options } from './rule-builders.ts'

const days = 14
const request = 500
/** Four slots per hour, from a Monday. */
const frame = { first: Date.UTC(2026, 8, 7) / 1000 + 900, step: 900, count: days * 96 }

/** Number of pods needed, by hour. */
export type Need = (hour: number) => number

/** A workload with an HPA that targets 60 % of 500m CPU. */
export const declare = (minReplicas: number, maxReplicas: number): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'app', role: 'main', values: { 'requests.cpu': `${request}m` } }],
  autoscaler: { minReplicas, maxReplicas, targets: [{ resource: 'cpu', utilization: 60 }] },
})

/** The observation of a workload that needs a number of pods, within the bounds of its HPA. */
function observe(
  need: Need,
  { minReplicas = 1, maxReplicas = 100 }: Partial<DeclaredAutoscaler>,
): Observation {
  const recorder = usageRecorder(cpuScale, frame)
  const counts = Array.from({ length: frame.count }, (_, slot) =>
    Math.min(Math.max(Math.ceil(need(slot / 4)), minReplicas), maxReplicas),
  )
  for (const [slot, pods] of counts.entries())
    for (let pod = 0; pod < pods; pod += 1)
      recorder.add(slot, Math.min(request, (need(slot / 4) * request * 0.58) / pods))
  const cpu = recorder.finish()
  const mean = counts.reduce((sum, pods) => sum + pods, 0) / counts.length
  const [min, max] = [Math.min(...counts), Math.max(...counts)]
  return observationWith({
    days,
    containers: [{ container: 'app', oomKills: 0, ...(cpu && { cpu }) }],
    replicas: { min, max, mean, ...(min === max ? {} : { series: packCounts(frame, counts) }) },
  })
}

/** Recommendations for one workload, with the default options. */
export const ask = (
  declared: DeclaredWorkload,
  observation: Observation,
  more: Partial<RecommendOptions> = {},
) =>
  recommend({ workloads: [declared] }, [observation], {
    options: { ...options, ...more },
    rules: [],
    guarded: true,
    lastChange: () => undefined,
  })

/** The observation under the bounds of a declared HPA. */
export const observeUnder = (declared: DeclaredWorkload, need: Need): Observation =>
  observe(need, declared.autoscaler ?? {})
