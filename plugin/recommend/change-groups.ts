import type { ContainerField } from '../model/field.ts'
import type { WorkloadInput } from './workload-input.ts'

/** True for a field that holds an amount of memory. */
export const isMemoryField = (field: ContainerField): boolean =>
  field.endsWith('.memory') || field === 'env.GOMEMLIMIT'

/** The change group of a container's CPU fields: one group for the whole pod when an HPA scales by the CPU of all containers. */
export function cpuGroup({ declared: { autoscaler } }: WorkloadInput, container: string): string {
  const wholePod = autoscaler?.targets.some(
    (target) => target.resource === 'cpu' && target.container === undefined,
  )
  return wholePod ? 'cpu' : `cpu of ${container}`
}

/** The change group of a field of a container. */
export const changeGroup = (subject: WorkloadInput, container: string, field: ContainerField): string =>
  isMemoryField(field) ? `memory of ${container}` : cpuGroup(subject, container)
