import { type Dialect, realContainer } from './dialect.ts'
import { type Selection, type SeriesOf, selectorOf } from './selector.ts'

/** Raised when a query changes in what it tells: days that were kept before are then read anew. */
export const queryVersion = 1

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

/** How long queries look back, in seconds. */
export interface Timing {
  readonly step: number
  /** Range of a rate: at least two samples must fall in it. */
  readonly rateSeconds: number
}

/** The step and ranges that suit a scrape interval, which is known to a tenth: never finer than the samples there are. */
export const timingFor = (wantedStep: number, scrapeSeconds: number): Timing => ({
  step: scrapeSeconds > wantedStep * 1.2 ? scrapeSeconds : wantedStep,
  rateSeconds: Math.max(300, 2 * scrapeSeconds),
})

/** Every query of the room, for one selection; those that take a length want it in seconds. */
export function queriesFor(selection: Selection, timing: Timing, dialect: Dialect) {
  const usage = selectorOf(selection, dialect.usage)
  const state = selectorOf(selection, dialect.state)
  const query = { usage, state, timing, dialect }
  return { ...usageQueries(query), owners: ownersQuery(query), ...stateQueries(query) }
}

interface Query {
  readonly usage: SeriesOf
  readonly state: SeriesOf
  readonly timing: Timing
  readonly dialect: Dialect
}

const keyOf = (labels: Dialect['usage']): string => Object.values(labels).join(',')

// One millisecond less than asked: a sample on the edge of two ranges then falls in one of them only.
const highest = (by: string, selector: string, seconds: number, offset = ''): string =>
  `max by (${by}) (max_over_time(${selector}[${seconds * 1000 - 1}ms]${offset}))`

/** Several questions asked at once; the label `what` tells their answers apart. */
const together = (queries: Readonly<Record<string, string>>): string =>
  Object.entries(queries)
    .map(([what, query]) => `label_replace(${query},"what","${what}","","")`)
    .join(' or ')

function usageQueries({ usage, timing, dialect }: Query) {
  const key = keyOf(dialect.usage)
  const real = realContainer(dialect.usage)
  const cpu = usage(dialect.cpu.metric, ...real)
  return {
    /**
     * Cores. The highest of the rates of a container, never their sum: the same container stands there twice when
     * two jobs or two replicas scrape it, and for a few minutes after a restart. Real cgroups of one container do not add up.
     */
    cpu: `max by (${key}) (${dialect.cpu.kind === 'rate' ? cpu : `rate(${cpu}[${timing.rateSeconds}s])`})`,
    /** Bytes; the highest sample since the slot before, so that a peak between two slots is seen. */
    memory: highest(key, usage(dialect.memory.metric, ...dialect.memory.matchers, ...real), timing.step),
  }
}

/** Owners of pods, ReplicaSets and Jobs that were there at any time of the last seconds. */
function ownersQuery({ state, dialect }: Query) {
  const { namespace, pod } = dialect.state
  const owners = (metric: string, label: string, seconds: number): string =>
    highest(
      `${namespace},${label},owner_kind,owner_name`,
      state(metric, 'owner_is_controller!="false"'),
      seconds,
    )
  return (seconds: number): string =>
    together({
      pods: owners('kube_pod_owner', pod, seconds),
      replicaSets: owners('kube_replicaset_owner', 'replicaset', seconds),
      jobs: owners('kube_job_owner', 'job_name', seconds),
    })
}

function stateQueries({ usage, state, timing: { step }, dialect }: Query) {
  const key = keyOf(dialect.state)
  const { namespace, pod } = dialect.state
  const status = (name: string, ...matchers: readonly string[]): string =>
    state(`kube_pod_container_status_${name}`, ...matchers)
  const restarts = status('restarts_total')
  const killed = status('last_terminated_reason', 'reason="OOMKilled"')
  const latest = (selector: string): string => `max by (${key}) (timestamp(${selector}))`
  const ended = status('terminated_reason', 'reason="OOMKilled"')
  const failed = state('kube_pod_status_phase', 'phase="Failed"')
  const total = (metric: string, seconds: number): string =>
    `sum by (${keyOf(dialect.usage)}) (increase(${usage(metric, ...realContainer(dialect.usage))}[${seconds}s]))`
  return {
    /**
     * Restarts during a slot of containers whose last end was an OOM kill. The reason stays 1 until the next end, so it
     * cannot be counted; a restart counter that rises while it stands can. The first kill of a pod younger than a slot is missed.
     */
    oomRestarts: [
      `(max by (${key}) (${restarts}) - max by (${key}) (${restarts} offset ${step}s)) > 0`,
      `and on (${key}) (${killed} == 1)`,
      // Prometheus looks five minutes back: a reason that another has just replaced would still be seen.
      `and on (${key}) (${latest(killed)} >= ${latest(status('last_terminated_reason'))})`,
    ].join(' '),
    /**
     * Three facts of the last seconds. CFS periods: a double scrape doubles both and leaves their share as it is.
     * Pods that ended by an OOM kill and are not restarted (`restartPolicy: Never`): those that were not there before.
     */
    facts: (seconds: number): string =>
      together({
        throttled: total('container_cpu_cfs_throttled_periods_total', seconds),
        periods: total('container_cpu_cfs_periods_total', seconds),
        'oom-end': [
          `(${highest(key, ended, seconds)} == 1`,
          `and on (${namespace},${pod}) (${highest(`${namespace},${pod}`, failed, seconds)} == 1)`,
          `unless on (${key}) (${highest(key, ended, step, ` offset ${seconds}s`)} == 1))`,
        ].join(' '),
      }),
    /** Containers that wait for another try; the range bridges the seconds in which they run. */
    crashLoops: `${highest(key, status('waiting_reason', 'reason="CrashLoopBackOff"'), 300)} == 1`,
  }
}
