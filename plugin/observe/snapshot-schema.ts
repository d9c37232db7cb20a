import * as z from 'zod'
import { usageOrigins } from '../model/reading.ts'
import { scalingPolicies } from '../model/scaling-policy.ts'
import { surroundingsSchema } from './snapshot-surroundings-schema.ts'
import { containerSchema, nameSchema as name, replicasSchema } from './snapshot-usage-schema.ts'

/** The `kind` and the version of the format of a snapshot file. */
export const snapshotKind = 'TortoiseSnapshot'
/** Version of the format. */
export const snapshotVersion = 2
/** The version before, whose CPU has wider buckets below 196m. It is read too. */
export const formerVersion = 1

const utc = (what: string) => z.iso.datetime().describe(`${what}, ISO 8601 in UTC.`)
const count = (what: string) => z.int().min(0).describe(what)

const policySchema = z
  .object({
    container: name('Name of the container; left out for all containers.').exactOptional(),
    resource: z.enum(['cpu', 'memory']).describe('The scaled resource.'),
    policy: z.enum(scalingPolicies).describe('How it is scaled.').exactOptional(),
    minimum: z.number().min(0).describe('Smallest request, in millicores or bytes.').exactOptional(),
    maximum: z.number().min(0).describe('Largest request, in millicores or bytes.').exactOptional(),
    said: name('The object that sets the policy.'),
  })
  .readonly()
  .describe('Scaling policy of one resource.')

const workloadSchema = z
  .object({
    apiVersion: name('API version of the controller, for example `apps/v1`.'),
    kind: name('Kind of the controller.'),
    namespace: name('Namespace of the controller.'),
    name: name('Name of the controller.'),
  })
  .readonly()
  .describe('The observed controller.')

/** Usage and state of one workload. */
export const observationSchema = z
  .object({
    cluster: name('Name of the cluster in the settings.'),
    workload: workloadSchema,
    origin: z
      .enum(usageOrigins)
      .describe('The source of the usage data; left out when there is none.')
      .exactOptional(),
    window: z
      .object({ from: utc('Start'), to: utc('End') })
      .readonly()
      .describe('The observed time.'),
    days: z.number().min(0).describe('Days between the first and the last sample.'),
    coverage: z
      .number()
      .min(0)
      .max(1)
      .describe("Share of the window's slots with at least one sample, 0 to 1."),
    containers: z.array(containerSchema).readonly().describe('Usage by container.'),
    replicas: replicasSchema.exactOptional(),
    unhealthy: z
      .string()
      .describe(
        'Why the workload is skipped now (crash loop, rollout in progress, pods not ready); left out when it is healthy.',
      )
      .exactOptional(),
    surroundings: surroundingsSchema.exactOptional(),
    requested: z
      .object({
        cpu: z.number().min(0).describe('Millicores.'),
        memory: z.number().min(0).describe('Bytes.'),
      })
      .readonly()
      .describe('What its pods request in all.')
      .exactOptional(),
    rolledOutBy: z
      .string()
      .describe('The object that rolls it out, for example `HelmRelease shop/web`.')
      .exactOptional(),
    policies: z
      .array(policySchema)
      .readonly()
      .describe('Scaling policies of `kind: Tortoise` objects in the cluster.')
      .exactOptional(),
  })
  .readonly()
  .describe('Usage data of one workload.')

const costSchema = z
  .object({
    queries: count('Number of queries.'),
    series: count('Series in all responses.'),
    samples: count('Samples in all series.'),
    seconds: z.number().min(0).describe('Seconds spent on responses; parallel ones are added up.'),
    bytes: count('Bytes of all responses.'),
  })
  .readonly()
  .describe('Cost of the queries.')

const readingSchema = z
  .object({
    cluster: name('Name of the cluster in the settings.'),
    origin: z.enum(usageOrigins).describe('The source of usage data.'),
    workloads: count('Workloads with usage data from this source.'),
    dialect: z.string().describe('Metrics and labels that the source uses.').exactOptional(),
    cost: costSchema.exactOptional(),
  })
  .readonly()
  .describe('One source of usage data that was read.')

/** Usage of clusters, recorded so that it can be used without them. */
export const snapshotSchema = z
  .object({
    kind: z.literal(snapshotKind).describe('Marks the file as a snapshot.'),
    version: z
      .literal([formerVersion, snapshotVersion])
      .describe('Version of the format. Version 1 has wider buckets of CPU below 196 millicores.'),
    recordedAt: utc('Time of the recording'),
    readings: z
      .array(readingSchema)
      .readonly()
      .describe('The sources of usage data, and the cost of reading them.')
      .exactOptional(),
    observations: z.array(observationSchema).readonly().describe('Usage data, one entry per workload.'),
  })
  .readonly()
  .describe('Usage of workloads, recorded by `tortoise snapshot`.')
export type Snapshot = z.infer<typeof snapshotSchema>

/** The JSON Schema of a snapshot file. */
export const snapshotJsonSchema = () =>
  z.toJSONSchema(snapshotSchema, {
    // zod writes its `readonly` of types as `readOnly` of values, which means something else to readers of the schema.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly
    },
  })
