import type { PodEvent, PodStart } from '../../model/pod-events.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { podSuffix } from '../owners.ts'
import { type Prometheus, prometheus } from './client.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'
import { longestQuery, together } from './one-query.ts'
import type { Series } from './response-reader.ts'
import { anyOf, type SeriesOf, selectorOf } from './selector.ts'

/** The workloads of one cluster whose pods are looked up. */
export interface PodsRequest extends PrometheusServer {
  readonly workloads: readonly Workload[]
  /** Labels that select the cluster on a shared server. */
  readonly labels?: Readonly<Record<string, string>>
  readonly to: Date
  /** Days before `to` in which events count. */
  readonly days: number
}

/** What is known of the pods of a workload. */
export interface PodFacts {
  readonly starts: readonly PodStart[]
  readonly events: readonly PodEvent[]
}

const { hash, random } = podSuffix
// biome-ignore lint/plugin: it is made of constants
const ofReplicaSet = new RegExp(`^${hash}-${random}$`)
/** What follows the name of a workload in the names of its pods, by the kind of the workload. */
const suffixes: Readonly<Record<string, RegExp>> = {
  Deployment: ofReplicaSet,
  Rollout: ofReplicaSet,
  StatefulSet: /^\d+$/,
  // biome-ignore lint/plugin: it is made of constants
  DaemonSet: new RegExp(`^${random}$`),
}

const [hour, day] = [3600, 86_400]

/** The labels for namespace and pod, without and with `honor_labels`. */
const dialects = [
  ['namespace', 'pod'],
  ['exported_namespace', 'exported_pod'],
] as const

/**
 * Reads when the pods of workloads were created, those that have ended too, and which were evicted or restarted, by `workloadKey`, from
 * kube-state-metrics in one query where that fits. Nothing is known, with a warning, where the server does not answer.
 */
export async function readPods(
  request: PodsRequest,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, PodFacts>> {
  const workloads = request.workloads.filter(({ kind }) => suffixes[kind] !== undefined)
  if (workloads.length === 0) return new Map()
  const client = prometheus(request, ports)
  const found = factsOf(workloads)
  try {
    const rows = new Map<string, Series>()
    for (const own of fitting({ ...request, workloads })) await readRows(client, own, rows)
    for (const series of rows.values()) {
      const own = found.of(series.labels)
      if (own !== undefined) addRow(own, series)
    }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({ kind: 'warning', message: `the pods of earlier changes are not known: ${reason}` })
  }
  return found.all
}

interface Facts {
  readonly starts: PodStart[]
  readonly events: PodEvent[]
}

interface Found {
  readonly all: Map<string, Facts>
  /** The facts of the workload of a pod; `undefined` for a pod of another one. */
  readonly of: (labels: Series['labels']) => { readonly pod: string; readonly facts: Facts } | undefined
}

/** The workloads in parts whose queries are short enough. */
function fitting(request: PodsRequest): readonly PodsRequest[] {
  const { workloads } = request
  if (workloads.length < 2 || questionOf(request).query.length <= longestQuery) return [request]
  const half = Math.ceil(workloads.length / 2)
  return [workloads.slice(0, half), workloads.slice(half)].flatMap((own) =>
    fitting({ ...request, workloads: own }),
  )
}

/** The query for the pods of workloads, and the hours for which it is asked. */
function questionOf(request: PodsRequest) {
  const end = Math.floor(seconds(request.to) / hour) * hour
  const range = { start: end - request.days * day, end, step: hour }
  const query = inDialects(request, (names, series) => {
    const isUsual = `(time() % ${day} >= bool ${hour}) * (time() < bool ${range.end})`
    const since = `(time() - ${3 * hour}) * ${isUsual}`
    return together({
      created: `max by (${names}) (max_over_time(${series('kube_pod_created')}[1h])) > ${since}`,
      evicted: `max by (${names}) (max_over_time(${series('kube_pod_status_reason', 'reason="Evicted"')}[1h])) > 0`,
      restarted: `sum by (${names}) (increase(${series('kube_pod_container_status_restarts_total')}[1h])) >= 0.5`,
    })
  })
  return { query, range }
}

/**
 * Reads the hours in which something happened to pods. A pod that was created shows up in the three hours after it, in the
 * first hour of each day (UTC), and in the last hour. An eviction counts in the hour in which it shows up first: the pod stays listed for long after it.
 */
async function readRows(client: Prometheus, request: PodsRequest, rows: Map<string, Series>): Promise<void> {
  const { query, range } = questionOf(request)
  // A response that broke off is sent again from its beginning, and a pod may be of the names of several parts.
  await client.each({ query, ...range }, (series) => rows.set(JSON.stringify(series.labels), series))
}

function addRow(
  { pod, facts }: NonNullable<ReturnType<Found['of']>>,
  { labels: { what }, times, values }: Series,
): void {
  if (what === 'created') {
    // The pod of a StatefulSet has the name of the one before it.
    for (const created of new Set(values)) if (created > 0) facts.starts.push({ pod, created })
  } else if (what === 'evicted') {
    for (const time of times.slice(0, 1)) facts.events.push({ what, time, count: 1 })
  } else if (what === 'restarted') {
    for (const [index, time] of times.entries())
      facts.events.push({ what, time, count: Math.round(values[index] ?? 0) })
  }
}

const seconds = (time: Date): number => time.getTime() / 1000

/** A query for the labels of both dialects; only one of them has series. */
const inDialects = (request: PodsRequest, query: (names: string, series: SeriesOf) => string): string =>
  dialects
    .map(([namespace, pod]) => {
      const { labels = {}, workloads } = request
      const distinct = (of: 'namespace' | 'name') => [...new Set(workloads.map((one) => one[of]))]
      const series = selectorOf({ labels, namespaces: distinct('namespace') }, { namespace, pod })
      const named = `${pod}=~${JSON.stringify(`(${anyOf(distinct('name'))})-.+`)}`
      return query(`${namespace},${pod}`, (metric, ...more) => series(metric, ...more, named))
    })
    .join(' or ')

/** An index of workloads by the names of their pods. */
function factsOf(workloads: readonly Workload[]): Found {
  const all = new Map(workloads.map((one): [string, Facts] => [workloadKey(one), { starts: [], events: [] }]))
  const find = (namespace: string, pod: string): Facts | undefined => {
    for (let end = pod.indexOf('-'); end > 0; end = pod.indexOf('-', end + 1)) {
      const [name, suffix] = [pod.slice(0, end), pod.slice(end + 1)]
      for (const kind of Object.keys(suffixes)) {
        const facts = suffixes[kind]?.test(suffix)
          ? all.get(workloadKey({ namespace, kind, name }))
          : undefined
        if (facts !== undefined) return facts
      }
    }
    return undefined
  }
  return {
    all,
    of: (labels) => {
      const namespace = labels['namespace'] ?? labels['exported_namespace'] ?? ''
      const pod = labels['pod'] ?? labels['exported_pod'] ?? ''
      const facts = find(namespace, pod)
      return facts && { pod, facts }
    },
  }
}
