import { type AnnouncedMemory, announcedMemory } from './announced.ts'
import type { ContainerField } from './field.ts'
import { isContainerField } from './field.ts'
import { groupBy } from './group.ts'
import type { JsonObject } from './json.ts'
import { isJsonObject, valueAt } from './json.ts'
import type { ManifestContainer, ManifestField, ManifestWorkload } from './manifest.ts'
import { identify } from './manifest.ts'

/** One container with the values that Git declares for it. */
export interface DeclaredContainer {
  readonly name: string
  readonly role: 'main' | 'init' | 'sidecar'
  readonly values: Readonly<Partial<Record<ContainerField, string>>>
  /** Requests in `values` that Git does not declare: Kubernetes takes the limit where there is no request. */
  readonly implied?: readonly ContainerField[]
  /** What its own settings say about its memory. */
  readonly announced?: readonly AnnouncedMemory[]
}

type ConfigMaps = ReadonlyMap<string, JsonObject>

/** The data of the ConfigMaps of a rendering, by namespace and name. */
export function configMapsOf(
  objects: readonly JsonObject[],
  namespace: string,
): ReadonlyMap<string, ConfigMaps> {
  const found = objects.flatMap((object) => {
    const identity = object['kind'] === 'ConfigMap' ? identify(object, namespace) : undefined
    const data = valueAt(object, ['data'])
    return identity === undefined || !isJsonObject(data) ? [] : [{ ...identity, data }]
  })
  return new Map(
    [...groupBy(found, (one) => one.namespace)].map(([space, own]) => [
      space,
      new Map(own.map(({ name, data }) => [name, data])),
    ]),
  )
}

/** The fields of the workload, and the ConfigMaps of its namespace by name. */
interface Surroundings {
  readonly fields: readonly ManifestField[]
  readonly configMaps: ConfigMaps | undefined
}

/** A container with its values, those that Kubernetes implies, and what its settings say of memory. */
export function declaredContainer(
  { name, role, object }: ManifestContainer,
  { operated }: ManifestWorkload,
  { fields, configMaps = new Map() }: Surroundings,
): DeclaredContainer {
  const own = valuesOf(fields, name)
  // An operator decides itself what a part without requests gets.
  const implied = operated ? {} : impliedRequests(own)
  const names = Object.keys(implied) as readonly ContainerField[]
  const announced = announcedMemory(object, configMaps).filter(
    ({ said }) => !(said.startsWith('GOMEMLIMIT=') && own['env.GOMEMLIMIT'] !== undefined),
  )
  return {
    name,
    role,
    values: { ...own, ...implied },
    ...(names.length === 0 ? {} : { implied: names }),
    ...(announced.length === 0 ? {} : { announced }),
  }
}

/** Requests that Kubernetes takes from the limits. https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/ */
function impliedRequests(values: DeclaredContainer['values']): DeclaredContainer['values'] {
  return Object.fromEntries(
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const limit = values[`limits.${resource}`]
      const isImplied = limit !== undefined && values[`requests.${resource}`] === undefined
      return isImplied ? [[`requests.${resource}`, limit] as const] : []
    }),
  )
}

function valuesOf(fields: readonly ManifestField[], container: string): DeclaredContainer['values'] {
  const own = fields.filter((field) => field.container === container && isContainerField(field.field))
  return Object.fromEntries(own.map(({ field, value }) => [field, value]))
}
