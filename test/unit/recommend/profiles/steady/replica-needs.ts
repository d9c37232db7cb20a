import type { DeclaredAutoscaler, DeclaredWorkload } from '../../../../../plugin/model/declared.ts'
import type { Observation } from '../../../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../../../plugin/model/recorder.ts'
import { packCounts } from '../../../../../plugin/model/series.ts'
import { cpuScale } from '../../../../../plugin/model/sketch.ts'
import { recommend } from '../../../../../plugin/recommend/recommend.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import { observed, workload } from '../../hpa/recorded.ts'
import { options } from './parts.ts'

const days = 14
const request = 500
/** From a Monday on, four slots an hour. */
const frame = { first: Date.UTC(2026, 8, 7) / 1000 + 900, step: 900, count: days * 96 }

/** Pods needed by the hour. */
export type Need = (hour: number) => number

export const declare = (minReplicas: number, maxReplicas: number): DeclaredWorkload => ({
  workload,
  containers: [{ name: 'app', role: 'main', values: { 'requests.cpu': `${request}m` } }],
  autoscaler: { minReplicas, maxReplicas, targets: [{ resource: 'cpu', utilization: 60 }] },
})

/** What is seen when so many pods are needed and the HPA allows between its bounds. */
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
  return observed({
    days,
    containers: [{ container: 'app', oomKills: 0, ...(cpu && { cpu }) }],
    replicas: { min, max, mean, ...(min === max ? {} : { series: packCounts(frame, counts) }) },
  })
}

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

export const seenUnder = (declared: DeclaredWorkload, need: Need): Observation =>
  observe(need, declared.autoscaler ?? {})
