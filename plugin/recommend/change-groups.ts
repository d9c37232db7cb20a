import type { ContainerField } from '../model/field.ts'
import type { WorkloadInput } from './workload-input.ts'

type Subject = Pick<WorkloadInput, 'declared'>

/** True for a field that holds an amount of memory. */
export const isMemoryField = (field: ContainerField): boolean =>
  field.endsWith('.memory') || field === 'env.GOMEMLIMIT'

/** The change group of a container's CPU fields: one group for the whole pod when an HPA scales by the CPU of all containers. */
export const cpuGroup = (subject: Subject, container: string): string => groupOf(subject, container, 'cpu')

/** The change group of a container's memory fields: one for the whole pod when an HPA scales by the memory of all containers. */
export const memoryGroup = (subject: Subject, container: string): string =>
  groupOf(subject, container, 'memory')

function groupOf(
  { declared: { autoscaler } }: Subject,
  container: string,
  resource: 'cpu' | 'memory',
): string {
  const wholePod = autoscaler?.targets.some(
    (target) => target.resource === resource && target.container === undefined,
  )
  return wholePod ? resource : `${resource} of ${container}`
}

/** The change group of a field of a container. */
export const changeGroup = (subject: Subject, container: string, field: ContainerField): string =>
  isMemoryField(field) ? memoryGroup(subject, container) : cpuGroup(subject, container)
