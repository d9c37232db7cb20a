import * as z from 'zod'
import { nameSchema as name } from './snapshot-usage-schema.ts'

const amounts = (what: string) => z.record(z.string(), z.string()).readonly().describe(what)
const said = name('The object, for people.')

const targetSchema = z
  .object({
    resource: z.enum(['cpu', 'memory']).describe('The resource.'),
    container: name('The container that a ContainerResource metric names.').exactOptional(),
    utilization: z.number().describe('Percent of the request.'),
  })
  .readonly()

const scalerSchema = z
  .object({
    said,
    autoscaler: z
      .object({
        minReplicas: z.number().exactOptional(),
        maxReplicas: z.number().exactOptional(),
        targets: z.array(targetSchema).readonly().describe('Its utilisation targets.'),
      })
      .readonly()
      .describe('Its bounds and targets.'),
  })
  .readonly()
  .describe('A HorizontalPodAutoscaler or ScaledObject.')

const verticalSchema = z
  .object({
    said,
    mode: z.string().describe('Any mode but `Off` changes pods.'),
    policies: z
      .array(
        z
          .object({
            container: name('The container; `*` for all others.'),
            isOff: z.boolean().describe('Whether it leaves the container as it is.'),
            resources: z
              .array(z.enum(['cpu', 'memory']))
              .readonly()
              .describe('What it sets.'),
            minimum: amounts('Smallest requests, by resource.'),
            maximum: amounts('Largest requests, by resource.'),
          })
          .readonly(),
      )
      .readonly()
      .describe('What it may do to each container.'),
  })
  .readonly()
  .describe('A VerticalPodAutoscaler.')

/** What bounds or writes the values of a workload in its cluster. */
export const surroundingsSchema = z
  .object({
    scalers: z.array(scalerSchema).readonly().describe('Autoscalers of the workload.'),
    verticals: z.array(verticalSchema).readonly().describe('Vertical autoscalers of the workload.'),
    ranges: z
      .array(z.object({ said, bounds: amounts('Bounds by `Container.max.memory` and the like.') }).readonly())
      .readonly()
      .describe('LimitRanges of the namespace.'),
    quotas: z
      .array(
        z
          .object({ said, hard: amounts('What the namespace may use.'), used: amounts('What it uses.') })
          .readonly(),
      )
      .readonly()
      .describe('ResourceQuotas of the namespace.'),
    budgets: z
      .array(
        z
          .object({ said, minAvailable: z.string().describe('A number of pods, or a share of them.') })
          .readonly(),
      )
      .readonly()
      .describe('PodDisruptionBudgets of the workload.'),
    nodes: z
      .array(
        z
          .object({
            said,
            cpu: z.number().min(0).describe('Millicores.'),
            memory: z.number().min(0).describe('Bytes.'),
          })
          .readonly(),
      )
      .readonly()
      .describe('The largest nodes on which its pods may run, without what DaemonSets request there.')
      .exactOptional(),
    unread: z
      .array(z.string())
      .readonly()
      .describe('What could not be read of the cluster, as sentences.')
      .exactOptional(),
  })
  .readonly()
  .describe('What bounds or writes the values of the workload in its cluster.')
