import { z } from 'zod'
import { chartsSchema } from './charts.ts'
import { clusterSchema } from './clusters.ts'
import { commitsSchema } from './commits.ts'
import { serveSchema } from './daemon.ts'
import { dashboardSchema } from './dashboard.ts'
import { deliverSchema } from './deliver.ts'
import { discoverSchema } from './discover.ts'
import { forEditors } from './editor-schema.ts'
import { notifySchema } from './notify.ts'
import { loginSchema, programsSchema, sandboxSchema } from './programs.ts'
import { repositorySchema } from './repositories.ts'
import { editorSchema } from './shared-schemas.ts'
import { storageSchema } from './storage.ts'

/** The file of operator settings: with which programs, servers and credentials the settings of repositories are carried out. */
export const operatorSchema = z
  .strictObject({
    $schema: editorSchema,
    allow: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Names of operator settings, or of groups of them, that repositories may give: `clusters.prometheus.url`. `programs`, `sandbox`, `kubernetes`, `charts`, `storage` and `notify` cannot be allowed.',
      ),
    repositories: z
      .array(repositorySchema)
      .optional()
      .describe(
        'Repositories that `tortoise run --repositories`, `tortoise plan --repositories` and `tortoise serve --repositories` work on, one after the other.',
      ),
    discover: discoverSchema.optional(),
    dashboard: dashboardSchema.optional(),
    clusters: z
      .array(clusterSchema.omit({ paths: true, usage: true }))
      .optional()
      .describe(
        'Servers and credentials of clusters, joined by name with those of the repository. All of them are used if the repository names none.',
      ),
    deliver: deliverSchema
      .pick({ remote: true, github: true, forge: true })
      .extend({
        commits: commitsSchema.pick({ signing: true }).optional().describe('Signatures of commits.'),
      })
      .optional()
      .describe('Where changes are delivered, and with which credentials.'),
    serve: serveSchema
      .partial()
      .optional()
      .describe(serveSchema.description ?? ''),
    charts: chartsSchema
      .omit({ directories: true })
      .partial()
      .optional()
      .describe(chartsSchema.description ?? ''),
    storage: storageSchema.optional(),
    notify: notifySchema.optional(),
    programs: programsSchema
      .partial()
      .optional()
      .describe(programsSchema.description ?? ''),
    sandbox: sandboxSchema.optional(),
    kubernetes: loginSchema
      .partial()
      .optional()
      .describe(loginSchema.description ?? ''),
  })
  .describe('Operator settings of GitOps Tortoise.')

/** The JSON Schema of the operator settings, for editors. */
export const operatorJsonSchema = (): object => forEditors(z.toJSONSchema(operatorSchema, { io: 'input' }))
