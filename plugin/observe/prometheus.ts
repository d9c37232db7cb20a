import { type ExpectedStop, type ProblemCode, stop } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import { type Envelope, envelopeReader, envelopeSchema, Malformed, type Series } from './envelope.ts'
import { isTimeout, networkReason, type Pause, Transient, withRetries } from './request.ts'
import { decoded, redact, secretsOf, shownUrl } from './secrets.ts'

/** Where a Prometheus HTTP API answers and what it wants to be sent. */
export interface PrometheusServer {
  /** Base URL with or without a path prefix; credentials in it are sent as basic authorization. */
  readonly url: string
  /** Request headers, `authorization` for a token; never shown. */
  readonly headers?: Readonly<Record<string, string>>
  /** Deadline of one request in milliseconds, 60,000 when left out. */
  readonly timeoutMs?: number
}

/** What reading over HTTP needs from outside. */
export interface HttpPorts {
  readonly fetch: typeof fetch
  readonly progress: Progress
  readonly pause?: Pause
}

/** A query over time; both ends are evaluated, all in seconds. */
interface RangeQuery {
  readonly query: string
  readonly start: number
  readonly end: number
  readonly step: number
}

/** Reads one Prometheus server. Rejects with `prometheus.unreachable` or `prometheus.refused`. */
export interface Prometheus {
  /** Every series of a query at one time, in seconds. */
  instant(query: string, time: number): Promise<readonly Series[]>
  /** Hands each series of a query over time to `onSeries`; a span too big for the server is asked for in halves. */
  range(query: RangeQuery, onSeries: (series: Series) => void): Promise<void>
}

interface Connection {
  readonly server: PrometheusServer
  readonly ports: HttpPorts
  readonly shown: string
  readonly secrets: readonly string[]
  readonly warned: Set<string>
}

/** A client for the HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function prometheus(server: PrometheusServer, ports: HttpPorts): Prometheus {
  const secrets = secretsOf(server.url, server.headers ?? {})
  const connection = { server, ports, shown: shownUrl(server.url), secrets, warned: new Set<string>() }
  return {
    instant: async (query, time) => {
      const found: Series[] = []
      await ask(connection, { path: 'query', form: { query, time: String(time) } }, (one) => found.push(one))
      return found
    },
    range: (query, onSeries) => askInParts(connection, query, onSeries),
  }
}

type OnSeries = (series: Series) => unknown

/** An hour is little enough for any server that answers at all. */
const smallestSpan = 3600
const tooMuch = /too many samples|too large|too long|exceed|limit|timed? ?out|no answer in time/i

async function askInParts(connection: Connection, query: RangeQuery, onSeries: OnSeries): Promise<void> {
  const { start, end, step } = query
  let delivered = false
  const deliver = (series: Series): void => {
    delivered = true
    onSeries(series)
  }
  const form = { query: query.query, start: String(start), end: String(end), step: String(step) }
  try {
    await ask(connection, { path: 'query_range', form }, deliver)
  } catch (error) {
    const smaller = error instanceof Error && tooMuch.test(error.message)
    if (delivered || !smaller || end - start < Math.max(smallestSpan, 2 * step)) throw error
    const middle = start + Math.floor((end - start) / step / 2) * step
    await askInParts(connection, { ...query, end: middle }, onSeries)
    await askInParts(connection, { ...query, start: middle + step }, onSeries)
  }
}

