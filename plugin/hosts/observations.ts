import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type ClusterSettings, prometheusSchema, type Settings } from '../../config/schema.ts'
import { directoryStore } from '../io/day-store.ts'
import type { Observation } from '../model/observation.ts'
import { stop } from '../model/problem.ts'
import { printCost } from '../observe/cost.ts'
import { printDialect } from '../observe/dialect.ts'
import { readCluster, withHealth } from '../observe/kubernetes.ts'
import type { Part } from '../observe/shards.ts'
import { parseSnapshot } from '../observe/snapshot.ts'
import { observePrometheus } from '../observe/usage.ts'
import type { Host } from './host.ts'
import { prometheusPorts } from './prometheus-access.ts'

/** Flags that say where usage comes from; they win over settings. */
export interface ObserveFlags {
  readonly snapshot?: string
  readonly prometheus?: string
  readonly cluster?: string
  /** End of the window, ISO 8601; now when left out. */
  readonly until?: string
  /** Directory that keeps finished days. */
  readonly cache?: string
  /** `i/n`: the part of one of several jobs. */
  readonly shard?: string
}

/** Usage from a snapshot file, or from the Prometheus (and live state) of every cluster in settings. */
export async function gatherObservations(
  host: Host,
  settings: Settings,
  flags: ObserveFlags,
): Promise<readonly Observation[]> {
  if (flags.snapshot !== undefined) return readSnapshot(host, flags.snapshot)
  const clusters = clustersToRead(settings, flags)
  if (clusters.length === 0) {
    throw stop('settings.missing', 'nothing says where usage is recorded', {
      mend: 'Name a Prometheus under clusters in tortoise.yaml or with --prometheus URL, or a recorded file with --snapshot FILE.',
    })
  }
  const to = flags.until === undefined ? host.now() : timeFrom(flags.until)
  const observed = await Promise.all(
    clusters.map((cluster) => observeCluster(host, { settings, cluster, to, flags })),
  )
  return observed.flat()
}

function readSnapshot(host: Host, file: string): readonly Observation[] {
  const path = resolve(host.cwd, file)
  if (!existsSync(path)) {
    throw stop('path.missing', `there is no snapshot ${file}`, {
      mend: 'Record one with `tortoise snapshot --out FILE`.',
    })
  }
  return parseSnapshot(file, readFileSync(path, 'utf8')).observations
}

/** The clusters of settings with the Prometheus of the flag laid over them. */
function clustersToRead(
  { clusters, sources }: Settings,
  { prometheus, cluster: only }: ObserveFlags,
): readonly ClusterSettings[] {
  const named = clusters.filter(({ name }) => only === undefined || name === only)
  if (only !== undefined && clusters.length > 0 && named.length === 0) {
    throw stop('usage', `there is no cluster ${only} in settings`, {
      mend: `Name one of ${clusters.map(({ name }) => name).join(', ')}.`,
    })
  }
  if (prometheus === undefined) return named.filter((one) => one.prometheus !== undefined)
  const ofSources = [...new Set(sources.flatMap(({ cluster }) => cluster ?? []))]
  const targets =
    named.length > 0
      ? named
      : (only === undefined ? ofSources : [only]).map((name): ClusterSettings => ({ name, paths: [] }))
  const [target = { name: only ?? 'default', paths: [] }, ...more] = targets
  if (more.length > 0) {
    throw stop('usage', '--prometheus is the server of one cluster, and settings name several', {
      mend: `Say which with --cluster: ${targets.map(({ name }) => name).join(', ')}.`,
    })
  }
  return [{ ...target, prometheus: prometheusSchema.parse({ ...target.prometheus, url: prometheus }) }]
}

function timeFrom(text: string): Date {
  const time = new Date(text)
  if (!Number.isNaN(time.getTime())) return time
  throw stop('usage', `--until ${text} is not a time`, { mend: 'Write it as 2026-09-14T00:00:00Z.' })
}

interface ClusterRequest {
  readonly settings: Settings
  readonly cluster: ClusterSettings
  readonly to: Date
  readonly flags: ObserveFlags
}

async function observeCluster(
  host: Host,
  { settings: { history }, cluster, to, flags }: ClusterRequest,
): Promise<readonly Observation[]> {
  const { name, prometheus } = cluster
  if (prometheus === undefined) return []
  const from = new Date(to.getTime() - history.days * 86_400_000)
  const { progress } = host
  // The API server knows the controllers of ReplicaSets where the metrics do not.
  const live = await readLive(host, cluster)
  const part = flags.shard === undefined ? undefined : partFrom(flags.shard)
  const { url, headers, labels, parameters, concurrency, maxQueries, seriesBudget, timeoutSeconds } =
    prometheus
  const { observations, dialect, cost } = await observePrometheus(
    {
      cluster: name,
      url,
      headers,
      parameters,
      concurrency,
      maxQueries,
      seriesBudget,
      timeoutMs: timeoutSeconds * 1000,
      window: { from, to },
      stepSeconds: history.stepSeconds,
      labels,
      ...(live === undefined ? {} : { replicaSets: live.replicaSets }),
      ...(part === undefined ? {} : { part }),
    },
    {
      ...prometheusPorts(host, name, prometheus),
      ...(flags.cache === undefined ? {} : { store: directoryStore(resolve(host.cwd, flags.cache)) }),
    },
  )
  progress({ kind: 'note', message: `cluster ${name}: ${printDialect(dialect)}` })
  progress({ kind: 'note', message: `cluster ${name}: ${printCost(cost)}` })
  return live === undefined ? observations : withHealth(observations, live)
}

/** What the API server tells, where settings name one. */
async function readLive(host: Host, { name, kubernetes }: ClusterSettings) {
  if (kubernetes === undefined) return undefined
  const { context } = kubernetes
  return readCluster(
    { cluster: name, ...(context === undefined ? {} : { context }) },
    { progress: host.progress },
  )
}

function partFrom(text: string): Part {
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const part = { index: Number(index), of: Number(of) }
  if (part.index >= 1 && part.index <= part.of) return part
  throw stop('usage', `--shard ${text} is not a part of a run`, { mend: 'Write it as 1/4, 2/4, 3/4, 4/4.' })
}
