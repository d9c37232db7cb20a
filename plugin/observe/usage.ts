import type { Observation } from '../model/observation.ts'
import { inParallel } from '../model/parallel.ts'
import { gatherUsage, type Run } from './gather.ts'
import { addOwners, emptyOwners, type Owner, type Owners, workloadFinder } from './owners.ts'
import { type HttpPorts, type Prometheus, type PrometheusServer, prometheus } from './prometheus.ts'
import {
  type Chunk,
  chunksOf,
  queriesFor,
  type Selection,
  type Slots,
  scrapesQuery,
  slotsOf,
  timingFor,
} from './queries.ts'
import { emptyTally, finishTally } from './tally.ts'

/** What to observe of one cluster, and where. */
export interface PrometheusOptions extends PrometheusServer {
  /** Name of the cluster in settings. */
  readonly cluster: string
  readonly window: { readonly from: Date; readonly to: Date }
  /** Seconds between two samples of a container, 300 when left out. */
  readonly stepSeconds?: number
  /** Labels that pick this cluster out of a shared server, `cluster: prod` for example. */
  readonly labels?: Readonly<Record<string, string>>
  /** Only these namespaces; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** Controllers of ReplicaSets by `namespace/name`, where the API server told them; metrics win. */
  readonly replicaSets?: ReadonlyMap<string, Owner>
}

/**
 * Observes every workload of a cluster over a window, pods that are gone included. Metrics that are missing cost what
 * they would have told, and a warning. Rejects with `prometheus.unreachable` or `prometheus.refused`.
 */
export async function observePrometheus(
  options: PrometheusOptions,
  ports: HttpPorts,
): Promise<readonly Observation[]> {
  const { cluster, window, stepSeconds = 300, labels = {}, namespaces = [] } = options
  const client = prometheus(options, ports)
  const selection = { labels, namespaces }
  const timing = timingFor(stepSeconds, await scrapeInterval(client, selection, slotsOf(window, stepSeconds)))
  const slots = slotsOf(window, timing.step)
  if (slots.count === 0) return []
  const run: Run = {
    client,
    queries: queriesFor(selection, timing),
    slots,
    chunks: chunksOf(slots),
    answered: new Set(),
    tell: (kind, message) => ports.progress({ kind, message: `cluster ${cluster}: ${message}` }),
    progress: ports.progress,
  }
  await checkCluster(run)
  const owners = await readOwners(run, options.replicaSets)
  const tally = emptyTally(slots)
  await gatherUsage(run, tally, workloadFinder(owners))
  await warnOfGaps(run, owners)
  return finishTally(tally, { cluster, window })
}

/**
 * Seconds between two scrapes of usage, 0 when nothing was scraped at the end or in the middle of the window. The first
 * query: a server that cannot be asked is found out before a hundred others are queued.
 */
async function scrapeInterval(
  client: Prometheus,
  selection: Selection,
  { first, last }: Slots,
): Promise<number> {
  for (const time of [last, Math.round((first + last) / 2)]) {
    const [row] = await client.instant(scrapesQuery(selection), time)
    const count = Number(row?.samples[0]?.[1] ?? 0)
    if (count > 1) return Math.round(3600 / (count - 1))
  }
  return 0
}

/** Says when pods of several clusters would be mixed. */
async function checkCluster({ client, queries, slots, tell }: Run): Promise<void> {
  const clusters = await client.instant(queries.clusters, slots.last)
  if (clusters.length < 2) return
  const names = clusters.map(({ labels }) => labels['cluster'] ?? '(no label)').sort()
  tell(
    'warning',
    `Prometheus holds several clusters (${names.join(', ')}) and no label picks one: pods of the same name are mixed`,
  )
}

async function readOwners(
  { client, queries, chunks, answered }: Run,
  replicaSets: ReadonlyMap<string, Owner> = new Map(),
): Promise<Owners> {
  const owners: Owners = { ...emptyOwners(), replicaSets: new Map(replicaSets) }
  const read = (chunk: Chunk, name: keyof Owners, label: string) => async () => {
    const rows = await client.instant(queries[name](chunk.seconds), chunk.end)
    if (rows.length > 0) answered.add(name)
    addOwners(owners[name], label, rows)
  }
  const tasks = chunks.flatMap((chunk) => [
    read(chunk, 'pods', 'pod'),
    read(chunk, 'replicaSets', 'replicaset'),
    read(chunk, 'jobs', 'job_name'),
  ])
  await inParallel(tasks, (task) => task())
  return owners
}

/** Says which metrics are missing and what is lost with them. */
async function warnOfGaps({ client, queries, slots, answered, tell }: Run, owners: Owners): Promise<void> {
  const owned = (kind: string): boolean =>
    owners.pods.size === 0 || [...owners.pods.values()].some((owner: Owner) => owner.kind === kind)
  if ((await client.instant(queries.anyRestarts, slots.last)).length > 0) answered.add('restarts')
  const gaps = [
    ['cpu', 'container_cpu_usage_seconds_total', 'CPU usage is unknown'],
    ['memory', 'container_memory_working_set_bytes', 'memory usage and replicas are unknown'],
    ['pods', 'kube_pod_owner', 'workloads are guessed from the names of their pods'],
    [
      'replicaSets',
      'kube_replicaset_owner',
      'Deployments are guessed from ReplicaSet names, Rollouts are not seen',
    ],
    ['jobs', 'kube_job_owner', 'CronJobs are guessed from the names of their Jobs'],
    ['restarts', 'kube_pod_container_status_restarts_total', 'OOM kills and crash loops are unknown'],
    ['periods', 'container_cpu_cfs_periods_total', 'throttling is unknown (or no container has a CPU limit)'],
  ] as const
  for (const [name, metric, loss] of gaps) {
    if (answered.has(name)) continue
    if (name === 'replicaSets' && (owners.replicaSets.size > 0 || !owned('ReplicaSet'))) continue
    if (name === 'jobs' && !owned('Job')) continue
    tell('warning', `no ${metric} in Prometheus: ${loss}`)
  }
}
