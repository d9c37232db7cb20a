import { autoscalerOfObject } from './declared.ts'
import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import { identify } from './manifest.ts'
import { isAutoscaler, scaleTarget } from './scaler.ts'
import type { Budget, OtherScaler, Quota, RangeBounds, Vertical, VerticalPolicy } from './surroundings.ts'
import { type Workload, workloadKey } from './workload.ts'

/** The objects of a rendering that bound or write values of workloads. */
export interface SurroundingObjects {
  /** By the key of the workload. */
  readonly scalers: readonly (readonly [string, OtherScaler])[]
  readonly verticals: readonly (readonly [string, Vertical])[]
  /** By namespace. */
  readonly ranges: readonly (readonly [string, RangeBounds])[]
  readonly quotas: readonly (readonly [string, Quota])[]
  readonly budgets: readonly (readonly [
    string,
    Budget & { readonly labels: Readonly<Record<string, string>> },
  ])[]
}

type Reader<T> = (object: JsonObject, identity: Workload, said: string) => readonly (readonly [string, T])[]

/** Finds the objects that bound or write values. `where` follows their names: ` of the source apps/web`. */
export function surroundingObjects(
  objects: readonly JsonObject[],
  namespace: string,
  where = '',
): SurroundingObjects {
  const all = objects.flatMap((object) => {
    const identity = identify(object, namespace)
    return identity === undefined
      ? []
      : [{ object, identity, said: `${identity.kind}/${identity.name}${where}` }]
  })
  const found = <T>(read: Reader<T>) =>
    all.flatMap(({ object, identity, said }) => read(object, identity, said))
  return {
    scalers: found(scaler),
    verticals: found(vertical),
    ranges: found(range),
    quotas: found(quota),
    budgets: found(budget),
  }
}

const scaler: Reader<OtherScaler> = (object, { namespace }, said) => {
  const target = isAutoscaler(object) ? scaleTarget(object, namespace) : undefined
  return target === undefined
    ? []
    : [[workloadKey(target), { said, autoscaler: autoscalerOfObject(object, namespace) }]]
}

const vertical: Reader<Vertical> = (object, { kind, namespace }, said) => {
  const target = valueAt(object, ['spec', 'targetRef'])
  const [targetKind, name] = [textOf(valueAt(target, ['kind'])), textOf(valueAt(target, ['name']))]
  if (kind !== 'VerticalPodAutoscaler' || targetKind === undefined || name === undefined) return []
  const mode = textOf(valueAt(object, ['spec', 'updatePolicy', 'updateMode'])) ?? 'Auto'
  const policies = listOf(valueAt(object, ['spec', 'resourcePolicy', 'containerPolicies'])).map(
    verticalPolicy,
  )
  return [[workloadKey({ kind: targetKind, namespace, name }), { said, mode, policies }]]
}

const bothResources = ['cpu', 'memory'] as const

/** A policy of one container. https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/api.md */
export function verticalPolicy(policy: Json): VerticalPolicy {
  const given = valueAt(policy, ['controlledResources'])
  const controlled = listOf(given).map((one) => textOf(one))
  return {
    container: textOf(valueAt(policy, ['containerName'])) ?? '*',
    isOff: textOf(valueAt(policy, ['mode'])) === 'Off',
    resources: given === undefined ? bothResources : bothResources.filter((one) => controlled.includes(one)),
    minimum: quantities(valueAt(policy, ['minAllowed'])),
    maximum: quantities(valueAt(policy, ['maxAllowed'])),
  }
}

const range: Reader<RangeBounds> = (object, { kind, namespace }, said) => {
  if (kind !== 'LimitRange') return []
  const bounds = listOf(valueAt(object, ['spec', 'limits'])).flatMap((limit) => {
    const type = textOf(valueAt(limit, ['type'])) ?? ''
    return (['min', 'max', 'maxLimitRequestRatio'] as const).flatMap((aspect) =>
      Object.entries(quantities(valueAt(limit, [aspect]))).map(([what, value]) => [
        `${type}.${aspect}.${what}`,
        value,
      ]),
    )
  })
  return [[namespace, { said, bounds: Object.fromEntries(bounds) }]]
}

const quota: Reader<Quota> = (object, { kind, namespace }, said) =>
  kind === 'ResourceQuota'
    ? [[namespace, { said, hard: quantities(valueAt(object, ['spec', 'hard'])), used: {} }]]
    : []

const budget: Reader<Budget & { readonly labels: Readonly<Record<string, string>> }> = (
  object,
  identity,
  said,
) => {
  const minAvailable = textOf(valueAt(object, ['spec', 'minAvailable']))
  const labels = quantities(valueAt(object, ['spec', 'selector', 'matchLabels']))
  if (
    identity.kind !== 'PodDisruptionBudget' ||
    minAvailable === undefined ||
    Object.keys(labels).length === 0
  )
    return []
  return [[identity.namespace, { said, minAvailable, labels }]]
}

function quantities(value: Json | undefined): Readonly<Record<string, string>> {
  if (!isJsonObject(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const text = textOf(one)
      return text === undefined ? [] : [[name, text] as const]
    }),
  )
}
