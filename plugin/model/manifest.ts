import { scheduleIn } from './cron-triggers.ts'
import { type AutoscalerField, type ContainerField, type FieldAddress, scheduleField } from './field.ts'
import type { JsonObject, JsonPath } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import { podSpecsOf, sizedPartsOf } from './pod-specs.ts'
import {
  autoscalerPlaces,
  boundPath,
  isAutoscaler,
  isScaledObject,
  scaleTarget,
  triggersPath,
} from './scaler.ts'
import { type Workload, workloadKey } from './workload.ts'
import { workloadReferences } from './workload-reference.ts'

/** A field of a rendered object. */
export interface ManifestField extends FieldAddress {
  /** The value as text, as rendered. */
  readonly value: string
  /** Position of the object in the rendering. */
  readonly object: number
  readonly path: JsonPath
  /** The autoscaler object, for `hpa.*` fields. */
  readonly autoscaler?: Workload
}

/** A container as rendered. */
export interface ManifestContainer {
  readonly name: string
  readonly role: 'main' | 'init' | 'sidecar'
  readonly path: JsonPath
  readonly object: JsonObject
}

/** A workload as rendered, with its containers. */
export interface ManifestWorkload {
  readonly workload: Workload
  readonly object: number
  readonly containers: readonly ManifestContainer[]
  /** True for a custom resource with sizes but no pod template: an operator makes workloads of it. */
  readonly operated?: true
}

/** The identity of a rendered object; `undefined` when it has no API version, kind or name. */
export function identify(object: JsonObject, defaultNamespace: string): Workload | undefined {
  const [apiVersion, kind, name] = [
    textOf(object['apiVersion']),
    textOf(object['kind']),
    textOf(valueAt(object, ['metadata', 'name'])),
  ]
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined
  const namespace = textOf(valueAt(object, ['metadata', 'namespace'])) ?? defaultNamespace
  return { apiVersion, kind, namespace, name }
}

/** Every object with a pod template, and every custom resource with sizes, with their containers. */
export function workloadsOf(
  objects: readonly JsonObject[],
  defaultNamespace: string,
): readonly ManifestWorkload[] {
  return objects.flatMap((object, index): readonly ManifestWorkload[] => {
    const workload = identify(object, defaultNamespace)
    if (workload === undefined) return []
    const podSpecs = podSpecsOf(object, workload)
    const containers = podSpecs.flatMap((podSpec) => containersOf(object, podSpec))
    if (podSpecs.length > 0) return [{ workload, object: index, containers }]
    const parts = sizedPartsOf(object, workload).map(
      ({ path, object: part }): ManifestContainer => ({
        name: path.join('.'),
        role: 'main',
        path,
        object: part,
      }),
    )
    return parts.length === 0 ? [] : [{ workload, object: index, containers: parts, operated: true as const }]
  })
}

function containersOf(object: JsonObject, podSpec: JsonPath): readonly ManifestContainer[] {
  return ['containers', 'initContainers'].flatMap((list) =>
    listOf(valueAt(object, [...podSpec, list])).flatMap((item, index): ManifestContainer[] => {
      const name = isJsonObject(item) ? textOf(item['name']) : undefined
      if (!isJsonObject(item) || name === undefined) return []
      const restarts = item['restartPolicy'] === 'Always'
      const role = list === 'containers' ? 'main' : restarts ? 'sidecar' : 'init'
      return [{ name, role, path: [...podSpec, list, index], object: item }]
    }),
  )
}

/** Every field with a literal value, of every workload and autoscaler in a rendering. */
export function fieldsOf(objects: readonly JsonObject[], defaultNamespace: string): readonly ManifestField[] {
  const workloads = workloadsOf(objects, defaultNamespace)
  const references = workloadReferences(objects, defaultNamespace)
  // The autoscaler of a Rollout scales the pods whose sizes are in the object that it refers to.
  const onReferred = (field: ManifestField): ManifestField => {
    const reference = references.find(({ by }) => workloadKey(by) === workloadKey(field.workload))
    return reference === undefined ? field : { ...field, workload: reference.to }
  }
  return [
    ...workloads.flatMap((workload) =>
      workload.containers.flatMap((one) => containerFieldsOf(workload, one)),
    ),
    ...objects
      .flatMap((object, index) => autoscalerFieldsOf(object, index, defaultNamespace))
      .map(onReferred),
  ]
}

