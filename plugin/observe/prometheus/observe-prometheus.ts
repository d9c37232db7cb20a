import type { DayStore } from '../../model/day-store.ts'
import type { Observation } from '../../model/observation.ts'
import { emptyOwners, type Owner, type Owners, workloadFinder } from '../owners.ts'
import { type Prometheus, prometheus } from './client.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'
import { crashLoopsQuery, markCrashLoops } from './crash-loops.ts'
import { readCurrentSizes, sizesQuery, withCurrentSizes } from './current-sizes.ts'
import type { EvidenceThresholds } from './data-quality.ts'
import type { DayCache } from './day-cache.ts'
import type { Dialect } from './dialect.ts'
import type { Finding, FindingDraft } from './finding.ts'
import { addReadingFindings, type FindingLog, findingLog } from './finding-log.ts'
import { type GatheringClient, gatheringClient } from './gathering-client.ts'
import { observationMerger } from './merge.ts'
import { mixedFinding, mixedReason, nothingRecorded, probeFindings } from './metric-findings.ts'
import { clusterSetting, findMixedClusters, type MixedClusters, valueByName } from './mixed-clusters.ts'
import { fullHours, openWindow } from './open-window.ts'
import { type ProbeResult, runProbe } from './probe.ts'
import { chunksOf, type Slots, slotsOf, timingFor } from './queries.ts'
import type { QueryCost } from './query-cost.ts'
import type { ClusterReading } from './query-portion.ts'
import { readWindow } from './read-window.ts'
import { recordedClustersIn } from './recorded-clusters.ts'
import { type Part, packShards } from './shards.ts'

/** The cluster to observe, and its Prometheus. */
export interface PrometheusOptions extends PrometheusServer {
  /** Name of the cluster in the settings. */
  readonly cluster: string
  readonly window: { readonly from: Date; readonly to: Date }
  /** Seconds between two samples of a container; 300 when left out. */
  readonly stepSeconds?: number
  /** Labels that select this cluster on a shared server, for example `cluster: prod`. */
  readonly labels?: Readonly<Record<string, string>>
  /** Only these namespaces; all when left out or empty. */
  readonly namespaces?: readonly string[]
  /** Owners of pods by `namespace/name`, from the API server; owners in metrics win. */
  readonly pods?: ReadonlyMap<string, Owner>
  /** Owners of ReplicaSets by `namespace/name`, from the API server; owners in metrics win. */
  readonly replicaSets?: ReadonlyMap<string, Owner>
  /** Containers per query, 15,000 when left out; larger clusters are queried in shards of namespaces. */
  readonly seriesBudget?: number
  /** The history that findings require; 7 days and 0.8 when left out. */
  readonly thresholds?: EvidenceThresholds
  /** Reads only the namespaces of one of several jobs. */
  readonly part?: Part
  /** The label that names clusters on a shared server, or `none`; detected when left out. */
  readonly clusterLabel?: string | undefined
}

/** The outside world as reading usage needs it. */
export interface UsagePorts extends HttpPorts {
  /** Stores finished days. */
  readonly store?: DayStore
}

/** The usage data of one cluster, the cost of reading it, and findings about its quality. */
export interface PrometheusUsage {
  readonly observations: readonly Observation[]
  readonly dialect: Dialect
  readonly cost: Readonly<QueryCost>
  readonly findings: readonly Finding[]
}

/**
 * Observes every workload of a cluster over a window, with pods that no longer exist. The window begins at a full hour, or at midnight
 * (UTC) where the cache has that whole day. Data that is
 * missing is reported as a finding and a warning. Rejects with `prometheus.*` problems.
 */
