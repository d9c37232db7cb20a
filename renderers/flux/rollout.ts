import { type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'

/** How Flux rolls out the changes of a Kustomization or HelmRelease. */
export function rolloutOf(object: JsonObject): Rollout {
  const name = `${textOf(object['kind'])} ${textOf(valueAt(object, ['metadata', 'name']))}`
  const interval = textOf(valueAt(object, ['spec', 'interval']))
  const isSuspended = valueAt(object, ['spec', 'suspend']) === true
  return {
    by: `Flux reconciles ${name}${interval === undefined ? '' : `, at the latest ${interval} after its source changed`}`,
    ...(isSuspended ? { held: `${name} is suspended, so Flux rolls out nothing until it is resumed` } : {}),
    ...(object['kind'] === 'Kustomization' ? { byFlux: true } : {}),
  }
}
