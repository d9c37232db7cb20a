import type { JsonObject } from '../model/json.ts'
import { listOf, textOf, valueAt } from '../model/json.ts'
import type { ManifestContainer } from '../model/manifest.ts'
import { identify, workloadsOf } from '../model/manifest.ts'
import { toBytes, toMillicores } from '../model/quantity.ts'
import { boundPath, isAutoscaler } from '../model/scaler.ts'
import { workloadLabel } from '../model/workload.ts'

type Resource = 'cpu' | 'memory'
const resources = ['cpu', 'memory'] as const

/** Why the API server would refuse sizes in the objects of a rendering: one sentence for each, without a full stop. */
export function refusedSizes(objects: readonly JsonObject[], namespace: string): readonly string[] {
  const ranges = objects.filter(({ kind }) => kind === 'LimitRange')
  const ofContainers = workloadsOf(objects, namespace).flatMap(({ workload, containers, operated }) =>
    operated
      ? []
      : containers.flatMap((container) => {
          const own = ranges.filter((range) => identify(range, namespace)?.namespace === workload.namespace)
          return containerProblems(container, own).map(
            (text) => `${workloadLabel(workload)} ${container.name}: ${text}`,
          )
        }),
  )
  return [
    ...ofContainers,
    ...objects.filter(isAutoscaler).flatMap((object) => autoscalerProblems(object, namespace)),
  ]
}

const read = (resource: Resource, text: string): number | undefined =>
  resource === 'cpu' ? toMillicores(text) : toBytes(text)

function containerProblems({ object }: ManifestContainer, ranges: readonly JsonObject[]): readonly string[] {
  return resources.flatMap((resource) => {
    const textAt = (part: string) => textOf(valueAt(object, ['resources', part, resource]))
    const [request, limit] = [textAt('requests'), textAt('limits')]
    const wrong = [request, limit].filter((text) => text !== undefined && read(resource, text) === undefined)
    if (wrong.length > 0) return wrong.map((text) => `${text} is not an amount of ${resource}`)
    const isBelow =
      request !== undefined &&
      limit !== undefined &&
      (read(resource, limit) ?? 0) < (read(resource, request) ?? 0)
    return [
      ...(isBelow ? [`the ${resource} limit ${limit} is below the request ${request}`] : []),
      ...ranges.flatMap((range) => outsideRange(range, { resource, request: request ?? limit, limit })),
    ]
  })
}

interface Sizes {
  readonly resource: Resource
  readonly request: string | undefined
  readonly limit: string | undefined
}

/** Bounds of containers in a LimitRange. https://kubernetes.io/docs/concepts/policy/limit-range/ */
function outsideRange(range: JsonObject, { resource, request, limit }: Sizes): readonly string[] {
  const name = textOf(valueAt(range, ['metadata', 'name'])) ?? ''
  return listOf(valueAt(range, ['spec', 'limits'])).flatMap((item) => {
    if (textOf(valueAt(item, ['type'])) !== 'Container') return []
    const bound = (aspect: 'min' | 'max') => textOf(valueAt(item, [aspect, resource]))
    const isOver = (text: string | undefined, most: string | undefined): boolean =>
      text !== undefined &&
      most !== undefined &&
      (read(resource, text) ?? 0) > (read(resource, most) ?? Number.POSITIVE_INFINITY)
    const [least, most] = [bound('min'), bound('max')]
    return [
      ...(isOver(limit, most)
        ? [`the ${resource} limit ${limit} is above ${most}, the maximum of LimitRange/${name}`]
        : []),
      ...(isOver(request, most)
        ? [`the ${resource} request ${request} is above ${most}, the maximum of LimitRange/${name}`]
        : []),
      ...(request !== undefined && isOver(least, request)
        ? [`the ${resource} request ${request} is below ${least}, the minimum of LimitRange/${name}`]
        : []),
    ]
  })
}

function autoscalerProblems(object: JsonObject, namespace: string): readonly string[] {
  const bound = (field: 'hpa.minReplicas' | 'hpa.maxReplicas'): number => {
    const path = boundPath(object, field)
    return Number((path && textOf(valueAt(object, path))) ?? Number.NaN)
  }
  const [least, most] = [bound('hpa.minReplicas'), bound('hpa.maxReplicas')]
  const identity = identify(object, namespace)
  return identity !== undefined && least > most
    ? [`${workloadLabel(identity)}: the maximum ${most} is below the minimum ${least}`]
    : []
}
