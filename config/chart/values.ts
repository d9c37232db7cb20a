import { z } from 'zod'
import { operatorJsonSchema } from '../operator.ts'
import { settingsJsonSchema } from '../schema.ts'

const map = z.record(z.string(), z.unknown())
const texts = z.record(z.string(), z.string())
const maps = z.array(map)

/** Values of the pods that both forms have. */
const pod = {
  resources: map
    .default({ requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } })
    .describe(
      'Requests and limits of the container. There is no CPU limit, so that a rendering is not throttled.',
    ),
  podAnnotations: texts.default({}).describe('Annotations of the pods.'),
  podLabels: texts.default({}).describe('Labels of the pods.'),
  nodeSelector: texts.default({}).describe('Labels of the nodes that the pods may run on.'),
  tolerations: maps.default([]).describe('Tolerations of the pods.'),
  affinity: map.default({}).describe('Affinity of the pods.'),
  topologySpreadConstraints: maps.default([]).describe('Spread of several replicas.'),
  priorityClassName: z.string().default('').describe('PriorityClass of the pods.'),
  extraArgs: z.array(z.string()).default([]).describe('More arguments of `tortoise serve`.'),
  extraEnv: maps
    .default([])
    .describe('More environment variables, like `env` of a container. For example `HTTPS_PROXY`.'),
  extraVolumes: maps
    .default([])
    .describe('More volumes of the pods. For example a Secret with the kubeconfigs of other clusters.'),
  extraVolumeMounts: maps
    .default([])
    .describe(
      'Where the container has these volumes. The kubeconfigs are named by `clusters[].kubernetes` in the settings.',
    ),
}

const accounts = {
  serviceAccount: z
    .strictObject({
      create: z.boolean().default(true).describe('Creates the ServiceAccount.'),
      name: z.string().default('').describe('Its name. Default: the name of the release.'),
      annotations: texts
        .default({})
        .describe('Its annotations. For example the role of a cloud for workload identity.'),
    })
    .prefault({})
    .describe('The account of the pods.'),
  rbac: z
    .strictObject({
      create: z
        .boolean()
        .default(true)
        .describe(
          'Creates a ClusterRole with `get` and `list` of workloads, without Secrets, ConfigMaps and logs, and its binding.',
        ),
    })
    .prefault({})
    .describe('Read access to the cluster.'),
}

const monitoring = {
  serviceMonitor: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Creates a ServiceMonitor of the Prometheus operator.'),
      interval: z.string().default('60s').describe('Time between two scrapes.'),
      labels: texts.default({}).describe('Labels by which your Prometheus selects it.'),
    })
    .prefault({})
    .describe(
      'Scrapes of the daemon. Without it, the pods have the annotations `prometheus.io/scrape` and `prometheus.io/port`.',
    ),
  prometheusRule: z
    .strictObject({
      enabled: z
        .boolean()
        .default(false)
        .describe(
          'Creates a PrometheusRule with alerts. It expects the series that the ServiceMonitor scrapes.',
        ),
      labels: texts.default({}).describe('Labels by which your Prometheus selects it.'),
      lastSuccessHours: z
        .number()
        .min(1)
        .default(80)
        .describe(
          'Alerts when no run succeeded for so many hours. Use two periods of the schedule; the default allows for a weekend.',
        ),
      pullRequestDays: z
        .number()
        .min(1)
        .default(30)
        .describe('Alerts when a pull request has been open for so many days.'),
    })
    .prefault({})
    .describe('Alerts about the daemon.'),
  grafanaDashboard: z
    .strictObject({
      enabled: z.boolean().default(false).describe('Creates a ConfigMap with a dashboard of Grafana.'),
      labels: texts
        .default({ grafana_dashboard: '1' })
        .describe(
          'Labels by which the sidecar of Grafana selects it. The default is that of kube-prometheus-stack.',
        ),
      annotations: texts
        .default({})
        .describe('Its annotations. For example `grafana_folder`, which the sidecar takes as the folder.'),
    })
    .prefault({})
    .describe('A dashboard of the fleet, of pull requests and of the runs.'),
}

