import type { DayStore } from '../../model/day-store.ts'
import type { Observation } from '../../model/observation.ts'
import { workloadKey } from '../../model/workload.ts'
import { emptyOwners, type Owner, type Owners, workloadFinder } from '../owners.ts'
import {
  type Enough,
  type Finding,
  findingsOfGaps,
  findingsOfObservations,
  findingsOfProbe,
} from './data-quality.ts'
import { dayCache } from './day-cache.ts'
import { chooseDialect, containerOf, type Dialect, type Probed, probeQuery } from './dialect.ts'
import { observationMerger } from './merge.ts'
import { type HttpPorts, type Prometheus, type PrometheusServer, prometheus } from './prometheus.ts'
import { chunksOf, queriesFor, queryVersion, type Slots, slotsOf, timingFor } from './queries.ts'
import type { QueryCost } from './query-cost.ts'
import { readWindow } from './read-window.ts'
import type { Run } from './run-queries.ts'
import type { Selection } from './selector.ts'
import { type Part, packShards } from './shards.ts'

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
  /** Controllers of pods by `namespace/name`, where the API server told them; metrics win. */
  readonly pods?: ReadonlyMap<string, Owner>
  /** Controllers of ReplicaSets by `namespace/name`, where the API server told them; metrics win. */
  readonly replicaSets?: ReadonlyMap<string, Owner>
  /** Containers that one question may be about, 15,000 when left out; more are asked for in shards of namespaces. */
  readonly seriesBudget?: number
  /** What counts as too young or too full of gaps; 7 days and 0.8 when left out. */
  readonly enough?: Enough
  /** Only the namespaces of one of several jobs. */
  readonly part?: Part
}

/** What else reading usage may use. */
export interface UsagePorts extends HttpPorts {
  /** Keeps finished days. */
  readonly store?: DayStore
}

/** What was seen in one Prometheus, what it cost, and what is amiss. */
export interface Observed {
  readonly observations: readonly Observation[]
  readonly dialect: Dialect
  readonly cost: Readonly<QueryCost>
  readonly findings: readonly Finding[]
}

/**
 * Observes every workload of a cluster over a window of whole days (UTC), pods that are gone included. What is missing
 * costs what it would have told, and is told as a finding and a warning. Rejects with `prometheus.*` problems.
 */
export async function observePrometheus(options: PrometheusOptions, ports: UsagePorts): Promise<Observed> {
  const { cluster, stepSeconds = 300, labels = {}, namespaces = [] } = options
  const client = prometheus(options, ports)
  const selection = { labels, namespaces }
  const window = wholeDays(options.window)
  const probed = await probe(client, selection, slotsOf(window, stepSeconds))
  const { dialect } = probed
  const timing = timingFor(stepSeconds, dialect.scrapeSeconds)
  const slots = slotsOf(window, timing.step)
  const findings: Finding[] = []
  const find = (draft: Omit<Finding, 'cluster'>): void => {
    findings.push({ ...draft, cluster })
    if (draft.level === 'warning')
      ports.progress({ kind: 'warning', message: `cluster ${cluster}: ${draft.message}` })
  }
  const observed = { dialect, cost: client.cost, findings }
  if (slots.count === 0) return { ...observed, observations: [] }
  for (const finding of findingsOfProbe(probed)) find(finding)
  const run: Run = {
    client,
    dialect,
    selection,
    timing,
    answered: new Set(probed.found),
    halved: new Map(),
    strangers: new Map(),
  }
  const frame = { cluster, window }
  const merger = observationMerger(slots, frame)
  const owners: Owners = {
    ...emptyOwners(),
    pods: new Map(options.pods),
    replicaSets: new Map(options.replicaSets),
  }
  const cache = await openCache(options, ports, { probed, slots })
  await readWindow({
    ...run,
    slots,
    frame,
    owners,
    merger,
    chunks: chunksOf(slots),
    shards: packShards(wanted(probed, namespaces), options.seriesBudget ?? 15_000, options.part),
    ...(cache === undefined ? {} : { cache }),
    finished: finishedBy(slots),
    progress: ports.progress,
    onFailure: (message) => find({ code: 'part-failed', level: 'warning', message }),
    onDamage: (message) => find({ code: 'cache-damaged', level: 'warning', message }),
  })
  const observations = await withCrashLoops(run, { slots, owners }, merger.finish())
  if (client.partial() > 0)
    find({
      code: 'answer-partial',
      level: 'warning',
      message: `${client.partial()} answers were not whole: values may be too low, and those days are not kept`,
      hint: 'Look at the warnings above; for Thanos, at the stores that did not answer.',
    })
  for (const finding of findingsOfGaps({ answered: answeredBy(run.answered, observations), owners }))
    find(finding)
  for (const [what, pods] of run.strangers) {
    const message = `left out ${pods.size} pods ${what}`
    find({ code: 'pods-unowned', level: 'note', message })
    ports.progress({ kind: 'note', message: `cluster ${cluster}: ${message}` })
  }
  const enough = options.enough ?? { minimumDays: 7, minimumCoverage: 0.8 }
  findings.push(...findingsOfObservations(observations, enough))
  return { ...observed, observations }
}

