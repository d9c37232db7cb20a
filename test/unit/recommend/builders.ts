import type { ContainerUsage, Observation } from '../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { cpuScale, memoryScale } from '../../../plugin/model/sketch.ts'

/** The workload of these tests. */
export const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }

/** An observation of two whole weeks, with the given parts. */
export const observationWith = (
  more: Pick<Observation, 'containers'> & Partial<Observation>,
): Observation => ({
  cluster: 'prod',
  workload,
  window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
  days: 14,
  coverage: 1,
  ...more,
})

/** Usage of a container by hour, the same in each pod, in millicores and bytes. */
export interface Load {
  readonly cpu: (hour: number) => number
  readonly memory: (hour: number) => number
  readonly pods?: number
}

/** The recorded usage of a load. */
export function recordedUsage(
  { cpu, memory, pods = 1 }: Load,
  frame: Parameters<typeof usageRecorder>[1],
): Required<Pick<ContainerUsage, 'cpu' | 'memory'>> {
  const [cpuUse, memoryUse] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
  for (let hour = 0; hour < frame.count; hour += 1) {
    for (let pod = 0; pod < pods; pod += 1) {
      cpuUse.add(hour, cpu(hour))
      memoryUse.add(hour, memory(hour))
    }
  }
  const [usedCpu, usedMemory] = [cpuUse.finish(), memoryUse.finish()]
  if (usedCpu === undefined || usedMemory === undefined) throw new Error('nothing was recorded')
  return { cpu: usedCpu, memory: usedMemory }
}