interface Call {
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

async function ask(connection: Connection, call: Call, onSeries: OnSeries): Promise<void> {
  const { warnings = [] } = await withRetries(
    () => attempt(connection, call, onSeries),
    connection.ports.pause,
  )
  for (const text of warnings.filter((warning) => !connection.warned.has(warning))) {
    connection.warned.add(text)
    const message = `Prometheus ${connection.shown}: ${redact(text, connection.secrets)}`
    connection.ports.progress({ kind: 'warning', message })
  }
}

async function attempt(connection: Connection, call: Call, onSeries: OnSeries): Promise<Envelope> {
  let delivered = false
  const reader = envelopeReader((series) => {
    delivered = true
    onSeries(series)
  })
  try {
    const response = await post(connection, call)
    if (!response.ok) throw await refusal(connection, response)
    for await (const text of textOf(connection, response)) reader.push(text)
    const envelope = reader.finish()
    if (envelope.status === 'success') return envelope
    throw refused(connection, envelope.error ?? 'an error without a text')
  } catch (error) {
    if (error instanceof Malformed) throw refused(connection, error.message, hints.notPrometheus)
    // Series that were handed on would count twice.
    throw delivered && error instanceof Transient ? error.failure : error
  }
}

const timeoutOf = ({ server }: Connection): number => server.timeoutMs ?? 60_000

async function post(connection: Connection, { path, form }: Call): Promise<Response> {
  const { server, ports } = connection
  const timeoutMs = timeoutOf(connection)
  try {
    const url = new URL(server.url)
    const login = `${decoded(url.username)}:${decoded(url.password)}`
    const authorization = login === ':' ? {} : { authorization: `Basic ${btoa(login)}` }
    url.username = ''
    url.password = ''
    url.pathname = `${url.pathname.replace(/(\/api\/v1)?\/*$/, '')}/api/v1/${path}`
    const given = Object.entries(server.headers ?? {}).map(([name, value]) => [name, value.trim()])
    return await ports.fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json', ...authorization, ...Object.fromEntries(given) },
      body: new URLSearchParams({ ...form, timeout: `${Math.ceil(timeoutMs / 1000)}s` }),
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (error) {
    throw lost(connection, error)
  }
}

async function* textOf(connection: Connection, { body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  try {
    for await (const part of body ?? []) yield decoder.decode(part, { stream: true })
  } catch (error) {
    throw lost(connection, error)
  }
}

/** A busy server is not helped by being asked again: only a failure that came before the deadline is transient. */
function lost(connection: Connection, error: unknown): Error {
  if (!isTimeout(error)) return new Transient(unreachable(connection, networkReason(error)))
  return unreachable(connection, `no answer in time (${timeoutOf(connection) / 1000} s)`)
}

async function refusal(connection: Connection, response: Response): Promise<Error> {
  const { status, statusText } = response
  const own = await errorText(response)
  const text = `HTTP ${status}${own === undefined ? ` ${statusText}` : `: ${own}`}`
  const busy = status === 502 || status === 503 || status === 504
  if (busy)
    return new Transient(own === undefined ? unreachable(connection, text) : refused(connection, text))
  if (status === 401 || status === 403) return refused(connection, text, hints.credentials)
  return refused(connection, text, status === 404 || status === 405 ? hints.notPrometheus : undefined)
}

/** What the server itself says was wrong; pages for people say nothing. */
async function errorText(response: Response): Promise<string | undefined> {
  const text = await response.text().catch(() => '')
  try {
    return envelopeSchema.parse(JSON.parse(text)).error
  } catch {
    const line = text.trim().split('\n', 1)[0] ?? ''
    return line === '' || line.startsWith('<') ? undefined : line.slice(0, 300)
  }
}

const hints = {
  unreachable: 'Check the URL, that the server runs and that this machine may reach it.',
  credentials: 'Check the token and that it may query.',
  notPrometheus: 'Check the path prefix of the URL, and that no login page stands before the server.',
}

const problem = (
  connection: Connection,
  {
    code,
    text,
    mend,
  }: { readonly code: ProblemCode; readonly text: string; readonly mend: string | undefined },
): ExpectedStop => {
  const message = redact(`Prometheus ${connection.shown} ${text}`, connection.secrets)
  return stop(code, message, mend === undefined ? {} : { mend })
}

const unreachable = (connection: Connection, reason: string): ExpectedStop =>
  problem(connection, {
    code: 'prometheus.unreachable',
    text: `cannot be reached: ${reason}`,
    mend: hints.unreachable,
  })

const refused = (connection: Connection, reason: string, mend?: string): ExpectedStop =>
  problem(connection, { code: 'prometheus.refused', text: `refused a query: ${reason}`, mend })
