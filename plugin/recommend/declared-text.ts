import type { DeclaredWorkload } from '../model/declared.ts'
import { type FieldAddress, isContainerField, scheduleField } from '../model/field.ts'

/** The text of a field in Git; `undefined` when it is not declared. */
export function declaredText(
  { containers, autoscaler }: DeclaredWorkload,
  { container, field }: Pick<FieldAddress, 'container' | 'field'>,
): string | undefined {
  if (isContainerField(field)) return containers.find(({ name }) => name === container)?.values[field]
  if (field === scheduleField) return autoscaler?.schedule?.text
  const target = autoscaler?.targets.find(
    (one) => field === `hpa.target.${one.resource}` && one.container === container,
  )
  const bound = field === 'hpa.minReplicas' ? autoscaler?.minReplicas : autoscaler?.maxReplicas
  const value = field.startsWith('hpa.target.') ? target?.utilization : bound
  return value === undefined ? undefined : String(value)
}
