import { z } from 'zod'
import { scalingPolicies } from '../plugin/model/scaling-policy.ts'
import { clusterSchema } from './clusters.ts'
import { serveSchema } from './daemon.ts'
import { deliverSchema } from './deliver.ts'
import { recommendSchema } from './recommend.ts'
import { repositoryPath } from './shared-schemas.ts'

const sourceSchema = z
  .strictObject({
    path: repositoryPath.describe(
      'Directory of a kustomization, a chart, or plain manifests, from the root of the repository.',
    ),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the cluster it is rolled out to. Needed when more than one cluster is named.'),
    namespace: z
      .string()
      .min(1)
      .optional()
      .describe('Namespace of objects that name none; also the namespace of a Helm release.'),
    release: z.string().min(1).optional().describe("Helm release name. Default: the chart's directory name."),
    values: z.array(repositoryPath).default([]).describe('Values files of a chart, weakest first.'),
    kubeVersion: z.string().optional().describe('Kubernetes version that a chart is rendered for.'),
    apiVersions: z.array(z.string()).optional().describe('API versions that a chart may assume.'),
    overlay: z
      .boolean()
      .optional()
      .describe(
        'It is rolled out through the Argo CD plugin or the post-renderer: what no line of it decides is committed to `.tortoise` and laid over.',
      ),
  })
  .describe('One renderable root: what Argo CD or Flux would render.')

const matchSchema = z
  .strictObject({
    cluster: z.string().optional().describe('Cluster name.'),
    namespace: z.string().optional().describe('Namespace.'),
    workload: z
      .string()
      .regex(/^[^/]+\/[^/]+$/, 'must be Kind/name')
      .optional()
      .describe('`Kind/name`.'),
    container: z.string().optional().describe('Container name.'),
  })
  .describe('What the rule is about; every part that is given must match.')

const ruleSchema = z
  .strictObject({
    match: matchSchema,
    cpu: z
      .enum(scalingPolicies)
      .optional()
      .describe(
        'How CPU is scaled: by the number of pods, by their size, not at all, or (On) as its HPA has it.',
      ),
    memory: z.enum(scalingPolicies).optional().describe('The same for memory.'),
    delivery: z
      .enum(['report', 'direct', 'pull-request', 'auto-merge'])
      .optional()
      .describe(
        'What becomes of changes of these workloads: reported only; or, where `deliver.mode` is `direct` or `pull-request`, the other one of both. `auto-merge` is a pull request that merges by itself, within the limits of `autoMerge`; `pull-request` never does.',
      ),
  })
  .describe('An exception. Of several rules that match, the last one wins.')

/** Everything that users write in `tortoise.yaml`, with every default and description. */
export const settingsSchema = z
  .strictObject({
    sources: z.array(sourceSchema).default([]).describe('What is rolled out from this repository.'),
    clusters: z.array(clusterSchema).default([]).describe('Where it runs and where its usage is recorded.'),
    history: z
      .strictObject({
        days: z.number().int().min(1).max(28).default(14).describe('Days of usage to read.'),
        stepSeconds: z.number().int().min(30).max(3600).default(300).describe('Seconds between samples.'),
      })
      .prefault({})
      .describe('The window that is looked at.'),
    recommend: recommendSchema.prefault({}),
    prices: z
      .strictObject({
        coreHour: z.number().min(0).default(0.03).describe('Price of one requested core for an hour.'),
        gibibyteHour: z
          .number()
          .min(0)
          .default(0.004)
          .describe('Price of one requested GiB of memory for an hour.'),
        currency: z.string().min(1).default('USD').describe('What prices are in; printed beside costs.'),
      })
      .prefault({})
      .describe('What requests cost, for reports and backtests.'),
    rules: z.array(ruleSchema).default([]).describe('Exceptions for some workloads.'),
    edit: z
      .strictObject({
        allowShared: z
          .boolean()
          .default(false)
          .describe('Edit a value that several sources share, instead of overriding it in the one at hand.'),
      })
      .prefault({})
      .describe('What may be edited.'),
    deliver: deliverSchema.prefault({}),
    serve: serveSchema.prefault({}),
    programs: z
      .strictObject({
        kustomize: z.string().optional().describe('Path of kustomize.'),
        kubectl: z.string().optional().describe('Path of kubectl, used where kustomize is missing.'),
        helm: z.string().optional().describe('Path of Helm 3 or 4.'),
        timeoutSeconds: z
          .number()
          .min(1)
          .max(600)
          .default(60)
          .describe('Time that one rendering may take, in seconds.'),
      })
      .prefault({})
      .describe('Programs to use instead of those on PATH, and how long they may run.'),
  })
  .describe('Settings of GitOps Tortoise.')

export type Settings = z.infer<typeof settingsSchema>
export type SourceSettings = Settings['sources'][number]
export type ClusterSettings = Settings['clusters'][number]

/** The JSON Schema of `tortoise.yaml`, for editors. */
export const settingsJsonSchema = (): object => z.toJSONSchema(settingsSchema, { io: 'input' })
