import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ClusterSettings, Settings } from '../../config/schema.ts'
import type { Observation } from '../model/observation.ts'
import { stop } from '../model/problem.ts'
import { readCluster, withHealth } from '../observe/kubernetes.ts'
import { parseSnapshot } from '../observe/snapshot.ts'
import { observePrometheus } from '../observe/usage.ts'
import type { Host } from './host.ts'
import { secretFrom } from './settings.ts'

/** Flags that say where usage comes from; they win over settings. */
export interface ObserveFlags {
  readonly snapshot?: string
  readonly prometheus?: string
  readonly cluster?: string
  /** End of the window, ISO 8601; now when left out. */
  readonly until?: string
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
    clusters.map((cluster) => observeCluster(host, { settings, cluster, to })),
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
  const known = target.prometheus ?? { headers: {}, labels: {} }
  return [{ ...target, prometheus: { ...known, url: prometheus } }]
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
}

async function observeCluster(
  host: Host,
  { settings: { history }, cluster, to }: ClusterRequest,
): Promise<readonly Observation[]> {
  const { name, prometheus, kubernetes } = cluster
  if (prometheus === undefined) return []
  const { url, tokenEnv, headers, labels } = prometheus
  const from = new Date(to.getTime() - history.days * 86_400_000)
  const token =
    tokenEnv === undefined
      ? {}
      : { authorization: `Bearer ${secretFrom(host, tokenEnv, `Prometheus of ${name}`)}` }
  const { progress } = host
  const context = kubernetes?.context
  // The API server knows the controllers of ReplicaSets where the metrics do not.
  const live =
    kubernetes &&
    (await readCluster({ cluster: name, ...(context === undefined ? {} : { context }) }, { progress }))
  const replicaSets = live === undefined ? {} : { replicaSets: live.replicaSets }
  const observations = await observePrometheus(
    {
      cluster: name,
      url,
      headers: { ...headers, ...token },
      window: { from, to },
      stepSeconds: history.stepSeconds,
      labels,
      ...replicaSets,
    },
    { fetch, progress },
  )
  return live === undefined ? observations : withHealth(observations, live)
}
