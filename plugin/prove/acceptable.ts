import type { JsonObject } from '../model/json.ts'
import { textOf, valueAt } from '../model/json.ts'
import type { ManifestContainer } from '../model/manifest.ts'
import { identify, workloadsOf } from '../model/manifest.ts'
import { toAmount } from '../model/quantity.ts'
import { boundPath, isAutoscaler, triggersIn } from '../model/scaler.ts'
import { surroundingObjects } from '../model/surrounding-objects.ts'
import type { RangeBounds } from '../model/surroundings.ts'
import { workloadLabel } from '../model/workload.ts'

type Resource = 'cpu' | 'memory'
const resources = ['cpu', 'memory'] as const

/** Why the API server would refuse sizes in the objects of a rendering: one sentence for each, without a full stop. */
export function refusedSizes(objects: readonly JsonObject[], namespace: string): readonly string[] {
  const { ranges } = surroundingObjects(objects, namespace)
  const ofContainers = workloadsOf(objects, namespace).flatMap(({ workload, containers, operated }) =>
    operated
      ? []
      : containers.flatMap((container) => {
          const own = ranges.flatMap(([space, range]) => (space === workload.namespace ? [range] : []))
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

function containerProblems({ object }: ManifestContainer, ranges: readonly RangeBounds[]): readonly string[] {
  return resources.flatMap((resource) => {
    const textAt = (part: string) => textOf(valueAt(object, ['resources', part, resource]))
    const [request, limit] = [textAt('requests'), textAt('limits')]
    const wrong = [request, limit].filter(
      (text) => text !== undefined && toAmount(resource, text) === undefined,
    )
    if (wrong.length > 0) return wrong.map((text) => `${text} is not an amount of ${resource}`)
    const isBelow =
      request !== undefined &&
      limit !== undefined &&
      (toAmount(resource, limit) ?? 0) < (toAmount(resource, request) ?? 0)
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
function outsideRange({ said, bounds }: RangeBounds, { resource, request, limit }: Sizes): readonly string[] {
  const bound = (aspect: 'min' | 'max'): string => bounds[`Container.${aspect}.${resource}`] ?? ''
  const [least, most] = [bound('min'), bound('max')]
  const amount = (text = ''): number => toAmount(resource, text) ?? Number.NaN
  return [
    ...(amount(limit) > amount(most)
      ? [`the ${resource} limit ${limit} is above ${most}, the maximum of ${said}`]
      : []),
    ...(amount(request) > amount(most)
      ? [`the ${resource} request ${request} is above ${most}, the maximum of ${said}`]
      : []),
    ...(amount(request) < amount(least)
      ? [`the ${resource} request ${request} is below ${least}, the minimum of ${said}`]
      : []),
  ]
}

interface Sizes {
  readonly resource: Resource
  readonly request: string | undefined
  readonly limit: string | undefined
}

function autoscalerProblems(object: JsonObject, namespace: string): readonly string[] {
  const bound = (field: 'hpa.minReplicas' | 'hpa.maxReplicas'): number => {
    const path = boundPath(object, field)
    return Number((path && textOf(valueAt(object, path))) ?? Number.NaN)
  }
  const [least, most] = [bound('hpa.minReplicas'), bound('hpa.maxReplicas')]
  const identity = identify(object, namespace)
  if (identity === undefined) return []
  const bounds = least > most ? [`the maximum ${most} is below the minimum ${least}`] : []
  return [...bounds, ...triggerProblems(object)].map((text) => `${workloadLabel(identity)}: ${text}`)
}

/** What KEDA refuses of triggers: https://keda.sh/docs/latest/reference/scaledobject-spec/#triggers */
function triggerProblems(object: JsonObject): readonly string[] {
  const triggers = triggersIn(object)
  const names = triggers.flatMap((one) => textOf(valueAt(one, ['name'])) ?? [])
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined ? [] : [`two triggers have the name ${twice}`]
}
