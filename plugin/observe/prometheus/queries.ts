import { type Dialect, usageMatchers } from './dialect.ts'
import { together } from './one-query.ts'
import { type Selection, type SeriesOf, selectorOf } from './selector.ts'

/** Raised when the meaning of a query changes, so that cached days are read again. */
export const queryVersion = 1

/** The evaluation times of a window, in seconds since 1970: `first`, `first + step` … `last`. Each covers the step before it. */
export interface Slots {
  readonly first: number
  readonly last: number
  readonly step: number
  readonly count: number
}

/** The slots of a window, moved back to multiples of the step, which caches in front of Prometheus need. */
export function slotsOf(window: { readonly from: Date; readonly to: Date }, step: number): Slots {
  const first = Math.floor(window.from.getTime() / 1000 / step) * step + step
  const last = Math.floor(window.to.getTime() / 1000 / step) * step
  return { first, last, step, count: Math.max(0, (last - first) / step + 1) }
}

/** The slots of one request: first and last time, and `seconds`, the time that the slots cover. */
export interface Chunk {
  readonly start: number
  readonly end: number
  readonly seconds: number
}

/** The server rejects more than 11,000 points per series. */
const mostPoints = 10_000

/** Splits slots at every midnight UTC, and further when a day has too many. */
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

/** Time ranges of queries, in seconds. */
export interface Timing {
  readonly step: number
  /** Range of a rate, which must contain at least two samples. */
  readonly rateSeconds: number
}

/** Step and ranges for a scrape interval, which is precise to a tenth. The step is never shorter than the interval. */
export const timingFor = (wantedStep: number, scrapeSeconds: number): Timing => ({
  step: scrapeSeconds > wantedStep * 1.2 ? scrapeSeconds : wantedStep,
  rateSeconds: Math.max(300, 2 * scrapeSeconds),
})

/** All queries for one selection. Those that are functions take the length of a chunk in seconds. */
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
const usageKey = ({ usage, level }: Dialect): string =>
  level === 'pod' ? `${usage.namespace},${usage.pod}` : keyOf(usage)

// One millisecond less, so that a sample between two ranges belongs to only one of them.
const highest = (by: string, selector: string, range: string | number): string =>
  `max by (${by}) (max_over_time(${selector}${typeof range === 'number' ? rangeOf(range) : range}))`

const rangeOf = (seconds: number): string => `[${seconds * 1000 - 1}ms]`

function usageQueries({ usage, timing, dialect }: Query) {
  const key = usageKey(dialect)
  const matchers = usageMatchers(dialect)
  return {
    /**
     * Cores. The highest rate of a container, not the sum: the same container is recorded twice when two jobs or two
     * replicas scrape it, and for a few minutes after a restart.
     */
    cpu: `max by (${key}) (${cpuRate({ usage, timing, dialect }, matchers)})`,
    /** Bytes; the highest sample since the previous slot, so that a peak between two slots counts. */
    memory: highest(key, usage(dialect.memory.metric, ...dialect.memory.matchers, ...matchers), timing.step),
  }
}

/** The rate of each series; series of the cores of one container are added up first. */
function cpuRate(
  { usage, timing, dialect: { cpu } }: Omit<Query, 'state'>,
  matchers: readonly string[],
): string {
  const rate = (...more: readonly string[]): string =>
    `rate(${usage(cpu.metric, ...matchers, ...more)}[${timing.rateSeconds}s])`
  if (cpu.kind === 'rate') return usage(cpu.metric, ...matchers)
  if (cpu.kind === 'counter') return rate()
  return `${rate('cpu=~"total|"')} or sum without (cpu) (${rate('cpu!~"total|"')})`
}

/** Owners of pods, ReplicaSets and Jobs that existed at any time of the last seconds. */
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
    `sum by (${usageKey(dialect)}) (increase(${usage(metric, ...usageMatchers(dialect))}[${seconds}s]))`
  return {
    /**
     * Restarts during a slot of containers whose last termination was an OOM kill. The reason stays 1 until the next
     * termination and cannot be counted, but restarts while it is 1 can. The first kill of a pod younger than a slot is missed.
     */
    oomRestarts: [
      `(max by (${key}) (${restarts}) - max by (${key}) (${restarts} offset ${step}s)) > 0`,
      `and on (${key}) (${killed} == 1)`,
      // Prometheus looks back five minutes, so a reason that was just replaced would still count.
      `and on (${key}) (${latest(killed)} >= ${latest(status('last_terminated_reason'))})`,
    ].join(' '),
    /**
     * Four facts of the last seconds. CFS periods: two scrape jobs double both counts, so their share is right.
     * Pods that ended by an OOM kill and are not restarted (`restartPolicy: Never`): those that are new since then.
     */
    facts: (seconds: number): string =>
      together({
        throttled: total('container_cpu_cfs_throttled_periods_total', seconds),
        periods: total('container_cpu_cfs_periods_total', seconds),
        // With the five minutes that Prometheus looks back at the first slot.
        'oom-last': `${highest(key, killed, seconds + 300)} == 1`,
        'oom-end': [
          `(${highest(key, ended, seconds)} == 1`,
          `and on (${namespace},${pod}) (${highest(`${namespace},${pod}`, failed, seconds)} == 1)`,
          `unless on (${key}) (${highest(key, ended, `${rangeOf(step)} offset ${seconds}s`)} == 1))`,
        ].join(' '),
      }),
    /** Containers in CrashLoopBackOff; the range covers the seconds in which they run. */
    crashLoops: `${highest(key, status('waiting_reason', 'reason="CrashLoopBackOff"'), 300)} == 1`,
  }
}
