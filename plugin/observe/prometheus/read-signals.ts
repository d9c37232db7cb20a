import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { SignalRule, SignalSamples } from '../../model/signal.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadKey } from '../../model/workload.ts'
import { type Prometheus, prometheus } from './client.ts'
import type { HttpPorts, PrometheusServer } from './connection.ts'
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

/**
 * Reads signals of workloads, one query each, by `workloadKey`. A signal that cannot be read, or that gives no single series, is left out, with
 * one warning for all workloads. Never rejects for what the server answers.
 */
export async function readSignals(
  request: SignalRequest,
  ports: HttpPorts,
): Promise<ReadonlyMap<string, readonly SignalSamples[]>> {
  const client = prometheus(request, ports)
  const failures = new Map<string, { readonly reason: string; count: number }>()
  const tasks = request.workloads
    .filter(({ workload }) => name.test(workload.name) && name.test(workload.namespace))
    .flatMap(({ workload, signals }) => signals.map((signal) => ({ workload, signal })))
  const read = await inParallel(tasks, async ({ workload, signal }) => {
    const found = await readSignal(client, request, { workload, signal })
    if (typeof found !== 'string') return [[workloadKey(workload), found] as const]
    const known = failures.get(signal.name)
    if (known === undefined) failures.set(signal.name, { reason: found, count: 1 })
    else known.count += 1
    return []
  })
  for (const [signal, { reason, count }] of failures) {
    const others = count === 1 ? '' : ` (and of ${count - 1} more)`
    ports.progress({
      kind: 'warning',
      message: `the signal ${signal} in ${request.cluster} is not known: ${reason}${others}`,
    })
  }
  return collect(read.flat())
}

function collect(
  read: readonly (readonly [key: string, samples: SignalSamples])[],
): ReadonlyMap<string, readonly SignalSamples[]> {
  const byWorkload = new Map<string, SignalSamples[]>()
  for (const [key, samples] of read) byWorkload.set(key, [...(byWorkload.get(key) ?? []), samples])
  return byWorkload
}

/** The samples of a signal, or why there are none. */
async function readSignal(
  client: Prometheus,
  { cluster, labels = {}, window }: SignalRequest,
  { workload, signal: { query, ...rule } }: { readonly workload: Workload; readonly signal: SignalQuery },
): Promise<SignalSamples | string> {
  const label = `${workload.namespace}/${workload.kind}/${workload.name}`
  const { namespace, kind } = workload
  const text = fillQuery(query, { namespace, kind, workload: workload.name, cluster }, labels)
  const last = Math.floor(window.to.getTime() / 1000 / stepSeconds) * stepSeconds
  const first = Math.ceil(window.from.getTime() / 1000 / stepSeconds) * stepSeconds
  const values: number[] = new Array(Math.floor((last - first) / stepSeconds) + 1).fill(Number.NaN)
  const seen = new Set<string>()
  try {
    await client.each({ query: text, start: first, end: last, step: stepSeconds }, (series) => {
      seen.add(JSON.stringify(series.labels))
      for (const [index, time] of series.times.entries()) {
        values[Math.round((time - first) / stepSeconds)] = series.values[index] ?? Number.NaN
      }
    })
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return `${label}: ${error.message.split('\n', 1)[0]}`
  }
  if (seen.size === 0) return `there are no samples of ${label}`
  if (seen.size > 1) return `its query gives ${seen.size} series of ${label}; wrap it in sum(…) or max(…)`
  return { ...rule, first, step: stepSeconds, values }
}
