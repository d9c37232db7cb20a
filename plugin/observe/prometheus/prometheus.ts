import { ExpectedStop, type ProblemCode, stop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { isTimeout, networkReason, type Pause, Transient, withRetries } from '../request.ts'
import { credentialsIn, decoded, redact, secretsOf, shownUrl } from '../secrets.ts'
import { type Limiter, limiter } from './limiter.ts'
import { noCost, type QueryCost } from './query-cost.ts'
import { type Envelope, envelopeReader, envelopeSchema, Malformed, type Series } from './response-reader.ts'

/** Where a Prometheus HTTP API answers and what it wants to be sent. */
export interface PrometheusServer {
  /** Base URL with or without a path prefix; credentials in it are sent as basic authorization. */
  readonly url: string
  /** Request headers, `authorization` for a token; never shown. */
  readonly headers?: Readonly<Record<string, string>>
  /** Deadline of one request in milliseconds, 60,000 when left out. */
  readonly timeoutMs?: number
  /** Requests at once, 4 when left out; fewer while the server is slow to answer. */
  readonly concurrency?: number
  /** Requests in all; a run that needs more stops. No limit when left out. */
  readonly maxQueries?: number
  /** Form fields sent with each request, `partial_response` for Thanos for example. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** What reading over HTTP needs from outside. */
export interface HttpPorts {
  readonly fetch: typeof fetch
  readonly progress: Progress
  readonly pause?: Pause
  /**
   * Headers that prove who asks, made anew for each request: tokens end. `renew` after the server has refused the last ones.
   * Secrets in them are never shown.
   */
  readonly credentials?: (request: CredentialRequest) => Promise<Readonly<Record<string, string>>>
}

/** What credentials are made for; a signature covers the body. */
export interface CredentialRequest {
  readonly url: URL
  readonly body: string
  readonly renew: boolean
}

/** A query at one time, or over time with both ends evaluated; all in seconds. */
type Asked = { readonly query: string } & (
  | { readonly time: number }
  | { readonly start: number; readonly end: number; readonly step: number }
)

/** Reads one Prometheus server. Rejects with `prometheus.unreachable` or `prometheus.refused`. */
export interface Prometheus {
  /** Every series of a query at one time, in seconds. */
  instant(query: string, time: number): Promise<readonly Series[]>
  /** Hands each series of an answer on as it comes; once more where an answer broke off and was asked for again. */
  each(asked: Asked, onSeries: (series: Series) => void): Promise<void>
  /** What was asked so far. */
  readonly cost: Readonly<QueryCost>
  /** True once an answer said that it was not whole. */
  readonly partial: () => number
  /** Asks nothing more: what still waits is refused. */
  readonly close: () => void
}

interface Connection {
  readonly server: PrometheusServer
  readonly ports: HttpPorts
  readonly shown: string
  readonly secrets: string[]
  readonly warned: Set<string>
  readonly limiter: Limiter
  readonly cost: QueryCost
  readonly state: { partial: number; closed: boolean }
}

/** A client for the HTTP API: https://prometheus.io/docs/prometheus/latest/querying/api/ */
export function prometheus(server: PrometheusServer, ports: HttpPorts): Prometheus {
  for (const secret of credentialsIn(server.url, server.headers ?? {})) keepSecret(secret)
  const connection: Connection = {
    server,
    ports,
    shown: shownUrl(server.url),
    secrets: [...secretsOf(server.url, server.headers ?? {})],
    warned: new Set<string>(),
    limiter: limiter(server.concurrency ?? 4),
    cost: noCost(),
    state: { partial: 0, closed: false },
  }
  return {
    cost: connection.cost,
    partial: () => connection.state.partial,
    close: () => {
      connection.state.closed = true
    },
    instant: async (query, time) => {
      let found: Series[] = []
      await ask(connection, { query, time }, () => {
        found = []
        return (one) => found.push(one)
      })
      return found
    },
    each: (asked, onSeries) => ask(connection, asked, () => onSeries),
  }
}

type OnSeries = (series: Series) => unknown

const tooMuch = /too many samples|too large|too long|exceed|limit|timed? ?out|no answer in time/i

/** True for a refusal that a smaller question may escape. */
export const isTooMuch = (error: unknown): boolean =>
  error instanceof ExpectedStop && tooMuch.test(error.message)

/** True where no further question will be answered: the credentials, or the budget. */
export const endsTheRun = (error: unknown): boolean =>
  error instanceof ExpectedStop &&
  error.problems.some(({ code }) => code === 'prometheus.credentials' || code === 'prometheus.budget')

interface Call {
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

/** `begin` is called for each attempt, for an answer that broke off begins again. */
async function ask(connection: Connection, asked: Asked, begin: () => OnSeries): Promise<void> {
  const form = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)]))
  const call = { path: 'time' in asked ? 'query' : 'query_range', form }
  const { warnings = [] } = await withRetries(
    () => connection.limiter.run(() => attempt(connection, call, begin())),
    connection.ports.pause,
  )
  // A warning stands for stores that did not answer or series that were left out; infos are not asked for.
  if (warnings.length > 0) connection.state.partial += 1
  for (const text of warnings.filter((warning) => !connection.warned.has(warning))) {
    connection.warned.add(text)
    const message = `Prometheus ${connection.shown}: ${serverMessage(redact(text, connection.secrets))}`
    connection.ports.progress({ kind: 'warning', message })
  }
}

