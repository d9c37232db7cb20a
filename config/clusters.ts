import { z } from 'zod'
import { usageOrigins } from '../plugin/model/reading.ts'
import { repositoryPath } from './shared-schemas.ts'
import { variableName } from './variable.ts'

/** How one Prometheus is read. */
export const prometheusSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Base URL of the Prometheus HTTP API, path prefix included.'),
    tokenEnv: variableName.optional().describe('Environment variable that holds a bearer token.'),
    tokenFile: z
      .string()
      .min(1)
      .optional()
      .describe('File that holds a bearer token; read again as it is renewed.'),
    basic: z
      .strictObject({
        username: z.string().min(1).describe('User name.'),
        passwordEnv: variableName.describe('Environment variable that holds the password.'),
      })
      .optional()
      .describe('Basic authorization.'),
    tls: z
      .strictObject({
        caFile: z.string().min(1).optional().describe('PEM file of the authorities that are trusted.'),
        certFile: z.string().min(1).optional().describe('PEM file of the client certificate.'),
        keyFile: z.string().min(1).optional().describe('PEM file of its key.'),
      })
      .optional()
      .describe('Certificates of the connection.'),
    sigv4: z
      .strictObject({
        region: z.string().min(1).describe('Region of the workspace.'),
        service: z.string().min(1).default('aps').describe('Service that is asked.'),
      })
      .optional()
      .describe(
        'Sign each request for Amazon Managed Service for Prometheus, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the environment.',
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
        "Ask with a token of Google's application default credentials, for Managed Service for Prometheus: a key or federation file, gcloud, or the metadata server.",
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
        'Ask with a token of Microsoft Entra, for Azure Monitor: AZURE_* variables, workload identity, managed identity, or the Azure CLI.',
      ),
    parameters: z
      .record(z.string(), z.string())
      .default({})
      .describe('Further form fields of each query: `partial_response: "false"` for Thanos, for example.'),
    timeoutSeconds: z.number().int().min(1).max(600).default(60).describe('Deadline of one query.'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Queries at once; fewer by themselves while the server is slow.'),
    maxQueries: z
      .number()
      .int()
      .min(1)
      .default(5000)
      .describe('Queries of one run; a run that needs more stops.'),
    seriesBudget: z
      .number()
      .int()
      .min(100)
      .default(15_000)
      .describe(
        'Containers that one query may be about; bigger clusters are asked for in shards of namespaces.',
      ),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Further request headers, `X-Scope-OrgID` for example. No secrets.'),
    labels: z
      .record(z.string(), z.string())
      .default({})
      .describe('Labels that pick this cluster out of a shared Prometheus, `cluster: prod` for example.'),
  })
  .describe('Where usage is read from.')

/** One cluster: its live state and its usage. */
export const clusterSchema = z
  .strictObject({
    name: z.string().min(1).describe('Name used by sources and in reports.'),
    paths: z
      .array(repositoryPath)
      .default([])
      .describe('Directories whose sources are rolled out to it; the longest that fits wins.'),
    usage: z
      .array(z.enum(usageOrigins))
      .min(1)
      .optional()
      .describe(
        'What tells of usage, in order of preference: the first that saw a workload speaks for it. Default: `prometheus`, where it is named.',
      ),
    samples: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Directory of the samples that `tortoise serve` gathers from metrics-server. Default: `samples` in its state directory.',
      ),
    snapshot: z
      .string()
      .min(1)
      .optional()
      .describe('Recorded file, or directory of them, that is read as the source `snapshot` of `usage`.'),
    prometheus: prometheusSchema.optional(),
    kubernetes: z
      .strictObject({
        kubeconfig: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Kubeconfig file. Default: KUBECONFIG, `~/.kube/config`, then the service account of the pod.',
          ),
        context: z.string().optional().describe('Context of the kubeconfig. Default: the current one.'),
        applications: z
          .strictObject({
            cluster: z
              .string()
              .min(1)
              .describe('Name of the cluster, among `clusters`, that Argo CD runs on.'),
            destination: z
              .string()
              .min(1)
              .optional()
              .describe(
                'Name or URL of this cluster in the destinations of its Applications. Default: `name`, and the URL of the context.',
              ),
          })
          .optional()
          .describe('Argo CD runs on another cluster, and its Applications are there.'),
        namespaces: z
          .array(z.string().min(1))
          .default([])
          .describe(
            'Only these namespaces, in live state and in metrics: a Role in each is then enough. Default: all.',
          ),
        kinds: z
          .array(
            z.strictObject({
              apiVersion: z
                .string()
                .min(1)
                .describe('Group and version, `apps.kruise.io/v1alpha1` for example.'),
              kind: z.string().min(1).describe('Kind.'),
              plural: z.string().min(1).describe('Plural, as in the path of the API.'),
            }),
          )
          .default([])
          .describe('Custom resources that control pods and are to be listed as well.'),
      })
      .optional()
      .describe('Read live state (get and list only) to leave unhealthy workloads alone. Absent: not read.'),
  })
  .describe('One cluster.')
