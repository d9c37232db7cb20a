import * as z from 'zod'
import type { JsonObject } from '../../model/json.ts'
import { tortoisePolicies } from '../../model/scaling-policy.ts'
import { verticalPolicy } from '../../model/surrounding-objects.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import type { LiveAutoscaler, LiveMetric, LiveTortoise, LiveVertical } from './live.ts'
import { conditionSchema } from './stuck-rollout.ts'

const metadata = z.object({ name: z.string(), namespace: z.string().default('default') })
const scalar = z.union([z.string(), z.number()]).transform(String)
const target = z.object({
  averageUtilization: z.number().optional(),
  averageValue: scalar.optional(),
  value: scalar.optional(),
})
const resource = z.object({ name: z.string(), container: z.string().optional(), target }).optional()
const metric = z.object({ metric: z.object({ name: z.string() }), target }).optional()
const reference = z.object({ kind: z.string().optional(), name: z.string() })

export const horizontalSchema = z.object({
  metadata: metadata.extend({
    ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
  }),
  spec: z.object({
    scaleTargetRef: reference,
    minReplicas: z.number().default(1),
    maxReplicas: z.number(),
    metrics: z
      .array(
        z.object({
          type: z.enum(['Resource', 'ContainerResource', 'Pods', 'Object', 'External']),
          resource,
          containerResource: resource,
          pods: metric,
          object: metric,
          external: metric,
        }),
      )
      .default([]),
  }),
  status: z.object({ conditions: z.array(conditionSchema).nullish().catch(null) }).optional(),
})

export const scaledObjectSchema = z.object({
  metadata,
  spec: z.object({
    scaleTargetRef: reference,
    minReplicaCount: z.number().default(0),
    maxReplicaCount: z.number().default(100),
    triggers: z
      .array(
        z.object({
          type: z.string(),
          metricType: z.string().optional(),
          metadata: z.record(z.string(), scalar).default({}),
        }),
      )
      .default([]),
  }),
})

const amounts = z.record(z.string(), scalar)

export const verticalSchema = z.object({
  metadata: metadata.extend({ creationTimestamp: z.string().optional() }),
  spec: z.object({
    targetRef: reference,
    updatePolicy: z.object({ updateMode: z.string().optional() }).nullish(),
    // Read from the raw object, as for manifests in a repository.
    resourcePolicy: z.looseObject({ containerPolicies: z.array(z.looseObject({})).optional() }).nullish(),
  }),
  status: z
    .object({
      recommendation: z
        .object({
          containerRecommendations: z
            .array(
              z.object({ containerName: z.string(), target: amounts, uncappedTarget: amounts.optional() }),
            )
            .optional(),
        })
        .nullish(),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string().optional() }))
        .optional(),
    })
    .optional(),
})

export const tortoiseSchema = z.object({
  metadata,
  // Policies are read from the raw object, as for manifests in a repository.
  spec: z.looseObject({ targetRefs: z.looseObject({ scaleTargetRef: reference }) }),
})

const keyOf = (namespace: string, { kind = 'Deployment', name }: z.infer<typeof reference>): string =>
  workloadKey({ kind, namespace, name } satisfies Omit<Workload, 'apiVersion'>)

function targetOf(from: z.infer<typeof target> | undefined): LiveMetric['target'] {
  if (from?.averageUtilization !== undefined)
    return { kind: 'Utilization', value: String(from.averageUtilization) }
  if (from?.averageValue !== undefined) return { kind: 'AverageValue', value: from.averageValue }
  return from?.value === undefined ? { kind: 'unknown', value: '' } : { kind: 'Value', value: from.value }
}

/** Autoscalers by the key of the workload that they scale. KEDA creates an HPA for each ScaledObject; only the ScaledObject is returned. */
export const autoscalersByWorkload = (
  horizontal: readonly z.infer<typeof horizontalSchema>[],
  scaled: readonly z.infer<typeof scaledObjectSchema>[],
): ReadonlyMap<string, LiveAutoscaler> =>
  new Map([
    ...horizontal.map(
      (one) => [keyOf(one.metadata.namespace, one.spec.scaleTargetRef), liveHpa(one)] as const,
    ),
    ...scaled.map(
      (one) => [keyOf(one.metadata.namespace, one.spec.scaleTargetRef), liveScaledObject(one)] as const,
    ),
  ])

