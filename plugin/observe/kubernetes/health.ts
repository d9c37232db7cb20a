import * as z from 'zod'
import { placementSchema } from './nodes.ts'
import { conditionSchema, type Hindrance, stuckRollout } from './stuck-rollout.ts'

/** The parts of a controller object that show its health. Status fields are missing until the controller writes them. */
export const controllerSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default('default'),
    generation: z.number().optional(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
  }),
  spec: z
    .object({
      replicas: z.number().optional(),
      template: z
        .object({
          metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }).nullish(),
          spec: placementSchema.nullish(),
        })
        .nullish(),
      updateStrategy: z
        .object({
          type: z.string().optional(),
          rollingUpdate: z.object({ partition: z.number().optional() }).nullish(),
        })
        .optional(),
    })
    .optional(),
  status: z
    .object({
      // Argo Rollouts writes it as a string.
      observedGeneration: z.coerce.number().optional(),
      replicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      updatedReplicas: z.number().optional(),
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
      desiredNumberScheduled: z.number().optional(),
      updatedNumberScheduled: z.number().optional(),
      numberReady: z.number().optional(),
      phase: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(conditionSchema).nullish().catch(null),
    })
    .optional(),
})
export type Controller = z.infer<typeof controllerSchema>

/** The number of pods that a controller wants, and of those that are ready and updated. */
export interface PodCounts {
  readonly replicas: number
  readonly ready: number
  readonly updated: number
}

/** The pod counts of a controller; `undefined` for kinds without them, such as CronJobs. */
export function podCounts(kind: string, { spec, status = {} }: Controller): PodCounts | undefined {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
    case 'Rollout':
      return {
        replicas: spec?.replicas ?? 1,
        ready: status.readyReplicas ?? 0,
        updated: status.updatedReplicas ?? 0,
      }
    case 'DaemonSet':
      return {
        replicas: status.desiredNumberScheduled ?? 0,
        ready: status.numberReady ?? 0,
        updated: status.updatedNumberScheduled ?? 0,
      }
    default:
      return undefined
  }
}

/** Share of pods that may be unavailable: in a large workload some pod is always being replaced. */
const unavailableShare = 0.1

/**
 * Why a workload is skipped now; `undefined` when it is healthy. The rules are those
 * of `kubectl rollout status`: https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 */
export function unhealthyReason(
  kind: string,
  controller: Controller,
  hindrance: Hindrance = {},
): string | undefined {
  const counts = podCounts(kind, controller)
  if (counts === undefined) return undefined
  const { metadata, status = {} } = controller
  const { replicas, ready } = counts
  const stuck = stuckRollout(status, counts, hindrance)
  if (stuck !== undefined) return stuck
  if (status.phase === 'Degraded') return 'its rollout is degraded'
  if (kind !== 'Rollout' && (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    return 'a rollout is in progress (its controller has not observed the last change yet)'
  }
  const rollout = rolloutReason(kind, controller, counts)
  if (rollout !== undefined) return rollout
  const unavailable = replicas - ready
  return unavailable > Math.floor(replicas * unavailableShare)
    ? `${unavailable} of ${replicas} pods are not ready`
    : undefined
}

function rolloutReason(
  kind: string,
  { spec, status = {} }: Controller,
  counts: PodCounts,
): string | undefined {
  const { replicas, updated } = counts
  const progress = `a rollout is in progress (${updated} of ${replicas} pods are updated)`
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {}
  // With OnDelete and with a partition, the owner wants pods of an old revision.
  const keepsOldPods = type === 'OnDelete' || (rollingUpdate?.partition ?? 0) > 0
  switch (kind) {
    case 'Deployment':
      if ((status.replicas ?? 0) > updated) return progress
      return updated < replicas ? progress : undefined
    case 'Rollout':
      return status.phase === 'Progressing' || status.phase === 'Paused' ? progress : undefined
    case 'StatefulSet':
      return !keepsOldPods && status.updateRevision !== status.currentRevision ? progress : undefined
    case 'DaemonSet':
      return !keepsOldPods && updated < replicas ? progress : undefined
    default:
      return undefined
  }
}