/** The values of the chart for a registry, as a schema with defaults and descriptions. */
export const chartValues = (repository: string) =>
  z.strictObject({
    mode: z
      .enum(['daemon', 'cronjob'])
      .default('daemon')
      .describe(
        '`daemon`: a Deployment with a report page and metrics, on its own schedules. `cronjob`: one run at a time.',
      ),
    nameOverride: z.string().default('').describe('Replaces the name of the chart in names and labels.'),
    fullnameOverride: z.string().default('').describe('Replaces the whole name of the objects.'),
    image: z
      .strictObject({
        repository: z.string().min(1).default(repository).describe('Name of the image with its registry.'),
        tag: z.string().default('').describe('Tag. Default: the version of the chart.'),
        digest: z
          .string()
          .regex(/^(sha256:[0-9a-f]{64})?$/)
          .default('')
          .describe('Digest, `sha256:…`. With it, the tag is only a note.'),
        pullPolicy: z
          .enum(['Always', 'IfNotPresent', 'Never'])
          .default('IfNotPresent')
          .describe('When it is pulled.'),
      })
      .prefault({})
      .describe('The image.'),
    imagePullSecrets: maps.default([]).describe('Secrets for the registry: `[{ name: … }]`.'),
    settings: map
      .default({})
      .describe(
        'Content of `tortoise.yaml`. The file is outside the repository that is reviewed, so it may hold operator settings too. Required, unless `existingConfigMap` or `repositories` is set.',
      ),
    operatorSettings: map
      .default({})
      .describe('Content of a second file that holds operator settings alone. Required with `repositories`.'),
    repositories: z
      .boolean()
      .default(false)
      .describe(
        'Works on all repositories that `operatorSettings` list or discover, on the schedules there.',
      ),
    existingConfigMap: z
      .string()
      .default('')
      .describe(
        'A ConfigMap with `tortoise.yaml` (with `repositories`: `operator.yaml`), in place of `settings` and `operatorSettings`.',
      ),
    existingSecrets: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Secrets whose keys become environment variables: `TORTOISE_GIT_TOKEN`, `GITHUB_TOKEN`, and those that `tokenEnv` names. The chart creates no Secret.',
      ),
    replicas: z
      .number()
      .int()
      .min(0)
      .max(5)
      .default(1)
      .describe('Pods of the daemon. More than one needs `leaderElection.enabled`.'),
    leaderElection: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe(
            'Adds `serve.leaderElection` to the settings, and a Role for one Lease. It is the only object that the pods may write.',
          ),
      })
      .prefault({})
      .describe('One of several replicas runs.'),
    cronjob: z
      .strictObject({
        schedule: z.string().default('17 4 * * 1-5').describe('When to run.'),
        timeZone: z.string().default('Etc/UTC').describe('IANA time zone of the schedule.'),
        startingDeadlineSeconds: z
          .number()
          .int()
          .default(3600)
          .describe('A run that could not start for so long is skipped.'),
        activeDeadlineSeconds: z.number().int().default(3600).describe('Longest time of a run.'),
        backoffLimit: z.number().int().default(2).describe('Retries of a failed run.'),
        suspend: z.boolean().default(false).describe('Pauses the schedule.'),
      })
      .prefault({})
      .describe('The CronJob, with `mode: cronjob`.'),
    state: z
      .strictObject({
        existingClaim: z.string().default('').describe('A PersistentVolumeClaim for the state.'),
        create: z
          .boolean()
          .default(false)
          .describe('Creates a claim, which stays when the release is uninstalled.'),
        size: z.string().default('2Gi').describe('Size of the created claim.'),
        storageClassName: z
          .string()
          .default('')
          .describe('StorageClass of the created claim. Default: that of the cluster.'),
        accessMode: z
          .enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadWriteMany'])
          .default('ReadWriteOnce')
          .describe('Access mode of the created claim.'),
      })
      .prefault({})
      .describe(
        'The state directory: a mirror of the repository, times of runs, recorded usage. On a claim, the daemon catches up on runs that were missed while its node was down.',
      ),
    terminationGracePeriodSeconds: z
      .number()
      .int()
      .default(40)
      .describe('Time to finish a run at a stop. Keep it above `serve.shutdownSeconds`.'),
    ...accounts,
    networkPolicy: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Creates a NetworkPolicy. It allows DNS in any case.'),
        ingressFrom: maps
          .default([])
          .describe(
            'Who may read the pages, as peers of a NetworkPolicy. Default: everybody in the cluster.',
          ),
        egressPorts: z
          .array(z.number().int().min(1).max(65535))
          .default([443, 6443, 9090])
          .describe(
            'TCP ports of Git, the forge, the API servers and Prometheus. Ports in the URLs of `settings`, `operatorSettings` and `extraEnv` are added.',
          ),
        egressTo: maps
          .default([])
          .describe(
            'Addresses of these, as peers of a NetworkPolicy. Default: everywhere. Restrict it to your servers.',
          ),
      })
      .prefault({})
      .describe('Who may reach the pods, and what they may reach.'),
    podDisruptionBudget: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Creates a PodDisruptionBudget for the daemon.'),
        maxUnavailable: z
          .union([z.number().int(), z.string()])
          .default(1)
          .describe('Pods that may be evicted at the same time.'),
      })
      .prefault({})
      .describe('Evictions of the daemon.'),
    ...monitoring,
    ...pod,
    global: map.optional().describe('Values that a parent chart shares. Not used.'),
  })

/** The JSON Schema of the chart's values, with the project's own schemas for the two settings. */
export function chartValuesSchema(repository: string): object {
  const schema = z.toJSONSchema(chartValues(repository), { io: 'input', target: 'draft-7' })
  const { settings, operatorSettings, ...rest } = (schema.properties ?? {}) as Readonly<
    Record<string, object>
  >
  const properties = {
    ...rest,
    settings: { ...embedded(settingsJsonSchema()), ...descriptionOf(settings) },
    operatorSettings: { ...embedded(operatorJsonSchema()), ...descriptionOf(operatorSettings) },
  }
  return { ...schema, title: 'Values of gitops-tortoise', properties }
}

const embedded = ({ $schema: _, ...schema }: { readonly $schema?: unknown }): object => schema

const descriptionOf = (node: object = {}): object => ({
  description: 'description' in node ? node.description : undefined,
  default: {},
})
