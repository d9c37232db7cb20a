import { isJsonObject, type Json, type JsonObject } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'

/**
 * An Application with the `templatePatch` of its ApplicationSet, as Argo CD applies it: mappings are merged, `null` deletes,
 * lists are replaced. Rejects with `source.render` for what Argo CD refuses: it cannot merge a mapping or a list in
 * `valuesObject` with another one, because it knows no schema of it.
 * https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/#template-patch
 */
export function patchApplication(application: JsonObject, patch: Json): JsonObject {
  if (patch === null) return application
  if (!isJsonObject(patch)) throw stop('source.render', 'its templatePatch is not a mapping')
  return merged(application, patch, [])
}

function merged(before: JsonObject, patch: JsonObject, path: readonly string[]): JsonObject {
  const { $patch: directive, ...changes } = patch
  if (directive === 'delete') return {}
  if (directive === 'replace') return changes
  const result = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) result.delete(key)
    else result.set(key, mergedValue(result.get(key), value, [...path, key]))
  }
  return Object.fromEntries(result)
}

function mergedValue(before: Json | undefined, value: Json, path: readonly string[]): Json {
  const areMaps = isJsonObject(before) && isJsonObject(value)
  const areLists = Array.isArray(before) && Array.isArray(value)
  if ((areMaps || areLists) && path.slice(0, -1).includes('valuesObject'))
    throw stop(
      'source.render',
      `Argo CD refuses its templatePatch: it cannot merge ${path.join('.')} with that of the template`,
      { hint: 'Give it in the template or in the patch alone.' },
    )
  return areMaps ? merged(before, value, path) : value
}