async function attempt(connection: Connection, call: Call, onSeries: OnSeries): Promise<Envelope> {
  const { cost } = connection
  const reader = envelopeReader((series) => {
    cost.series += 1
    cost.samples += series.values.length
    onSeries(series)
  })
  const began = performance.now()
  try {
    const response = await post(connection, call)
    if (!response.ok) throw await refusal(connection, response)
    for await (const text of textOf(connection, response)) {
      cost.bytes += text.length
      reader.push(text)
    }
    const envelope = reader.finish()
    if (envelope.status === 'success') return envelope
    throw refused(connection, shortened(envelope.error ?? 'an error without a text'))
  } catch (error) {
    if (error instanceof Malformed) {
      // An answer that ends too early was cut on its way.
      const failure = refused(connection, error.message, hints.notPrometheus)
      throw reader.begun() ? new Transient(failure) : failure
    }
    if (error instanceof Transient || isTooMuch(error)) connection.limiter.slower()
    throw error
  } finally {
    cost.seconds += (performance.now() - began) / 1000
  }
}

const timeoutOf = ({ server }: Connection): number => server.timeoutMs ?? 60_000

async function post(connection: Connection, call: Call): Promise<Response> {
  const response = await send(connection, call, false)
  const renewable = response.status === 401 && connection.ports.credentials !== undefined
  return renewable ? send(connection, call, true) : response
}

async function send(connection: Connection, { path, form }: Call, renew: boolean): Promise<Response> {
  const { server, ports, cost } = connection
  const timeoutMs = timeoutOf(connection)
  if (connection.state.closed) throw refused(connection, 'the run has ended')
  if (cost.queries >= (server.maxQueries ?? Number.POSITIVE_INFINITY)) {
    throw problem(connection, {
      code: 'prometheus.budget',
      text: `was asked ${cost.queries} questions, which is the whole budget`,
      hint: 'Raise prometheus.maxQueries, keep finished days with --cache, or split the run with --shard.',
    })
  }
  cost.queries += 1
  const fields = { ...form, ...server.parameters, timeout: `${Math.ceil(timeoutMs / 1000)}s` }
  const body = new URLSearchParams(fields).toString()
  const { url, headers } = addressOf(connection, path)
  const proof = (await ports.credentials?.({ url, body, renew })) ?? {}
  for (const secret of secretsOf('', proof))
    if (!connection.secrets.includes(secret)) connection.secrets.push(secret)
  try {
    return await ports.fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', ...proof },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (error) {
    throw lost(connection, error)
  }
}

/** The URL without its credentials, and every header that stays the same. */
function addressOf(connection: Connection, path: string) {
  const { server } = connection
  try {
    const url = new URL(server.url)
    const login = `${decoded(url.username)}:${decoded(url.password)}`
    const authorization = login === ':' ? {} : { authorization: `Basic ${btoa(login)}` }
    url.username = ''
    url.password = ''
    url.pathname = `${url.pathname.replace(/(\/api\/v1)?\/*$/, '')}/api/v1/${path}`
    const given = Object.entries(server.headers ?? {}).map(([name, value]) => [name, value.trim()])
    return { url, headers: { accept: 'application/json', ...authorization, ...Object.fromEntries(given) } }
  } catch (error) {
    throw unreachable(connection, networkReason(error))
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
  const busy = status === 429 || status === 502 || status === 503 || status === 504
  if (busy)
    return new Transient(own === undefined ? unreachable(connection, text) : refused(connection, text))
  if (status === 401 || status === 403)
    return problem(connection, {
      code: 'prometheus.credentials',
      text: `refused a query: ${text}`,
      hint: hints.credentials,
    })
  if (status === 413) return refused(connection, `${text} (too large)`)
  return refused(connection, text, status === 404 || status === 405 ? hints.notPrometheus : undefined)
}

/** What the server itself says was wrong; pages for people say nothing. */
async function errorText(response: Response): Promise<string | undefined> {
  const text = await response.text().catch(() => '')
  try {
    const { error } = envelopeSchema.parse(JSON.parse(text))
    return error === undefined ? undefined : shortened(error)
  } catch {
    const line = text.trim().split('\n', 1)[0] ?? ''
    return line === '' || line.startsWith('<') ? undefined : shortened(line)
  }
}

/** A message that can be shown. It still says whether a smaller question may be answered. */
function shortened(message: string): string {
  const shown = serverMessage(message)
  return tooMuch.test(message) && !tooMuch.test(shown) ? `${shown} (too large)` : shown
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
    hint,
  }: { readonly code: ProblemCode; readonly text: string; readonly hint: string | undefined },
): ExpectedStop => {
  const message = redact(`Prometheus ${connection.shown} ${text}`, connection.secrets)
  return stop(code, message, hint === undefined ? {} : { hint })
}

const unreachable = (connection: Connection, reason: string): ExpectedStop =>
  problem(connection, {
    code: 'prometheus.unreachable',
    text: `cannot be reached: ${reason}`,
    hint: hints.unreachable,
  })

const refused = (connection: Connection, reason: string, hint?: string): ExpectedStop =>
  problem(connection, { code: 'prometheus.refused', text: `refused a query: ${reason}`, hint })
