import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'

/** A scaling policy: the number of pods, or the percentage of them, that may change in a period. */
export interface ScalingStep {
  readonly type: 'Pods' | 'Percent'
  readonly value: number
  readonly periodSeconds: number
}

/** The behaviour of an HPA in one direction. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds: number
  readonly policies: readonly ScalingStep[]
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled'
}

/** The `behavior` of an HPA. */
export interface Behavior {
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

/** The API server's defaults for parts of a behaviour that are left out. An HPA without any behaviour follows other rules. */
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
 * The behaviour of an HPA or of KEDA's ScaledObject, with the API server's defaults for the parts that are left out.
 * `undefined` without a behaviour, because other rules apply then.
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

function rulesOf(given: Json | undefined, defaults: ScalingRules): ScalingRules {
  if (!isJsonObject(given)) return defaults
  const policies = listOf(given['policies']).flatMap(stepOf)
  const select = textOf(given['selectPolicy'])
  return {
    stabilizationWindowSeconds:
      numberOf(given['stabilizationWindowSeconds']) ?? defaults.stabilizationWindowSeconds,
    policies: policies.length === 0 ? defaults.policies : policies,
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
