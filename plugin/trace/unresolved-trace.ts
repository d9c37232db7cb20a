import { isContainerField } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import type { Trace } from '../model/site.ts'
import { overrideFor } from './absent-field.ts'
import type { TracedSource } from './dye/trace-source.ts'
import type { OverrideContext } from './override/override.ts'
import type { Unresolved } from './unresolved-reason.ts'
import { isPlaceholder, unresolvedReason } from './unresolved-reason.ts'
import { writtenPlace } from './written-place.ts'

/** The address of a field, without its value and place. */
export const shortAddress = ({ workload, container, field }: ManifestField) => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
})

/** What a trace says of its field in any case. */
export const addressOf = ({ source }: TracedSource, field: ManifestField) => ({
  source: source.id,
  ...shortAddress(field),
  value: field.value,
  ...(field.autoscaler === undefined ? {} : { autoscaler: field.autoscaler }),
})

/** The trace of a field that no scalar sets: overridden where that is possible, since the override wins over what sets it. */
export async function unresolved(
  traced: TracedSource,
  field: ManifestField,
  { origin, context }: { readonly origin: Unresolved; readonly context: OverrideContext },
): Promise<Trace> {
  const reason = await unresolvedReason(traced, field, origin)
  const trace = nowhere(traced, field, reason)
  const isElsewhere = traced.rendering.rollouts?.some(({ differs }) => differs !== undefined) === true
  // A file that is not searched may set it, and a person should look there.
  if (
    isElsewhere ||
    !isContainerField(field.field) ||
    isPlaceholder(field.value) ||
    (await traced.unreadable()).length > 0
  )
    return trace
  const override = await overrideFor(shortAddress(field), traced, context)
  if (override !== null) return { ...trace, override, chosen: 'override' }
  const place = origin.kind === 'unknown' ? await writtenPlace(field, traced.inputs, context.view) : undefined
  return place === undefined
    ? trace
    : {
        ...trace,
        reason: `${place} sets this value in a notation that is not edited; write it as a plain amount`,
      }
}

/** The trace of a field that is not edited, with the reason. */
export const nowhere = (traced: TracedSource, field: ManifestField, reason: string): Trace => ({
  ...addressOf(traced, field),
  site: null,
  reach: { sources: [], containers: 0 },
  override: null,
  chosen: null,
  sharedWith: [],
  reason,
})
