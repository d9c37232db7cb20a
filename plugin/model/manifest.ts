import type { AutoscalerField, ContainerField, FieldAddress } from './field.ts'
import type { Workload } from './workload.ts'

/** A plain JSON value, as a renderer's output holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }
/** Path inside an object: keys and list positions. */
export type JsonPath = readonly (string | number)[]

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
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at a path; `undefined` when the path leaves the object. */
export function valueAt(root: Json | undefined, path: JsonPath): Json | undefined {
  let value: Json | undefined = root
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step]
    else if (isObject(value) && typeof step === 'string') value = value[step]
    else return undefined
  }
  return value
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** The controller or autoscaler identity of a rendered object; objects without a name have none. */
export function identify(object: JsonObject, defaultNamespace: string): Workload | undefined {
  const [apiVersion, kind, name] = [
    text(object['apiVersion']),
    text(object['kind']),
    text(valueAt(object, ['metadata', 'name'])),
  ]
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined
  const namespace = text(valueAt(object, ['metadata', 'namespace'])) ?? defaultNamespace
  return { apiVersion, kind, namespace, name }
}

const podSpecPaths: readonly JsonPath[] = [
  ['spec', 'template', 'spec'],
  ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
]

/** Every object that bears a pod template, with its containers. */
export function workloadsOf(
  objects: readonly JsonObject[],
  defaultNamespace: string,
): readonly ManifestWorkload[] {
  return objects.flatMap((object, index) => {
    const workload = identify(object, defaultNamespace)
    const podSpec = podSpecPaths.find((path) => Array.isArray(valueAt(object, [...path, 'containers'])))
    if (workload === undefined || podSpec === undefined) return []
    return [{ workload, object: index, containers: containersOf(object, podSpec) }]
  })
}

function containersOf(object: JsonObject, podSpec: JsonPath): readonly ManifestContainer[] {
  return ['containers', 'initContainers'].flatMap((list) => {
    const items = valueAt(object, [...podSpec, list])
    if (!Array.isArray(items)) return []
    return items.flatMap((item: Json, index): ManifestContainer[] => {
      const name = isObject(item) ? text(item['name']) : undefined
      if (!isObject(item) || name === undefined) return []
      const restarts = item['restartPolicy'] === 'Always'
      const role = list === 'containers' ? 'main' : restarts ? 'sidecar' : 'init'
      return [{ name, role, path: [...podSpec, list, index], object: item }]
    })
  })
}

/** Every literal field of every workload and autoscaler in a rendering. */
export function fieldsOf(objects: readonly JsonObject[], defaultNamespace: string): readonly ManifestField[] {
  const workloads = workloadsOf(objects, defaultNamespace)
  return [
    ...workloads.flatMap((workload) =>
      workload.containers.flatMap((one) => containerFieldsOf(workload, one)),
    ),
    ...objects.flatMap((object, index) => autoscalerFieldsOf(object, index, { defaultNamespace, workloads })),
  ]
}

function containerFieldsOf(
  { workload, object }: ManifestWorkload,
  container: ManifestContainer,
): ManifestField[] {
  const found = (field: ContainerField, inner: JsonPath): ManifestField[] => {
    const value = text(valueAt(container.object, inner))
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
  const entries = container['env']
  if (!Array.isArray(entries)) return undefined
  const index = entries.findIndex((entry: Json) => isObject(entry) && entry['name'] === name)
  return index === -1 ? undefined : index
}

interface ScalerContext {
  readonly defaultNamespace: string
  readonly workloads: readonly ManifestWorkload[]
}

function autoscalerFieldsOf(object: JsonObject, index: number, context: ScalerContext): ManifestField[] {
  if (object['kind'] !== 'HorizontalPodAutoscaler') return []
  const autoscaler = identify(object, context.defaultNamespace)
  if (autoscaler === undefined) return []
  const workload = scaleTarget(object, autoscaler.namespace)
  if (workload === undefined) return []
  const found = (field: AutoscalerField, path: JsonPath, container?: string): ManifestField[] => {
    const value = text(valueAt(object, path))
    if (value === undefined) return []
    const owner = container === undefined ? {} : { container }
    return [{ workload, ...owner, field, value, object: index, path, autoscaler }]
  }
  return [
    ...found('hpa.minReplicas', ['spec', 'minReplicas']),
    ...found('hpa.maxReplicas', ['spec', 'maxReplicas']),
    ...found('hpa.target.cpu', ['spec', 'targetCPUUtilizationPercentage']),
    ...metricTargets(object).flatMap(({ field, path, container }) => found(field, path, container)),
  ]
}

function scaleTarget(object: JsonObject, namespace: string): Workload | undefined {
  const reference = valueAt(object, ['spec', 'scaleTargetRef'])
  if (!isObject(reference)) return undefined
  const [kind, name] = [text(reference['kind']), text(reference['name'])]
  if (kind === undefined || name === undefined) return undefined
  return { apiVersion: text(reference['apiVersion']) ?? 'apps/v1', kind, namespace, name }
}

interface MetricTarget {
  readonly field: 'hpa.target.cpu' | 'hpa.target.memory'
  readonly path: JsonPath
  readonly container?: string
}

/** Utilisation targets in v2 (`target.averageUtilization`) and v2beta1 (`targetAverageUtilization`) shape. */
function metricTargets(object: JsonObject): readonly MetricTarget[] {
  const metrics = valueAt(object, ['spec', 'metrics'])
  if (!Array.isArray(metrics)) return []
  return metrics.flatMap((metric: Json, index): MetricTarget[] => {
    const key = valueAt(metric, ['type']) === 'ContainerResource' ? 'containerResource' : 'resource'
    const name = valueAt(metric, [key, 'name'])
    if (name !== 'cpu' && name !== 'memory') return []
    const container = text(valueAt(metric, [key, 'container']))
    const legacy = valueAt(metric, [key, 'targetAverageUtilization']) !== undefined
    const inner = legacy ? ['targetAverageUtilization'] : ['target', 'averageUtilization']
    const owner = container === undefined ? {} : { container }
    return [{ field: `hpa.target.${name}`, path: ['spec', 'metrics', index, key, ...inner], ...owner }]
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
  if (field === 'hpa.minReplicas' || field === 'hpa.maxReplicas') return ['spec', field.slice('hpa.'.length)]
  const holder = workloadsOf([object], '')
    .flatMap(({ containers }) => containers)
    .find(({ name }) => name === container)
  if (holder === undefined || field.startsWith('hpa.')) return undefined
  if (!field.startsWith('env.')) return [...holder.path, 'resources', ...field.split('.')]
  if (environmentIndex(holder.object, field.slice('env.'.length)) !== undefined) return undefined
  const entries = valueAt(holder.object, ['env'])
  return [...holder.path, 'env', ...(Array.isArray(entries) ? [entries.length] : [])]
}

/** True when a container takes a variable from elsewhere (`valueFrom`), so that no literal may stand beside it. */
export function isReferenced({ object }: ManifestContainer, field: FieldAddress['field']): boolean {
  if (!field.startsWith('env.')) return false
  const index = environmentIndex(object, field.slice('env.'.length))
  return index !== undefined && valueAt(object, ['env', index, 'value']) === undefined
}
