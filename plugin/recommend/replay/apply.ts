import type { DeclaredAutoscaler, DeclaredWorkload } from '../../model/declared.ts'
import type { DeclaredContainer } from '../../model/declared-container.ts'
import { type ContainerField, isContainerField } from '../../model/field.ts'
import type { Change } from '../../model/recommendation.ts'
import { printValue, readValue } from '../../model/value.ts'

/** A new value for a field, in the field's unit. */
export type NewValue = Pick<Change, 'container' | 'field' | 'to'>

/** Reads the value of a container's field, in the field's unit; `undefined` when it is not set or not a number. */
export type ReadField = (container: DeclaredContainer, field: ContainerField) => number | undefined

/** Reads the values as declared. */
export const declaredValue: ReadField = ({ values }, field) => {
  const text = values[field]
  return text === undefined ? undefined : readValue(field, text)
}

/** The workload with new values of its autoscaler alone. */
export const withAutoscalerChanges = (
  declared: DeclaredWorkload,
  changes: readonly NewValue[],
): DeclaredWorkload =>
  declared.autoscaler === undefined
    ? declared
    : { ...declared, autoscaler: changedAutoscaler(declared.autoscaler, changes) }

/** The workload as Git would declare it with new values. */
export function withChanges(declared: DeclaredWorkload, changes: readonly NewValue[]): DeclaredWorkload {
  return {
    ...withAutoscalerChanges(declared, changes),
    containers: declared.containers.map((container) => changedContainer(container, changes)),
  }
}

function changedContainer(container: DeclaredContainer, changes: readonly NewValue[]): DeclaredContainer {
  const own = changes.filter((one) => one.container === container.name && isContainerField(one.field))
  if (own.length === 0) return container
  const values = own.map(({ field, to }) => [field, printValue(field, to)] as const)
  return { ...container, values: { ...container.values, ...Object.fromEntries(values) } }
}

function changedAutoscaler(autoscaler: DeclaredAutoscaler, changes: readonly NewValue[]): DeclaredAutoscaler {
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
