import { z } from 'zod'
import { tlsFiles } from './shared-schemas.ts'
import { variableName } from './variable.ts'

/** Settings of one Prometheus. */
export const prometheusSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Base URL of the Prometheus HTTP API, with its path prefix.'),
    tokenEnv: variableName.optional().describe('Environment variable with a bearer token.'),
    tokenFile: z.string().min(1).optional().describe('File with a bearer token; it is read for each query.'),
    basic: z
      .strictObject({
        username: z.string().min(1).describe('User name.'),
        passwordEnv: variableName.describe('Environment variable with the password.'),
      })
      .optional()
      .describe('Basic authorization.'),
    tls: tlsFiles.optional(),
    sigv4: z
      .strictObject({
        region: z.string().min(1).describe('Region of the workspace.'),
        service: z.string().min(1).default('aps').describe('Service name in the signature.'),
      })
      .optional()
      .describe(
        'Signs each request for Amazon Managed Service for Prometheus, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from the environment.',
      ),
    google: z
      .strictObject({
        scope: z
          .string()
          .min(1)
          .default('https://www.googleapis.com/auth/monitoring.read')
          .describe('Scope of the token.'),
      })
      .optional()
      .describe(
        "Uses a token from Google's application default credentials, for Managed Service for Prometheus: a key or federation file, gcloud, or the metadata server.",
      ),
    azure: z
      .strictObject({
        scope: z
          .string()
          .min(1)
          .default('https://prometheus.monitor.azure.com/.default')
          .describe('Scope of the token.'),
      })
      .optional()
      .describe(
        'Uses a token from Microsoft Entra, for Azure Monitor: AZURE_* variables, workload identity, managed identity, or the Azure CLI.',
      ),
    parameters: z
      .record(z.string(), z.string())
      .default({})
      .describe('Additional form fields of each query, for example `partial_response: "false"` for Thanos.'),
    timeoutSeconds: z.number().int().min(1).max(600).default(60).describe('Timeout of one query.'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Parallel queries. The run uses fewer while the server is slow.'),
    maxQueries: z
      .number()
      .int()
      .min(1)
      .default(5000)
      .describe('Largest number of queries in one run. A run that needs more stops.'),
    seriesBudget: z
      .number()
      .int()
      .min(100)
      .default(15_000)
      .describe('Containers per query. Larger clusters are queried in shards of namespaces.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Additional request headers, for example `X-Scope-OrgID`. Do not put secrets here.'),
    labels: z
      .record(z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a label'), z.string())
      .default({})
      .describe('Labels that select this cluster in a shared Prometheus, for example `cluster: prod`.'),
    clusterLabel: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of a label')
      .optional()
      .describe(
        'Label that names the cluster of each series. When it has several values, nothing is changed until `labels` selects one. `none`: the server has one cluster. Default: it is detected.',
      ),
  })
  .describe('The Prometheus with usage data of this cluster.')
