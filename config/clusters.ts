import { z } from 'zod'
import { usageOrigins } from '../plugin/model/reading.ts'
import { repositoryPath } from './shared-schemas.ts'
import { variableName } from './variable.ts'

/** Settings of one Prometheus. */
export const prometheusSchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe('Base URL of the Prometheus HTTP API, with its path prefix.'),
    tokenEnv: variableName.optional().describe('Environment variable with a bearer token.'),
    tokenFile: z
      .string()
      .min(1)
      .optional()
      .describe('File with a bearer token; it is read for each query.'),
    basic: z
      .strictObject({
        username: z.string().min(1).describe('User name.'),
        passwordEnv: variableName.describe('Environment variable with the password.'),
      })
      .optional()
      .describe('Basic authorization.'),
    tls: z
      .strictObject({
        caFile: z.string().min(1).optional().describe('PEM file with the trusted certificate authorities.'),
        certFile: z.string().min(1).optional().describe('PEM file with the client certificate.'),
        keyFile: z
          .string()
          .min(1)
          .optional()
          .describe('PEM file with the private key of the client certificate.'),
      })
      .optional()
      .describe('Certificates of the connection.'),
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
      .record(z.string(), z.string())
      .default({})
      .describe('Labels that select this cluster in a shared Prometheus, for example `cluster: prod`.'),
  })
  .describe('The Prometheus with usage data of this cluster.')

/** Settings of one cluster: its live state and its usage data. */
export const clusterSchema = z
  .strictObject({
    name: z.string().min(1).describe('Name of the cluster, for sources and reports.'),
    paths: z
      .array(repositoryPath)
      .default([])
      .describe('Directories whose sources are rolled out to this cluster. The longest match wins.'),
    usage: z
      .array(z.enum(usageOrigins))
      .min(1)
      .optional()
      .describe(
        'Sources of usage data, in order of preference. For each workload, the first source with data is used. Default: `prometheus`, when it is set.',
      ),
    samples: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Directory with the samples that `tortoise serve` gathers from metrics-server. Default: `samples` in its state directory.',
      ),
    snapshot: z
      .string()
      .min(1)
      .optional()
      .describe('Snapshot file, or directory of snapshot files, for the source `snapshot` of `usage`.'),
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
            cluster: z.string().min(1).describe('Name of the cluster in `clusters` that Argo CD runs on.'),
            destination: z
              .string()
              .min(1)
              .optional()
              .describe(
                'Name or URL of this cluster in `spec.destination` of its Applications. Default: `name`, and the URL of the context.',
              ),
          })
          .optional()
          .describe('Set when Argo CD, with its Applications, runs on another cluster.'),
        namespaces: z
          .array(z.string().min(1))
          .default([])
          .describe(
            'Reads only these namespaces, from the API server and from metrics, so that a Role in each is enough. Default: all.',
          ),
        kinds: z
          .array(
            z.strictObject({
              apiVersion: z
                .string()
                .min(1)
                .describe('Group and version, for example `apps.kruise.io/v1alpha1`.'),
              kind: z.string().min(1).describe('Kind.'),
              plural: z.string().min(1).describe('Plural name, as in API paths.'),
            }),
          )
          .default([])
          .describe('Custom resources that control pods, which are listed as well.'),
      })
      .optional()
      .describe(
        'Reads the live state (with get and list only), so that unhealthy workloads are skipped. Default: it is not read.',
      ),
  })
  .describe('One cluster.')
