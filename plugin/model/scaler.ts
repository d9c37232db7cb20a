import type { AutoscalerField } from './field.ts'
import type { Json, JsonObject, JsonPath } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import type { Workload } from './workload.ts'

/** The path of a field in the object of an autoscaler. */
export interface AutoscalerPlace {
  readonly field: AutoscalerField
  readonly path: JsonPath
  /** The container that a metric names. */
  readonly container?: string
}

/** True for a HorizontalPodAutoscaler and for KEDA's ScaledObject. */
export const isAutoscaler = (object: JsonObject): boolean =>
  object['kind'] === 'HorizontalPodAutoscaler' || isScaledObject(object)

/** True for KEDA's ScaledObject. */
export const isScaledObject = (object: JsonObject): boolean =>
  object['kind'] === 'ScaledObject' && textOf(object['apiVersion'])?.startsWith('keda.sh/') === true

/** The path of the triggers in a ScaledObject. */
export const triggersPath = ['spec', 'triggers'] as const

/** The triggers of a ScaledObject; empty without a list of them. */
export const triggersIn = (object: JsonObject | undefined): readonly Json[] =>
  listOf(valueAt(object, triggersPath))

/** The workload that an autoscaler scales; `undefined` without a name or kind. KEDA's default kind is Deployment. */
export function scaleTarget(object: JsonObject, namespace: string): Workload | undefined {
  const reference = valueAt(object, ['spec', 'scaleTargetRef'])
  if (!isJsonObject(reference)) return undefined
  const kind = textOf(reference['kind']) ?? (isScaledObject(object) ? 'Deployment' : undefined)
  const name = textOf(reference['name'])
  if (kind === undefined || name === undefined) return undefined
  return { apiVersion: textOf(reference['apiVersion']) ?? 'apps/v1', kind, namespace, name }
}

/** The path of a replica bound in an autoscaler (`minReplicaCount` in KEDA); `undefined` for other objects. */
export function boundPath(
  object: JsonObject,
  field: 'hpa.minReplicas' | 'hpa.maxReplicas',
): JsonPath | undefined {
  const name = field.slice('hpa.'.length)
  return isAutoscaler(object)
    ? ['spec', isScaledObject(object) ? name.replace('s', 'Count') : name]
    : undefined
}

/** All paths of fields in an autoscaler, for all API versions. */
export function autoscalerPlaces(object: JsonObject): readonly AutoscalerPlace[] {
  const bounds = (['hpa.minReplicas', 'hpa.maxReplicas'] as const).flatMap((field) => {
    const path = boundPath(object, field)
    return path === undefined ? [] : [{ field, path }]
  })
  if (isScaledObject(object)) return [...bounds, ...triggerTargets(object)]
  return [
    ...bounds,
    { field: 'hpa.target.cpu', path: ['spec', 'targetCPUUtilizationPercentage'] },
    ...metricTargets(object),
  ]
}

/** Utilisation targets of v2 (`target.averageUtilization`) and v2beta1 (`targetAverageUtilization`). */
function metricTargets(object: JsonObject): readonly AutoscalerPlace[] {
  return listOf(valueAt(object, ['spec', 'metrics'])).flatMap((metric, index): AutoscalerPlace[] => {
    const key = valueAt(metric, ['type']) === 'ContainerResource' ? 'containerResource' : 'resource'
    const name = valueAt(metric, [key, 'name'])
    if (name !== 'cpu' && name !== 'memory') return []
    const container = textOf(valueAt(metric, [key, 'container']))
    const legacy = valueAt(metric, [key, 'targetAverageUtilization']) !== undefined
    const inner = legacy ? ['targetAverageUtilization'] : ['target', 'averageUtilization']
    const owner = container === undefined ? {} : { container }
    return [{ field: `hpa.target.${name}`, path: ['spec', 'metrics', index, key, ...inner], ...owner }]
  })
}

/** Utilisation targets of KEDA's cpu and memory triggers: https://keda.sh/docs/latest/scalers/cpu/ */
function triggerTargets(object: JsonObject): readonly AutoscalerPlace[] {
  return triggersIn(object).flatMap((trigger, index): AutoscalerPlace[] => {
    const type = valueAt(trigger, ['type'])
    const metric = valueAt(trigger, ['metricType']) ?? valueAt(trigger, ['metadata', 'type'])
    if ((type !== 'cpu' && type !== 'memory') || metric !== 'Utilization') return []
    const container = textOf(valueAt(trigger, ['metadata', 'containerName']))
    const owner = container === undefined ? {} : { container }
    return [{ field: `hpa.target.${type}`, path: [...triggersPath, index, 'metadata', 'value'], ...owner }]
  })
}
