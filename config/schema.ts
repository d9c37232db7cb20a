import { z } from 'zod'
import { usageOrigins } from '../plugin/model/reading.ts'
import { scalingPolicies } from '../plugin/model/scaling-policy.ts'
import { appSchema } from './app.ts'
import { commitsSchema } from './commits.ts'
import { forgeSchema } from './forge.ts'
import { serveSchema } from './serve.ts'
import { tortoiseSchema } from './tortoise-options.ts'
import { variableName } from './variable.ts'

const percent = z.number().min(0).max(100)
const repositoryPath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
    message: 'must stay inside the repository: a relative path without ..',
  })
  .overwrite((path) => path.replace(/^(\.\/)+/, '').replace(/\/+$/, '') || '.')

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

const clusterSchema = z
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

const recommendSchema = z
  .strictObject({
    profile: z
      .enum(['steady', 'tortoise', 'vpa', 'krr'])
      .default('steady')
      .describe('Set of rules that turns usage into values.'),
    cpuPercentile: percent
      .default(90)
      .describe('Share of the time that a CPU request covers whatever it costs, in percent.'),
    cpuSpare: z
      .number()
      .min(0)
      .default(25)
      .describe(
        'Minutes a day of usage above the request that the next 100m must spare, for a container that uses 250m or less and is looked at weekly.',
      ),
    reviewDays: z.number().min(1).max(28).default(7).describe('Days until values are looked at again.'),
    memoryMargin: z.number().min(0).default(15).describe('Head-room over the memory peak, in percent.'),
    minimumChange: percent.default(10).describe('Smallest relative change worth a commit, in percent.'),
    minimumDecrease: percent.default(25).describe('Smallest relative decrease worth a commit, in percent.'),
    maximumDecrease: percent.default(30).describe('Largest decrease of memory in one proposal, in percent.'),
    maximumCpuDecrease: percent.default(50).describe('Largest decrease of CPU in one proposal, in percent.'),
    restDays: z.number().min(0).default(3).describe('Days after a decrease in which no further one is made.'),
    minimumDays: z.number().min(0).default(7).describe('Days of history needed before anything is lowered.'),
    minimumCoverage: percent
      .default(80)
      .describe('Share of the window that must hold samples before anything is lowered, in percent.'),
    targetUtilization: z
      .strictObject({
        minimum: percent.default(50).describe('Lowest target.'),
        maximum: percent.default(80).describe('Highest target.'),
      })
      .prefault({})
      .describe("Bounds of an HPA's CPU utilisation target, in percent."),
    replicaBounds: z
      .strictObject({
        minimum: z.number().int().min(1).default(2).describe('Fewest pods that a minimum is lowered to.'),
        maximum: z.number().int().min(1).default(100).describe('Most pods that a maximum is raised to.'),
      })
      .prefault({})
      .describe("What an HPA's replica bounds may be moved to."),
    replicaSlots: z
      .enum(['weekly', 'daily', 'off'])
      .default('weekly')
      .describe('Replica bounds by hour in the report: for each weekday, for all days alike, or none.'),
    goMemoryShare: percent.default(90).describe('GOMEMLIMIT as a share of the memory limit, in percent.'),
    tortoise: tortoiseSchema.prefault({}),
  })
  .describe('How values are decided.')

const pullRequestsSchema = z
  .strictObject({
    grouping: z
      .enum(['owner', 'source', 'workload', 'all'])
      .default('owner')
      .describe('What shares a pull request. `owner`: values of the same owners (CODEOWNERS) and cluster.'),
    maxOpen: z.number().int().min(1).default(10).describe('Pull requests open at the same time, at most.'),
    maxNewPerHour: z.number().int().min(1).default(5).describe('Pull requests opened in an hour, at most.'),
    labels: z.array(z.string().min(1)).default([]).describe('Labels of every pull request.'),
    reconsider: percent
      .default(20)
      .describe('A declined value is proposed again once it moves by more than this, in percent.'),
    settle: percent
      .default(5)
      .describe(
        'A value of an open pull request stays as it is until it moves by more than this, in percent.',
      ),
    rememberDays: z
      .number()
      .int()
      .min(1)
      .default(180)
      .describe('Days that closed and merged pull requests are remembered.'),
    checks: z
      .boolean()
      .default(false)
      .describe('Show proof, freshness and safety as statuses of the commit.'),
    dashboard: z.boolean().default(false).describe('Keep an issue that lists everything.'),
    autoMerge: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Let pull requests merge by themselves.'),
        increasesOnly: z.boolean().default(false).describe('Only those that lower nothing.'),
        below: z.number().min(0).optional().describe('Only those that move no value by more, in percent.'),
        clusters: z.array(z.string()).optional().describe('Only those of these clusters.'),
      })
      .prefault({})
      .describe('Which pull requests are merged as soon as the rules of the forge are met.'),
    prices: z
      .strictObject({
        cpu: z.number().min(0).describe('A reserved core, a month.'),
        memory: z.number().min(0).describe('A reserved GiB, a month.'),
        currency: z.string().max(4).default('$').describe('Put before amounts.'),
      })
      .optional()
      .describe('Shows what each change costs. Absent: no costs are shown.'),
  })
  .describe('How pull requests are kept.')

const deliverSchema = z
  .strictObject({
    mode: z
      .enum(['report', 'commit', 'direct', 'pull-request'])
      .default('commit')
      .describe(
        '`report` changes nothing; `commit` makes a commit on a branch; `direct` commits on `base` itself, fast-forward only; `pull-request` also pushes the branch and opens or updates a pull request.',
      ),
    base: z
      .string()
      .min(1)
      .optional()
      .describe('Branch that the commit stands on. Default: the branch checked out.'),
    branch: z
      .string()
      .min(1)
      .default('tortoise/right-size')
      .describe(
        'Branch of the commit. Must begin with `tortoise/`, or equal `base` to commit there directly. Not used by mode `direct`.',
      ),
    remote: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/ })
          .describe('HTTP(S) URL of the repository to push to, without credentials.'),
        tokenEnv: variableName
          .default('TORTOISE_GIT_TOKEN')
          .describe('Environment variable that holds the token to push with.'),
      })
      .optional()
      .describe('Where to push. Absent: the commit stays local.'),
    github: z
      .strictObject({
        repository: z
          .string()
          .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name')
          .describe('`owner/name`.'),
        apiUrl: z.url().optional().describe('Base URL of the API, for GitHub Enterprise.'),
        tokenEnv: variableName.default('GITHUB_TOKEN').describe('Environment variable that holds the token.'),
        app: appSchema.optional(),
        paced: z
          .boolean()
          .default(true)
          .describe(
            'Pause between writes, as github.com asks. An Enterprise server without rate limits needs no pauses.',
          ),
      })
      .optional()
      .describe('Where pull requests are opened.'),
    forge: forgeSchema.optional(),
    pullRequests: pullRequestsSchema.prefault({}),
    commits: commitsSchema.prefault({}),
    author: z
      .strictObject({
        name: z.string().min(1).default('gitops-tortoise').describe('Author name.'),
        email: z
          .string()
          .min(1)
          .default('gitops-tortoise@users.noreply.github.com')
          .describe('Author e-mail; also tells our commits from those of people.'),
      })
      .prefault({})
      .describe('Author and committer of commits.'),
  })
  .describe('What becomes of the changes.')

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