export async function observePrometheus(
  options: PrometheusOptions,
  ports: UsagePorts,
): Promise<PrometheusUsage> {
  const { labels = {}, namespaces = [], stepSeconds = 300 } = options
  const client = gatheringClient(prometheus(options, ports))
  const selection = { labels, namespaces }
  const exact = fullHours(options.window)
  const probe = await runProbe(client, selection, slotsOf(exact, stepSeconds))
  const { dialect } = probe
  const timing = timingFor(stepSeconds, dialect.scrapeSeconds)
  const { cache, window } = await openWindow(options, ports.store, { dialect, timing, exact })
  const slots = slotsOf(window, timing.step)
  const log = findingLog(options.cluster, ports.progress)
  const result = { dialect, cost: client.cost, findings: log.findings }
  if (slots.count === 0) return { ...result, observations: [] }
  for (const finding of probeFindings(probe)) log.add(finding)
  const mixed = await mixedClusters(probe, { options, client, time: slots.last })
  if (mixed !== undefined) log.add(mixedFinding(mixed, clusterSetting(mixed, options.cluster, labels)))
  const reading: ClusterReading & { readonly client: GatheringClient } = {
    client,
    dialect,
    selection,
    timing,
    answered: new Set(probe.found),
    halved: new Map(),
    unownedPods: new Map(),
    impossible: new Map(),
  }
  const owners = ownersOf(options)
  const read = await readObservations(reading, { options, ports, probe, window, slots, owners, cache, log })
  const find = workloadFinder(owners)
  const observations = withCurrentSizes(read, await readCurrentSizes(reading, { time: slots.last, find }))
  if (read.length === 0) log.add(await nothingFound(options, client, slots))
  else addReadingFindings(log, { reading, owners, observations, thresholds: options.thresholds })
  if (mixed === undefined) return { ...result, observations }
  const unhealthy = `${mixedReason(mixed)}; set ${clusterSetting(mixed, options.cluster, labels)}`
  return { ...result, observations: observations.map((one) => ({ ...one, unhealthy })) }
}

/** Says that there is no usage at all, and which clusters the server records where labels of the settings select none. */
async function nothingFound(
  { labels = {}, cluster }: PrometheusOptions,
  client: Prometheus,
  slots: Slots,
): Promise<FindingDraft> {
  const recorded = Object.keys(labels).length === 0 ? undefined : await recordedClustersIn(client, slots)
  const own = recorded && valueByName(recorded.values, cluster)
  const setting = recorded && clusterSetting({ ...recorded, ...(own === undefined ? {} : { own }) }, cluster)
  return nothingRecorded(labels, recorded, setting ?? '')
}

/** The clusters that the selection mixes. Most servers hold one, which the probe shows without another query. */
const mixedClusters = (
  probe: ProbeResult,
  {
    options: { cluster, labels = {}, namespaces = [], pods = new Map(), clusterLabel },
    client,
    time,
  }: { readonly options: PrometheusOptions; readonly client: Prometheus; readonly time: number },
): Promise<MixedClusters | undefined> =>
  findMixedClusters(probe, {
    client,
    selection: { labels, namespaces },
    time,
    cluster,
    pods: [...pods.keys()].map((key) => key.slice(key.indexOf('/') + 1)),
    label: clusterLabel,
  })

interface ReadRequest {
  readonly options: PrometheusOptions
  readonly ports: UsagePorts
  readonly probe: ProbeResult
  readonly window: PrometheusOptions['window']
  readonly slots: Slots
  readonly owners: Owners
  readonly cache: DayCache | undefined
  readonly log: FindingLog
}

async function readObservations(
  reading: ClusterReading & { readonly client: GatheringClient },
  { options, ports, probe, window, slots, owners, cache, log }: ReadRequest,
): Promise<readonly Observation[]> {
  const frame = { cluster: options.cluster, window }
  const merger = observationMerger(slots, frame)
  const counted = countedNamespaces(probe, options.namespaces ?? [])
  await readWindow({
    ...reading,
    slots,
    frame,
    owners,
    merger,
    chunks: chunksOf(slots),
    shards: packShards(counted, options.seriesBudget ?? 15_000, options.part),
    ...(cache === undefined ? {} : { cache }),
    finished: finishedBy(slots),
    atEnd: [crashLoopsQuery(reading), ...(reading.dialect.kubeState === 'none' ? [] : [sizesQuery(reading)])],
    progress: ports.progress,
    onFailure: (message) => log.add({ code: 'part-failed', level: 'warning', message }),
    onDamage: (message) => log.add({ code: 'cache-damaged', level: 'warning', message }),
  })
  return markCrashLoops(reading, { time: slots.last, owners }, merger.finish())
}

const ownersOf = ({ pods, replicaSets }: PrometheusOptions): Owners => ({
  ...emptyOwners(),
  pods: new Map(pods),
  replicaSets: new Map(replicaSets),
})

function countedNamespaces(
  { namespaces }: ProbeResult,
  only: readonly string[],
): ReadonlyMap<string, number> {
  return only.length === 0 ? namespaces : new Map([...namespaces].filter(([name]) => only.includes(name)))
}

/** Seconds after which late samples, and rules evaluated on them, are complete. */
const settleSeconds = 900

const finishedBy =
  ({ last }: Slots) =>
  ({ end }: { readonly end: number }): boolean =>
    Math.ceil(end / 86_400) * 86_400 - end < 3600 && end + settleSeconds <= last
