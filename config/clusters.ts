import { z } from 'zod'
import { usageOrigins } from '../plugin/model/reading.ts'
import { prometheusSchema } from './prometheus.ts'
import { repositoryPath } from './shared-schemas.ts'

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
