import { serverMessage } from '../../model/text/clean.ts'
import { TransientError, withRetries } from '../request.ts'
import { redact } from '../secrets.ts'
import { isTooLarge, notPrometheus, refused, shortened, statusError } from './client-errors.ts'
import {
  type Call,
  type Connection,
  type HttpPorts,
  openConnection,
  type PrometheusServer,
  post,
  textOf,
} from './connection.ts'
import type { QueryCost } from './query-cost.ts'
import { type Envelope, MalformedResponse, responseReader, type Series } from './response-reader.ts'

/** A query at one time, or over a range with both ends included; times in seconds since 1970. */
type Query = { readonly query: string } & (
  | { readonly time: number }
  | { readonly start: number; readonly end: number; readonly step: number }
)

/** Reads one Prometheus server. Rejects with `prometheus.*` problems. */
export interface Prometheus {
  /** All series of a query at one time, in seconds since 1970. */
  instant(query: string, time: number): Promise<readonly Series[]>
  /** Calls `onSeries` for each series as it arrives; again for the first ones when a response broke off and was retried. */
  each(query: Query, onSeries: (series: Series) => void): Promise<void>
  /** The cost of all queries so far. */
  readonly cost: Readonly<QueryCost>
  /** Number of responses so far that the server marked as incomplete. */
  readonly partial: () => number
  /** Sends no more queries: the waiting ones are rejected. */
  readonly close: () => void
}

/** A client for the HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function prometheus(server: PrometheusServer, ports: HttpPorts): Prometheus {
  const connection = openConnection(server, ports)
  return {
    cost: connection.cost,
    partial: () => connection.state.partial,
    close: () => {
      connection.state.closed = true
    },
    instant: async (query, time) => {
      let found: Series[] = []
      await run(connection, { query, time }, () => {
        found = []
        return (one) => found.push(one)
      })
      return found
    },
    each: (query, onSeries) => run(connection, query, () => onSeries),
  }
}

type OnSeries = (series: Series) => unknown

/** Runs a query with retries. `begin` is called for each attempt, because a retried response starts from the beginning. */
async function run(connection: Connection, query: Query, begin: () => OnSeries): Promise<void> {
  const form = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]))
  const call = { path: 'time' in query ? 'query' : 'query_range', form }
  const { warnings = [] } = await withRetries(
    () => connection.limiter.run(() => attempt(connection, call, begin())),
    connection.ports.pause,
  )
  // A warning means that a store did not answer or that series were left out; infos are not requested.
  if (warnings.length > 0) connection.state.partial += 1
  for (const text of warnings.filter((warning) => !connection.warned.has(warning))) {
    connection.warned.add(text)
    const message = `Prometheus ${connection.shown}: ${serverMessage(redact(text, connection.secrets))}`
    connection.ports.progress({ kind: 'warning', message })
  }
}

async function attempt(connection: Connection, call: Call, onSeries: OnSeries): Promise<Envelope> {
  const { cost } = connection
  const reader = responseReader((series) => {
    cost.series += 1
    cost.samples += series.values.length
    onSeries(series)
  })
  const began = performance.now()
  try {
    const response = await post(connection, call)
    if (!response.ok) throw await statusError(connection, response)
    for await (const text of textOf(connection, response)) {
      cost.bytes += text.length
      reader.push(text)
    }
    const envelope = reader.finish()
    if (envelope.status === 'success') return envelope
    throw refused(connection, shortened(envelope.error ?? 'an error without a text'))
  } catch (error) {
    throw failureOf(connection, error, reader.begun())
  } finally {
    cost.seconds += (performance.now() - began) / 1000
  }
}

/** The error to throw for a failed attempt. `begun` is true when the response started like one of the API. */
function failureOf(connection: Connection, error: unknown, begun: boolean): unknown {
  if (error instanceof MalformedResponse) {
    const failure = notPrometheus(connection, error.message)
    // A response that began well was cut on its way, so a retry may help.
    return begun ? new TransientError(failure) : failure
  }
  if (error instanceof TransientError || isTooLarge(error)) connection.limiter.slower()
  return error
}
