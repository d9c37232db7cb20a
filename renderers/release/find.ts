import type { JsonObject } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { DeclaringObject } from '../../plugin/model/source.ts'

/** The object of a kind, name and namespace. */
export const findDeclaring = (
  objects: readonly JsonObject[],
  { kind, name, namespace }: DeclaringObject,
): JsonObject | undefined =>
  objects.find((object) => {
    const found = identify(object, namespace)
    return found?.kind === kind && found.name === name && found.namespace === namespace
  })
