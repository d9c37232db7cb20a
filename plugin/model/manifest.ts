import type { AutoscalerField, ContainerField, FieldAddress } from './field.ts'
import type { Json, JsonObject, JsonPath } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import { autoscalerPlaces, boundPath, isAutoscaler, scaleTarget } from './scaler.ts'
import type { Workload } from './workload.ts'

/** One field as it stands in rendered objects. */
export interface ManifestField extends FieldAddress {
  /** The value as text, the way the rendering prints it. */
  readonly value: string
  /** Index of the object in the rendering. */
  readonly object: number
  readonly path: JsonPath
  /** The autoscaler object, for `hpa.*` fields. */
  readonly autoscaler?: Workload
}

/** A container as rendered, with the literal fields it has. */
export interface ManifestContainer {
  readonly name: string
  readonly role: 'main' | 'init' | 'sidecar'
  readonly path: JsonPath
  readonly object: JsonObject
}

/** A workload object as rendered, with the place of its pod template. */
export interface ManifestWorkload {
  readonly workload: Workload
  readonly object: number
  readonly containers: readonly ManifestContainer[]
  /** True for a custom resource that states sizes without a pod template: an operator makes workloads of it. */
  readonly operated?: true
}

/** The controller or autoscaler identity of a rendered object; objects without a name have none. */
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

/** True for kinds that a cluster knows only through a custom resource definition. */
export const isCustom = ({ apiVersion }: Pick<Workload, 'apiVersion'>): boolean => {
  const group = apiVersion.split('/').slice(0, -1).join('')
  return group.includes('.') && !group.endsWith('.k8s.io')
}

/** Every object that bears a pod template or states sizes in a custom resource, with its containers. */
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
    const operated = isCustom(workload) && !declaring.test(workload.kind) ? sizedParts(object) : []
    return operated.length === 0
      ? []
      : [{ workload, object: index, containers: operated, operated: true as const }]
  })
}

/** Objects that hand values on to a rendering of its own. */
const declaring = /^(HelmRelease|HelmChart|Application|ApplicationSet|Kustomization|ScaledObject|ScaledJob)$/

const podSpecPaths: readonly JsonPath[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
]

function podSpecsOf(object: JsonObject, workload: Workload): readonly JsonPath[] {
  const known = podSpecPaths.filter((path) => Array.isArray(valueAt(object, [...path, 'containers'])))
  if (known.length > 0 || !isCustom(workload) || declaring.test(workload.kind)) return known
  return mappingsIn(object, ['spec'], (mapping) => listOf(mapping['containers']).some(isContainer))
}

const isContainer = (item: Json): boolean =>
  isJsonObject(item) &&
  typeof item['name'] === 'string' &&
  (item['image'] !== undefined || item['resources'] !== undefined)

const deepest = 8

/** Paths of the outermost mappings below a path that fit, lists passed through. */
function mappingsIn(
  object: JsonObject,
  path: JsonPath,
  fits: (mapping: JsonObject) => boolean,
): readonly JsonPath[] {
  const node = valueAt(object, path)
  if (node === undefined || path.length > deepest) return []
  if (Array.isArray(node)) return node.flatMap((_, index) => mappingsIn(object, [...path, index], fits))
  if (!isJsonObject(node)) return []
  if (fits(node)) return [path]
  return Object.keys(node).flatMap((key) => mappingsIn(object, [...path, key], fits))
}

/** The parts of a custom resource that have `resources`, each called by its path: `spec.ingester`. */
function sizedParts(object: JsonObject): readonly ManifestContainer[] {
  const isSized = (mapping: JsonObject): boolean =>
    ['requests', 'limits'].some((list) =>
      ['cpu', 'memory'].some(
        (resource) => textOf(valueAt(mapping, ['resources', list, resource])) !== undefined,
      ),
    )
  return mappingsIn(object, ['spec'], isSized).map((path) => {
    const part = valueAt(object, path)
    return { name: path.join('.'), role: 'main', path, object: isJsonObject(part) ? part : {} }
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

/** Every literal field of every workload and autoscaler in a rendering. */
export function fieldsOf(objects: readonly JsonObject[], defaultNamespace: string): readonly ManifestField[] {
  const workloads = workloadsOf(objects, defaultNamespace)
  return [
    ...workloads.flatMap((workload) =>
      workload.containers.flatMap((one) => containerFieldsOf(workload, one)),
    ),
    ...objects.flatMap((object, index) => autoscalerFieldsOf(object, index, defaultNamespace)),
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
  return autoscalerPlaces(object).flatMap(({ field, path, container }): ManifestField[] => {
    const value = textOf(valueAt(object, path))
    if (value === undefined) return []
    const owner = container === undefined ? {} : { container }
    return [{ workload, ...owner, field, value, object: index, path, autoscaler }]
  })
}

/**
 * Where a field would be written inside an object or a patch of it: the path of its key, or for a variable the
 * next free place in `env`. `undefined` when the object does not have the container, or the field lives in a list
 * that has no keys to find it by.
 */
export function slotIn(
  object: JsonObject,
  { field, container }: Pick<FieldAddress, 'field' | 'container'>,
): JsonPath | undefined {
  if (field === 'hpa.minReplicas' || field === 'hpa.maxReplicas') return boundPath(object, field)
  const holder = workloadsOf([object], '')
    .flatMap(({ containers }) => containers)
    .find(({ name }) => name === container)
  if (holder === undefined || isAutoscalerField(field)) return undefined
  if (!field.startsWith('env.')) return [...holder.path, 'resources', ...field.split('.')]
  if (environmentIndex(holder.object, field.slice('env.'.length)) !== undefined) return undefined
  const entries = valueAt(holder.object, ['env'])
  return [...holder.path, 'env', ...(Array.isArray(entries) ? [entries.length] : [])]
}

const isAutoscalerField = (field: FieldAddress['field']): field is AutoscalerField => field.startsWith('hpa.')

/** What a container takes a variable from (`valueFrom`), so that no literal may stand beside it. */
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