/** The window from the midnight (UTC) before it, so that its days are whole and can be kept. */
function wholeDays({ from, to }: PrometheusOptions['window']): PrometheusOptions['window'] {
  return { from: new Date(Math.floor(from.getTime() / 86_400_000) * 86_400_000), to }
}

/**
 * Asks for the dialect at the end of the window and, when nothing was recorded then, in the middle. The first question:
 * a server that cannot be asked is found out before others are queued.
 */
async function probe(client: Prometheus, selection: Selection, { first, last }: Slots): Promise<Probed> {
  const ask = async (time: number): Promise<Probed> =>
    chooseDialect(await client.instant(probeQuery(selection, time - first), time))
  const atEnd = await ask(last)
  if (atEnd.usage) return atEnd
  const within = await ask(Math.round((first + last) / 2))
  return within.usage ? within : atEnd
}

function wanted({ namespaces }: Probed, only: readonly string[]): ReadonlyMap<string, number> {
  return only.length === 0 ? namespaces : new Map([...namespaces].filter(([name]) => only.includes(name)))
}

/** Late samples, and rules that are evaluated after them, come within a quarter of an hour. */
const settleSeconds = 900

const finishedBy =
  ({ last }: Slots) =>
  ({ end }: { readonly end: number }): boolean =>
    Math.ceil(end / 86_400) * 86_400 - end < 3600 && end + settleSeconds <= last

async function openCache(
  options: PrometheusOptions,
  { store }: UsagePorts,
  { probed: { dialect }, slots }: { readonly probed: Probed; readonly slots: Slots },
) {
  if (store === undefined) return undefined
  const { cluster, labels = {}, namespaces = [], part } = options
  const { name, usage, state, cpu, memory } = dialect
  const key = {
    cluster,
    lane: part === undefined ? 'whole' : `${part.index}-of-${part.of}`,
    queryVersion,
    labels,
    namespaces,
    part,
    step: slots.step,
    name,
    usage,
    state,
    cpu,
    memory,
  }
  return dayCache(store, key)
}

async function withCrashLoops(
  { client, selection, timing, dialect }: Run,
  { slots: { last }, owners }: { readonly slots: Slots; readonly owners: Owners },
  observations: readonly Observation[],
): Promise<readonly Observation[]> {
  const rows = await client.instant(queriesFor(selection, timing, dialect).crashLoops, last)
  if (rows.length === 0) return observations
  const find = workloadFinder(owners)
  const reasons = new Map<string, string>()
  for (const row of rows) {
    const { namespace = '', pod = '', container = '' } = containerOf(row, dialect.state)
    const found = find(namespace, pod)
    if (found.kind === 'workload')
      reasons.set(workloadKey(found.workload), `container ${container} is in CrashLoopBackOff`)
  }
  return observations.map((one) => {
    const unhealthy = reasons.get(workloadKey(one.workload))
    return unhealthy === undefined ? one : { ...one, unhealthy }
  })
}

/** What kept days have told, besides what was asked now. */
function answeredBy(asked: ReadonlySet<string>, observations: readonly Observation[]): ReadonlySet<string> {
  const containers = observations.flatMap((one) => one.containers)
  return new Set([
    ...asked,
    ...(containers.some(({ cpu }) => cpu !== undefined) ? ['cpu'] : []),
    ...(containers.some(({ memory }) => memory !== undefined) ? ['memory'] : []),
    ...(containers.some(({ throttling }) => throttling !== undefined) ? ['periods'] : []),
  ])
}
