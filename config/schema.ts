import { z } from 'zod'
import { scalingPolicies } from '../plugin/model/scaling-policy.ts'
import { chartsSchema } from './charts.ts'
import { clusterSchema } from './clusters.ts'
import { serveSchema } from './daemon.ts'
import { deliverSchema } from './deliver.ts'
import { forEditors } from './editor-schema.ts'
import { eventsSchema } from './events.ts'
import { healthSchema } from './health.ts'
import { matchSchema } from './match.ts'
import { notifySchema } from './notify.ts'
import type { DeniedSetting, PlacedSetting } from './placed-settings.ts'
import { loginSchema, programsSchema, sandboxSchema } from './programs.ts'
import { recommendSchema } from './recommend.ts'
import { amountsSchema, editorSchema, repositoryPath } from './shared-schemas.ts'
import { storageSchema } from './storage.ts'

const sourceSchema = z
  .strictObject({
    path: repositoryPath.describe(
      'Directory of a kustomization, a chart or plain manifests, or a file with an Application, ApplicationSet, Flux Kustomization, HelmRelease or helmfile, relative to the root of the repository. A bootstrap file is allowed too, such as the root Application of an app of apps: what it deploys, and what that deploys, is part of the source.',
    ),
    cluster: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the cluster that it is rolled out to. Required when there are several clusters.'),
    namespace: z
      .string()
      .min(1)
      .optional()
      .describe('Namespace of objects without one, and namespace of a Helm release.'),
    release: z.string().min(1).optional().describe("Helm release name. Default: the chart's directory name."),
    values: z.array(repositoryPath).default([]).describe('Values files of a chart; later files win.'),
    kubeVersion: z.string().optional().describe('Kubernetes version for rendering a chart.'),
    apiVersions: z.array(z.string()).optional().describe('API versions for rendering a chart.'),
    loadRestrictor: z
      .enum(['LoadRestrictionsNone', 'LoadRestrictionsRootOnly'])
      .optional()
      .describe(
        'Whether its kustomizations may read files above their directory, as with the flag `--load-restrictor` of kustomize. Kustomizations of Flux always may. No file outside the repository is read.',
      ),
    overlay: z
      .boolean()
      .optional()
      .describe(
        'The source is rolled out with the Argo CD plugin or the post-renderer. Values without a source line are committed to `.tortoise`, and these apply them.',
      ),
  })
  .describe('One source: a directory that Argo CD or Flux would render.')

const ruleSchema = z
  .strictObject({
    match: matchSchema,
    cpu: z
      .enum(scalingPolicies)
      .optional()
      .describe(
        'How CPU is scaled: by the number of pods (Horizontal), by their size (Vertical), not at all (Off), or as the HPA does (On).',
      ),
    memory: z.enum(scalingPolicies).optional().describe('How memory is scaled.'),
    minimum: amountsSchema.optional().describe('Smallest requests. A smaller one is raised to it.'),
    maximum: amountsSchema
      .optional()
      .describe('Largest requests. Nothing is requested above it, not even after an OOM kill.'),
    delivery: z
      .enum(['report', 'direct', 'pull-request', 'auto-merge'])
      .optional()
      .describe(
        'How changes of these workloads are delivered. `report` only reports them. With `deliver.mode` `direct` or `pull-request`, a rule can choose the other one. `auto-merge` is a pull request that merges automatically within the limits of `autoMerge`; `pull-request` never does.',
      ),
  })
  .describe('An exception for some workloads. Of several matching rules, the last one wins.')

/** The settings in `tortoise.yaml`, with all defaults and descriptions. */
export const settingsSchema = z
  .strictObject({
    $schema: editorSchema,
    sources: z
      .array(sourceSchema)
      .default([])
      .describe('The sources that are rolled out from this repository.'),
    clusters: z
      .array(clusterSchema)
      .default([])
      .describe('The clusters that sources are rolled out to, with their usage data.'),
    history: z
      .strictObject({
        days: z.number().int().min(1).max(28).default(14).describe('Days of usage to read.'),
        stepSeconds: z.number().int().min(30).max(3600).default(300).describe('Seconds between samples.'),
      })
      .prefault({})
      .describe('The window of usage data.'),
    recommend: recommendSchema.prefault({}),
    health: healthSchema.prefault({}),
    prices: z
      .strictObject({
        coreHour: z.number().min(0).default(0.03).describe('Price of one requested core for an hour.'),
        gibibyteHour: z
          .number()
          .min(0)
          .default(0.004)
          .describe('Price of one requested GiB of memory for an hour.'),
        currency: z.string().min(1).default('USD').describe('Currency of prices, printed with costs.'),
      })
      .prefault({})
      .describe('Prices of requests, for reports and backtests.'),
    events: eventsSchema.default([]),
    rules: z.array(ruleSchema).default([]).describe('Exceptions for some workloads.'),
    edit: z
      .strictObject({
        allowShared: z
          .boolean()
          .default(false)
          .describe(
            'Edits a source line that other sources also read, instead of adding an override for one source.',
          ),
        allowTemplates: z
          .boolean()
          .default(false)
          .describe(
            'Edits a size that is hard-coded in the template of a chart in this repository, where no value of the chart and no override sets it. Later runs do not recognise such a change in the history of Git, so no rest period follows it.',
          ),
        copyLists: z
          .boolean()
          .default(false)
          .describe(
            'Overrides a value in a list of values by a copy of the whole list, since Helm replaces lists. Later changes of the original list no longer reach the source.',
          ),
      })
      .prefault({})
      .describe('Which source lines are edited.'),
    deliver: deliverSchema.prefault({}),
    serve: serveSchema.prefault({}),
    charts: chartsSchema.prefault({}),
    storage: storageSchema.optional(),
    notify: notifySchema.optional(),
    programs: programsSchema.prefault({}),
    sandbox: sandboxSchema.default('preferred'),
    kubernetes: loginSchema.prefault({}),
  })
  .describe('Settings of GitOps Tortoise.')

/** All settings of a run, with their defaults. */
export interface Settings extends z.infer<typeof settingsSchema> {
  /** The directory of the reviewed repository: nothing in it is a program or a credential. */
  readonly repository?: string
  /** Operator settings that are in use. */
  readonly operated?: readonly PlacedSetting[]
  /** Operator settings that are left out. A command that needs one of them stops. */
  readonly denied?: readonly DeniedSetting[]
}
export type SourceSettings = Settings['sources'][number]
export type ClusterSettings = Settings['clusters'][number]

/** The JSON Schema of `tortoise.yaml`, for editors. */
export const settingsJsonSchema = (): object => forEditors(z.toJSONSchema(settingsSchema, { io: 'input' }))
