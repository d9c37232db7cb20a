import type { DeclaredAutoscaler, DeclaredContainer, DeclaredWorkload } from '../../model/declared.ts'
import { isContainerField } from '../../model/field.ts'
import type { Change } from '../../model/recommendation.ts'
import { printValue } from '../../model/value.ts'

/** A workload as Git would declare it after these changes of it. */
export function withChanges(declared: DeclaredWorkload, changes: readonly Change[]): DeclaredWorkload {
  const { autoscaler } = declared
  return {
    ...declared,
    containers: declared.containers.map((container) => sized(container, changes)),
    ...(autoscaler === undefined ? {} : { autoscaler: aimed(autoscaler, changes) }),
  }
}

function sized(container: DeclaredContainer, changes: readonly Change[]): DeclaredContainer {
  const own = changes.filter((one) => one.container === container.name && isContainerField(one.field))
  if (own.length === 0) return container
  const values = own.map(({ field, to }) => [field, printValue(field, to)] as const)
  return { ...container, values: { ...container.values, ...Object.fromEntries(values) } }
}

function aimed(autoscaler: DeclaredAutoscaler, changes: readonly Change[]): DeclaredAutoscaler {
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
