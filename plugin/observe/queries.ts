/** Which series belong to the cluster that is observed. */
export interface Selection {
  /** Labels that pick the cluster out of a shared server, `cluster: prod` for example. */
  readonly labels?: Readonly<Record<string, string>>
  /** Only these namespaces; all when left out or empty. */
  readonly namespaces?: readonly string[]
}

/** The evaluation times of a window, in seconds: `first`, `first + step` … `last`. Each stands for the step before it. */
export interface Slots {
  readonly first: number
  readonly last: number
  readonly step: number
  readonly count: number
}

/** The slots of a window, moved back to multiples of the step, as caches in front of Prometheus like them. */
export function slotsOf(window: { readonly from: Date; readonly to: Date }, step: number): Slots {
  const first = Math.floor(window.from.getTime() / 1000 / step) * step + step
  const last = Math.floor(window.to.getTime() / 1000 / step) * step
  return { first, last, step, count: Math.max(0, (last - first) / step + 1) }
}

/** A part of the slots that one request asks for, in seconds; `seconds` is the time that its slots stand for. */
export interface Chunk {
  readonly start: number
  readonly end: number
  readonly seconds: number
}

/** The server refuses more than 11,000 points a series. */
const mostPoints = 10_000

/** Cuts slots at every midnight UTC, and finer where a day has too many of them. */
export function chunksOf({ first, last, step }: Slots): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let start = first; start <= last; ) {
    const midnight = Math.ceil(start / 86_400) * 86_400
    const end = Math.min(last, Math.floor(midnight / step) * step, start + (mostPoints - 1) * step)
    const usable = Math.max(start, end)
    chunks.push({ start, end: usable, seconds: usable - start + step })
    start = usable + step
  }
  return chunks
}

const containerKey = 'namespace,pod,container'
const realContainer = ['container!=""', 'container!="POD"']

/** A metric with its own matchers and those of the selection. */
type SeriesOf = (metric: string, ...matchers: readonly string[]) => string

/** How long queries look back, in seconds. */
export interface Timing {
  readonly step: number
  /** Range of a rate: at least two samples must fall in it. */
  readonly rateSeconds: number
}

/** How many samples a container had in the hour before: tells how often usage is scraped. */
export const scrapesQuery = (selection: Selection): string =>
  `max(count_over_time(container_cpu_usage_seconds_total{${[...realContainer, ...matchersOf(selection)].join(',')}}[1h]))`

/** The step and ranges that suit a scrape interval, which is known to a tenth: never finer than the samples there are. */
export const timingFor = (wantedStep: number, scrapeSeconds: number): Timing => ({
  step: scrapeSeconds > wantedStep * 1.2 ? scrapeSeconds : wantedStep,
  rateSeconds: Math.max(300, 2 * scrapeSeconds),
})

/** Every query of the room, for one selection; those that take a length want it in seconds. */
export function queriesFor(selection: Selection, timing: Timing) {
  const series: SeriesOf = (metric, ...more) => `${metric}{${[...more, ...matchersOf(selection)].join(',')}}`
  return { ...usageQueries(series, timing), ...ownerQueries(series), ...stateQueries(series, timing) }
}
/** The queries of one selection. */
export type Queries = ReturnType<typeof queriesFor>

// One millisecond less than asked: a sample on the edge of two ranges then falls in one of them only.
const highest = (by: string, selector: string, seconds: number): string =>
  `max by (${by}) (max_over_time(${selector}[${seconds * 1000 - 1}ms]))`

function usageQueries(series: SeriesOf, { step, rateSeconds }: Timing) {
  const memory = series('container_memory_working_set_bytes', ...realContainer)
  const total = (metric: string) => (seconds: number) =>
    `sum by (${containerKey}) (increase(${series(metric, ...realContainer)}[${seconds}s]))`
  return {
    /**
     * Cores. The highest of the rates of a container, never their sum: the same container stands there twice when
     * two jobs or two replicas scrape it, and for a few minutes after a restart. Real cgroups of one container do not add up.
     */
    cpu: `max by (${containerKey}) (rate(${series('container_cpu_usage_seconds_total', ...realContainer)}[${rateSeconds}s]))`,
    /** Bytes; the highest sample since the slot before, so that a peak between two slots is seen. */
    memory: highest(containerKey, memory, step),
    /** CFS periods; a double scrape doubles both and leaves their share as it is. */
    throttled: total('container_cpu_cfs_throttled_periods_total'),
    periods: total('container_cpu_cfs_periods_total'),
    clusters: `count by (cluster) (${memory})`,
  }
}

function ownerQueries(series: SeriesOf) {
  const owners = (metric: string, label: string) => (seconds: number) =>
    highest(
      `namespace,${label},owner_kind,owner_name`,
      series(metric, 'owner_is_controller!="false"'),
      seconds,
    )
  return {
    pods: owners('kube_pod_owner', 'pod'),
    replicaSets: owners('kube_replicaset_owner', 'replicaset'),
    jobs: owners('kube_job_owner', 'job_name'),
  }
}

function stateQueries(series: SeriesOf, { step }: Timing) {
  const status = (name: string, ...matchers: readonly string[]): string =>
    series(`kube_pod_container_status_${name}`, ...matchers)
  const restarts = status('restarts_total')
  const killed = status('last_terminated_reason', 'reason="OOMKilled"')
  const latest = (selector: string): string => `max by (${containerKey}) (timestamp(${selector}))`
  const ended = status('terminated_reason', 'reason="OOMKilled"')
  const failed = series('kube_pod_status_phase', 'phase="Failed"')
  return {
    /**
     * Restarts during a slot of containers whose last end was an OOM kill. The reason stays 1 until the next end, so it
     * cannot be counted; a restart counter that rises while it stands can. The first kill of a pod younger than a slot is missed.
     */
    oomRestarts: [
      `(max by (${containerKey}) (${restarts}) - max by (${containerKey}) (${restarts} offset ${step}s)) > 0`,
      `and on (${containerKey}) (${killed} == 1)`,
      // Prometheus looks five minutes back: a reason that another has just replaced would still be seen.
      `and on (${containerKey}) (${latest(killed)} >= ${latest(status('last_terminated_reason'))})`,
    ].join(' '),
    /** Pods that ended by an OOM kill and are not restarted (`restartPolicy: Never`): each counts once. */
    oomEnds: (seconds: number) =>
      `${highest(containerKey, ended, seconds)} == 1 and on (namespace,pod) (${highest('namespace,pod', failed, seconds)} == 1)`,
    /** Containers that wait for another try; the range bridges the seconds in which they run. */
    crashLoops: `${highest(containerKey, status('waiting_reason', 'reason="CrashLoopBackOff"'), 300)} == 1`,
    anyRestarts: `count(${restarts})`,
  }
}

function matchersOf({ labels = {}, namespaces = [] }: Selection): readonly string[] {
  const exact = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  if (namespaces.length === 0) return exact
  const names = namespaces.map((name) => name.replace(/[.*+?()|[\]{}^$\\]/g, '\\$&')).join('|')
  return [...exact, `namespace=~${JSON.stringify(names)}`]
}
