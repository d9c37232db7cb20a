import * as z from 'zod'
import type { Observation } from '../../model/observation.ts'
import { meaningsOf } from '../../model/stages.ts'
import type { Workload } from '../../model/workload.ts'
import { openApiServer } from '../../observe/kubernetes/api-server.ts'
import type { KubeConfigOptions } from '../../observe/kubernetes/kube-config.ts'
import type { LiveWorkload } from '../../observe/kubernetes/live.ts'
import { readCluster } from '../../observe/kubernetes/read-cluster.ts'
import type { RunPorts } from '../host.ts'
import type { SettingsSource } from './settings-text.ts'
import type { SurveyedSource } from './survey.ts'

/** What `tortoise init` reads from a cluster. */
export interface Live {
  readonly workloads: readonly LiveWorkload[]
  /** The context of the kubeconfig, where its name is one that people chose. */
  readonly context?: string
  /** In-cluster URL of what is most likely a Prometheus. */
  readonly prometheus?: string
}

/** Reads a cluster with list requests only. Rejects with `settings.operator`, `kubernetes.unreachable` or `kubernetes.refused`. */
export async function readLive(host: Pick<RunPorts, 'progress'>, login: KubeConfigOptions): Promise<Live> {
  const options = { timeoutMs: 10_000, ...login }
  const { workloads } = await readCluster(
    { cluster: login.context ?? 'of the kubeconfig', ...options },
    { progress: host.progress },
  )
  const server = await openApiServer(options)
  const pods: unknown[] = []
  // Services would name it, but a run may not list them.
  await server.list('/api/v1/pods', { detail: 'metadata', each: (item) => pods.push(item) })
  const prometheus = prometheusAmong(pods)
  const { context } = server
  return {
    workloads,
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(context === '' || context === inCluster ? {} : { context }),
  }
}

/** What the client library calls the cluster of the pod that it runs in. */
const inCluster = 'inClusterContext'

const podSchema = z.object({
  metadata: z.object({
    namespace: z.string().default('default'),
    labels: z.record(z.string(), z.string()).default({}),
  }),
})

/**
 * The URL of the Prometheus that pods show by their labels: the Service that the Prometheus operator makes for its own, that
 * of the chart `prometheus`, or that of Victoria Metrics.
 */
export function prometheusAmong(pods: readonly unknown[]): string | undefined {
  const urls = pods.flatMap((item) => {
    const parsed = podSchema.safeParse(item)
    return parsed.success ? (urlOf(parsed.data.metadata) ?? []) : []
  })
  return urls.toSorted((one, other) => one.rank - other.rank)[0]?.url
}

function urlOf({ namespace, labels }: z.infer<typeof podSchema>['metadata']) {
  const [name, release = ''] = [labels['app.kubernetes.io/name'], labels['app.kubernetes.io/instance']]
  if (labels['operator.prometheus.io/name'] !== undefined)
    return { rank: 0, url: `http://prometheus-operated.${namespace}:9090` }
  if (name === 'prometheus' && labels['app.kubernetes.io/component'] === 'server') {
    const full = release.includes('prometheus') ? release : `${release}-prometheus`
    return { rank: 1, url: `http://${full}-server.${namespace}:80` }
  }
  return name === 'vmsingle' ? { rank: 2, url: `http://vmsingle-${release}.${namespace}:8428` } : undefined
}

/** Where a source runs in a cluster. */
export interface LivePresence {
  /** The namespace in which most of the workloads run that name none. */
  readonly namespace?: string
  /** How many of its workloads run. */
  readonly running: number
}

/** Finds the workloads of a source in a cluster. */
export function presenceOf(
  { workloads, settings }: Pick<SurveyedSource, 'workloads' | 'settings'>,
  live: Pick<Live, 'workloads'>,
): LivePresence {
  const runs = (workload: Workload, namespace: string): boolean =>
    live.workloads.some(
      ({ workload: one }) =>
        one.kind === workload.kind && one.name === workload.name && one.namespace === namespace,
    )
  const nameless = workloads.filter(({ namespace }) => namespace === '')
  // Of namespaces that fit alike, the one of which the paths say more.
  const words = meaningsOf([settings.path, ...settings.values].join('/'))
  const spaces = [...new Set(live.workloads.map(({ workload }) => workload.namespace))]
  const counted = spaces
    .map((namespace) => ({
      namespace,
      count: nameless.filter((one) => runs(one, namespace)).length,
      shared: [...meaningsOf(namespace)].filter((word) => words.has(word)).length,
    }))
    .toSorted((a, b) => b.count - a.count || b.shared - a.shared)
  const best = counted[0]?.count ? counted[0].namespace : undefined
  const running = workloads.filter((one) => runs(one, one.namespace || (best ?? ''))).length
  return { running, ...(best === undefined ? {} : { namespace: best }) }
}

/** A source as the release with most workloads in a cluster; the most likely name where several have as many. */
export function releaseIn<T extends SurveyedSource>(source: T, live: Pick<Live, 'workloads'>): T {
  const all = [undefined, ...(source.otherReleases ?? [])].map((one) => ({
    one,
    ...presenceOf({ ...source, ...one }, live),
  }))
  const [best] = all.toSorted((a, b) => b.running - a.running)
  if (best?.one === undefined) return source
  const { release, workloads } = best.one
  return { ...source, settings: { ...source.settings, release }, workloads }
}

/** A source as the release, and in the namespace, in which most of its workloads have usage, where these are not known. */
export function namespaceByUsage(
  source: SettingsSource,
  observations: readonly Pick<Observation, 'workload'>[],
): SettingsSource {
  if (!source.namespaceUnknown && source.otherReleases === undefined) return source
  const used = { workloads: observations.map(({ workload }) => ({ workload })) }
  const released = releaseIn(source, used)
  const { namespace } = presenceOf(released, used)
  if (!released.namespaceUnknown || namespace === undefined) return released
  return { ...released, settings: { ...released.settings, namespace }, namespaceUnknown: false }
}