/** Longest part of a message that is kept. */
const longestMessage = 200

/** Why an HPA scales nothing, as a clause; `undefined` when it has metrics. */
function withoutMetrics({
  metadata: { name },
  status,
}: z.infer<typeof horizontalSchema>): string | undefined {
  const failed = status?.conditions?.find(
    ({ type, status, reason = '' }) =>
      type === 'ScalingActive' && status === 'False' && reason.startsWith('FailedGet'),
  )
  return failed === undefined
    ? undefined
    : `HorizontalPodAutoscaler/${name} has no metrics, so it does not scale (${failed.reason}: ${failed.message.slice(0, longestMessage)})`
}

function liveHpa(hpa: z.infer<typeof horizontalSchema>): LiveAutoscaler {
  const { metadata, spec } = hpa
  const inactive = withoutMetrics(hpa)
  const { minReplicas, maxReplicas } = spec
  const metrics = spec.metrics.map((one): LiveMetric => {
    const own = one.resource ?? one.containerResource
    const other = one.pods ?? one.object ?? one.external
    const container = own?.container === undefined ? {} : { container: own.container }
    const metricName = own?.name ?? other?.metric.name ?? ''
    return { type: one.type, name: metricName, ...container, target: targetOf((own ?? other)?.target) }
  })
  return {
    kind: 'HorizontalPodAutoscaler',
    name: metadata.name,
    minReplicas,
    maxReplicas,
    metrics,
    ...(inactive === undefined ? {} : { inactive }),
  }
}

function liveScaledObject({ metadata: { name }, spec }: z.infer<typeof scaledObjectSchema>): LiveAutoscaler {
  const { minReplicaCount: minReplicas, maxReplicaCount: maxReplicas } = spec
  const metrics = spec.triggers.map(({ type, metricType, metadata: given }): LiveMetric => {
    const kind = metricType === 'Utilization' || metricType === 'AverageValue' ? metricType : 'unknown'
    return {
      type: 'Trigger',
      name: type,
      target: { kind, value: given['value'] ?? given['threshold'] ?? '' },
    }
  })
  return { kind: 'ScaledObject', name, minReplicas, maxReplicas, metrics }
}

/** Vertical autoscalers by the key of their workload. */
export const verticalsByWorkload = (
  verticals: readonly z.infer<typeof verticalSchema>[],
): ReadonlyMap<string, LiveVertical> =>
  new Map(
    verticals.map(({ metadata, spec, status }) => {
      const recommended = status?.recommendation?.containerRecommendations ?? []
      const provided = status?.conditions?.find(({ type }) => type === 'RecommendationProvided')
      const since = provided?.status === 'True' ? provided.lastTransitionTime : metadata.creationTimestamp
      const vertical: LiveVertical = {
        name: metadata.name,
        mode: spec.updatePolicy?.updateMode ?? 'Auto',
        target: Object.fromEntries(recommended.map((one) => [one.containerName, one.target])),
        uncapped: Object.fromEntries(
          recommended.map((one) => [one.containerName, one.uncappedTarget ?? one.target]),
        ),
        policies: (spec.resourcePolicy?.containerPolicies ?? []).map((one) =>
          verticalPolicy(one as JsonObject),
        ),
        ...(since === undefined ? {} : { since }),
      }
      return [keyOf(metadata.namespace, spec.targetRef), vertical]
    }),
  )

/** Objects of Mercari's Tortoise by the key of their workload. */
export const tortoisesByWorkload = (
  tortoises: readonly z.infer<typeof tortoiseSchema>[],
): ReadonlyMap<string, LiveTortoise> =>
  new Map(
    tortoises.map((one) => [
      keyOf(one.metadata.namespace, one.spec.targetRefs.scaleTargetRef),
      { name: one.metadata.name, policies: tortoisePolicies(one as JsonObject, ' in the cluster') },
    ]),
  )
