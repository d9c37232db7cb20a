import { withoutOwnTriggers } from '../model/cron-triggers.ts'
import { fieldKey, scheduleField } from '../model/field.ts'
import type { JsonObject } from '../model/json.ts'
import { identify, type ManifestField } from '../model/manifest.ts'
import type { Intent } from '../model/proof.ts'
import { type Workload, workloadKey } from '../model/workload.ts'

/**
 * Returns a function that takes the cron triggers that Tortoise writes out of the ScaledObjects whose schedule is intended to change:
 * the schedule is compared as a value of its own, and everything else must stay as it is.
 */
export function withoutSchedules(
  intents: readonly Intent[],
  fields: ReadonlyMap<string, ManifestField>,
  namespace: string,
): (objects: readonly JsonObject[]) => readonly JsonObject[] {
  const changed = new Set(
    intents.flatMap((intent) => {
      const owner = intent.field === scheduleField ? fields.get(fieldKey(intent))?.autoscaler : undefined
      return owner === undefined ? [] : [workloadKey(owner)]
    }),
  )
  if (changed.size === 0) return (objects) => objects
  const isChanged = (owner: Workload | undefined): boolean =>
    owner !== undefined && changed.has(workloadKey(owner))
  return (objects) =>
    objects.map((object) => (isChanged(identify(object, namespace)) ? withoutOwnTriggers(object) : object))
}
