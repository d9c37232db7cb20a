import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'

/** So many pods, or percent of them, in so many seconds. */
export interface ScalingStep {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodSeconds: number
}

/** One direction of an HPA's behaviour. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds: number
  readonly policies: readonly ScalingStep[]
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled'
}

export interface Behavior {
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

/** What holds for the parts of a behaviour that are left out. One that says nothing at all follows the rules of `plain.ts`. */
export const defaultBehavior: Behavior = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    selectPolicy: 'Max',
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    selectPolicy: 'Max',
  },
}

/**
 * How an HPA (or KEDA's ScaledObject) says that it moves, with the API server's defaults for what it leaves out;
 * `undefined` where it says nothing, for then other rules hold.
 */
export function behaviorOf(object: JsonObject): Behavior | undefined {
  const given =
    valueAt(object, ['spec', 'behavior']) ??
    valueAt(object, ['spec', 'advanced', 'horizontalPodAutoscalerConfig', 'behavior'])
  if (!isJsonObject(given)) return undefined
  return {
    scaleUp: rulesOf(given['scaleUp'], defaultBehavior.scaleUp),
    scaleDown: rulesOf(given['scaleDown'], defaultBehavior.scaleDown),
  }
}

function rulesOf(given: Json | undefined, usual: ScalingRules): ScalingRules {
  if (!isJsonObject(given)) return usual
  const policies = listOf(given['policies']).flatMap(stepOf)
  const select = textOf(given['selectPolicy'])
  return {
    stabilizationWindowSeconds:
      numberOf(given['stabilizationWindowSeconds']) ?? usual.stabilizationWindowSeconds,
    policies: policies.length === 0 ? usual.policies : policies,
    selectPolicy: select === 'Min' || select === 'Disabled' ? select : 'Max',
  }
}

function stepOf(given: Json): readonly ScalingStep[] {
  const type = textOf(valueAt(given, ['type']))
  const [value, periodSeconds] = [
    numberOf(valueAt(given, ['value'])),
    numberOf(valueAt(given, ['periodSeconds'])),
  ]
  if ((type !== 'Pods' && type !== 'Percent') || value === undefined || periodSeconds === undefined) return []
  return [{ type, value, periodSeconds }]
}

const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined
