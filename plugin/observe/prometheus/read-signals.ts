import { groupBy } from '../../model/group.ts'
import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { SignalRule, SignalSamples } from '../../model/signal.ts'
import type { Workload } from '../../model/workload.ts'
import { namespacedLabel, workloadKey } from '../../model/workload.ts'
import { type Prometheus, prometheus } from './client.ts'
import { isFatal, isRefused, isTooLarge } from './client-errors.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'
import { longestQuery, together } from './one-query.ts'
import { fillQuery } from './signal-query.ts'

/** A signal with the query that measures it. */
export interface SignalQuery extends SignalRule {
  readonly query: string
}

/** A workload with the signals that are measured of it. */
export interface MeasuredWorkload {
  readonly workload: Workload
  readonly signals: readonly SignalQuery[]
}

/** What to read, of one cluster. */
export interface SignalRequest extends PrometheusServer {
  readonly cluster: string
  readonly workloads: readonly MeasuredWorkload[]
  /** Labels that select the cluster on a shared server. */
  readonly labels?: Readonly<Record<string, string>>
  readonly window: { readonly from: Date; readonly to: Date }
}

const stepSeconds = 900
const name = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/

/** A signal of a workload, with its own query. */
interface Task {
  readonly workload: Workload
  readonly rule: SignalRule
  readonly query: string
}

/** What was read of a task: samples, or why there are none. */
type Found = SignalSamples | string

/**
 * Reads signals of workloads, many in one query, by `workloadKey`. A signal that cannot be read, or that gives no single series, is left out,
 * with one warning for all workloads. Never rejects for what the server answers.
 */
export async function readSignals(
  request: SignalRequest,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, readonly SignalSamples[]>> {
  const client = prometheus(request, ports)
  const failures = new Map<string, { readonly reason: string; count: number }>()
  const byWorkload = new Map<string, SignalSamples[]>()
  const { from, to } = request.window
  const [first, last] = [
    Math.ceil(from.getTime() / 1000 / stepSeconds) * stepSeconds,
    Math.floor(to.getTime() / 1000 / stepSeconds) * stepSeconds,
  ]
  const read = await inParallel(batched(tasksOf(request)), (tasks) =>
    readBatch({ client, first, last }, tasks),
  )
  for (const [{ workload, rule }, found] of read.flat()) {
    const key = workloadKey(workload)
    const known = failures.get(rule.name)
    if (typeof found !== 'string') byWorkload.set(key, [...(byWorkload.get(key) ?? []), found])
    else if (known === undefined) failures.set(rule.name, { reason: found, count: 1 })
    else known.count += 1
  }
  for (const [signal, { reason, count }] of failures) {
    const others = count === 1 ? '' : ` (and of ${count - 1} more)`
    ports.progress({
      kind: 'warning',
      message: `the signal ${signal} in ${request.cluster} is not known: ${reason}${others}`,
    })
  }
  return byWorkload
}

const tasksOf = ({ workloads, cluster, labels = {} }: SignalRequest): readonly Task[] =>
  workloads
    .filter(({ workload }) => name.test(workload.name) && name.test(workload.namespace))
    .flatMap(({ workload, signals }) =>
      signals.map(({ query, ...rule }) => {
        const { namespace, kind } = workload
        const subject = { namespace, kind, workload: workload.name, cluster }
        return { workload, rule, query: fillQuery(query, subject, labels) }
      }),
    )

/** Tasks that fit into one query together. */
function batched(tasks: readonly Task[]): readonly (readonly Task[])[] {
  const batches: Task[][] = []
  let length = Number.POSITIVE_INFINITY
  for (const task of tasks) {
    length += task.query.length + 60
    if (length > longestQuery) {
      batches.push([])
      length = task.query.length + 60
    }
    batches.at(-1)?.push(task)
  }
  return batches
}

/** The label that says of which query in a batch a series is. */
const which = 'tortoise_query'

/** The server, and the times of the samples, in seconds since 1970. */
interface Reader {
  readonly client: Prometheus
  readonly first: number
  readonly last: number
}

/**
 * Reads the signals of a batch. Where the server refuses their query or does not answer it in time, those of each name are read by themselves, so that what is wrong with one touches no
 * other. Of one name, each half is read by itself where they ask for too much, and each workload where the server refuses them: a query that
 * cannot be executed fails alone, and one that is no vector is read as it is.
 */
async function readBatch(
  reader: Reader,
  tasks: readonly Task[],
): Promise<readonly (readonly [Task, Found])[]> {
  try {
    const read = await readOnce(reader, tasks)
    return tasks.map((task, nth) => [task, samplesOf(task, reader.first, read[nth])])
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const parts = isFatal(error) ? [] : partsOf(tasks, error)
    if (parts.length > 1) return (await inParallel(parts, (part) => readBatch(reader, part))).flat()
    const [reason] = error.message.split('\n', 1)
    return tasks.map((task) => [task, `${namespacedLabel(task.workload)}: ${reason}`])
  }
}

/** The parts of a batch whose query failed; one when it can only fail again. */
function partsOf(tasks: readonly Task[], error: ExpectedStop): readonly (readonly Task[])[] {
  if (!isTooLarge(error) && !isRefused(error)) return [tasks]
  const byName = [...groupBy(tasks, ({ rule }) => rule.name).values()]
  if (byName.length > 1) return byName
  const size = isTooLarge(error) ? Math.ceil(tasks.length / 2) : 1
  return tasks.flatMap((_, at) => (at % size === 0 ? [tasks.slice(at, at + size)] : []))
}

/** The series that a query gave: which ones, and the values of the last one by time. */
interface Series {
  readonly seen: Set<string>
  readonly values: number[]
}

/** The series of each task, by one query for all. */
async function readOnce({ client, first, last }: Reader, tasks: readonly Task[]): Promise<readonly Series[]> {
  const count = Math.floor((last - first) / stepSeconds) + 1
  const read = tasks.map((): Series => ({ seen: new Set(), values: new Array(count).fill(Number.NaN) }))
  const [only] = tasks
  const queries = tasks.map((task) => task.query)
  const query = tasks.length === 1 ? (only?.query ?? '') : together(queries, which)
  await client.each({ query, start: first, end: last, step: stepSeconds }, ({ labels, times, values }) => {
    const { [which]: nth = '0', ...own } = labels
    const series = read[Number(nth)]
    if (series === undefined) return
    series.seen.add(JSON.stringify(own))
    for (const [index, time] of times.entries())
      series.values[Math.round((time - first) / stepSeconds)] = values[index] ?? Number.NaN
  })
  return read
}

function samplesOf(task: Task, first: number, series: Series | undefined): Found {
  const label = namespacedLabel(task.workload)
  if (series === undefined || series.seen.size === 0) return `there are no samples of ${label}`
  const { seen, values } = series
  if (seen.size > 1) return `its query gives ${seen.size} series of ${label}; wrap it in sum(…) or max(…)`
  return { ...task.rule, first, step: stepSeconds, values }
}
