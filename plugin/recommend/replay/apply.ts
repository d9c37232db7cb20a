import type { DeclaredAutoscaler, DeclaredContainer, DeclaredWorkload } from '../../model/declared.ts'
import { type ContainerField, isContainerField } from '../../model/field.ts'
import type { Change } from '../../model/recommendation.ts'
import { printValue, readValue } from '../../model/value.ts'

/** A value to lay over a declared one. */
export type Move = Pick<Change, 'container' | 'field' | 'to'>

/** The value of a container's field, in the field's unit. */
export type ReadField = (container: DeclaredContainer, field: ContainerField) => number | undefined

/** The values as declared. */
export const declaredValue: ReadField = ({ values }, field) => {
  const text = values[field]
  return text === undefined ? undefined : readValue(field, text)
}

/** The autoscaler of a workload after changes of it. */
export const movedAutoscaler = (declared: DeclaredWorkload, changes: readonly Move[]): DeclaredWorkload =>
  declared.autoscaler === undefined
    ? declared
    : { ...declared, autoscaler: aimed(declared.autoscaler, changes) }

/** A workload as Git would declare it after these changes of it. */
export function withChanges(declared: DeclaredWorkload, changes: readonly Move[]): DeclaredWorkload {
  return {
    ...movedAutoscaler(declared, changes),
    containers: declared.containers.map((container) => sized(container, changes)),
  }
}

function sized(container: DeclaredContainer, changes: readonly Move[]): DeclaredContainer {
  const own = changes.filter((one) => one.container === container.name && isContainerField(one.field))
  if (own.length === 0) return container
  const values = own.map(({ field, to }) => [field, printValue(field, to)] as const)
  return { ...container, values: { ...container.values, ...Object.fromEntries(values) } }
}

function aimed(autoscaler: DeclaredAutoscaler, changes: readonly Move[]): DeclaredAutoscaler {
  const bound = (name: 'minReplicas' | 'maxReplicas') => {
    const to = changes.find(({ field }) => field === `hpa.${name}`)?.to
    return to === undefined ? {} : { [name]: to }
  }
  const targets = autoscaler.targets.map((target) => {
    const own = changes.find(
      ({ field, container }) => field === `hpa.target.${target.resource}` && container === target.container,
    )
    return own === undefined ? target : { ...target, utilization: own.to }
  })
  return { ...autoscaler, ...bound('minReplicas'), ...bound('maxReplicas'), targets }
}