function containerFieldsOf(
  { workload, object }: ManifestWorkload,
  container: ManifestContainer,
): ManifestField[] {
  const found = (field: ContainerField, inner: JsonPath): ManifestField[] => {
    const value = textOf(valueAt(container.object, inner))
    if (value === undefined) return []
    return [
      { workload, container: container.name, field, value, object, path: [...container.path, ...inner] },
    ]
  }
  return [
    ...found('requests.cpu', ['resources', 'requests', 'cpu']),
    ...found('requests.memory', ['resources', 'requests', 'memory']),
    ...found('limits.cpu', ['resources', 'limits', 'cpu']),
    ...found('limits.memory', ['resources', 'limits', 'memory']),
    ...found('requests.ephemeral-storage', ['resources', 'requests', 'ephemeral-storage']),
    ...found('limits.ephemeral-storage', ['resources', 'limits', 'ephemeral-storage']),
    ...goVariables.flatMap(([name, field]) => {
      const index = environmentIndex(container.object, name)
      return index === undefined ? [] : found(field, ['env', index, 'value'])
    }),
  ]
}

const goVariables = [
  ['GOMAXPROCS', 'env.GOMAXPROCS'],
  ['GOMEMLIMIT', 'env.GOMEMLIMIT'],
] as const

function environmentIndex(container: JsonObject, name: string): number | undefined {
  const index = listOf(container['env']).findIndex((entry) => isJsonObject(entry) && entry['name'] === name)
  return index === -1 ? undefined : index
}

function autoscalerFieldsOf(object: JsonObject, index: number, namespace: string): ManifestField[] {
  const autoscaler = isAutoscaler(object) ? identify(object, namespace) : undefined
  const workload = autoscaler && scaleTarget(object, autoscaler.namespace)
  if (autoscaler === undefined || workload === undefined) return []
  const schedule = isScaledObject(object) ? scheduleIn(object) : undefined
  const cron = { workload, field: scheduleField, object: index, path: triggersPath, autoscaler } as const
  return [
    ...autoscalerPlaces(object).flatMap(({ field, path, container }): ManifestField[] => {
      const value = textOf(valueAt(object, path))
      if (value === undefined) return []
      const owner = container === undefined ? {} : { container }
      return [{ workload, ...owner, field, value, object: index, path, autoscaler }]
    }),
    ...(schedule === undefined ? [] : [{ ...cron, value: schedule }]),
  ]
}

/**
 * Where a field would be written in an object, or in a patch of it: the path of its key, or for a variable the next position
 * in `env`. `undefined` when the object does not have the container, or the field is in a list without keys.
 */
export function slotIn(
  object: JsonObject,
  { field, container }: Pick<FieldAddress, 'field' | 'container'>,
): JsonPath | undefined {
  if (field === 'hpa.minReplicas' || field === 'hpa.maxReplicas') return boundPath(object, field)
  const owner = workloadsOf([object], '')
    .flatMap(({ containers }) => containers)
    .find(({ name }) => name === container)
  if (owner === undefined || isAutoscalerField(field)) return undefined
  if (!field.startsWith('env.')) return [...owner.path, 'resources', ...field.split('.')]
  if (environmentIndex(owner.object, field.slice('env.'.length)) !== undefined) return undefined
  const entries = valueAt(owner.object, ['env'])
  return [...owner.path, 'env', ...(Array.isArray(entries) ? [entries.length] : [])]
}

const isAutoscalerField = (field: FieldAddress['field']): field is AutoscalerField => field.startsWith('hpa.')

/** The `valueFrom` of a container's variable, which therefore cannot have a literal value; `undefined` when it has none. */
export function referenceOf(
  { object }: ManifestContainer,
  field: FieldAddress['field'],
): JsonObject | undefined {
  if (!field.startsWith('env.')) return undefined
  const index = environmentIndex(object, field.slice('env.'.length))
  if (index === undefined || valueAt(object, ['env', index, 'value']) !== undefined) return undefined
  const source = valueAt(object, ['env', index, 'valueFrom'])
  return isJsonObject(source) ? source : {}
}
