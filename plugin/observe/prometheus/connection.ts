import { percentDecoded } from '../../model/percent-decoded.ts'
import type { Progress } from '../../model/progress.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { networkReason, type Pause } from '../request.ts'
import { credentialsIn, secretsOf, shownUrl } from '../secrets.ts'
import { connectionError, problem, refused, unreachable } from './client-errors.ts'
import { type Limiter, limiter } from './limiter.ts'
import { noCost, type QueryCost } from './query-cost.ts'

/** Address and limits of a Prometheus HTTP API. */
export interface PrometheusServer {
  /** Base URL with or without a path prefix; credentials in it are sent as basic authorization. */
  readonly url: string
  /** Request headers, for example `authorization` for a token; never printed. */
  readonly headers?: Readonly<Record<string, string>>
  /** Deadline of one request in milliseconds; 60,000 when left out. */
  readonly timeoutMs?: number
  /** Parallel requests; 4 when left out, and fewer while the server is slow. */
  readonly concurrency?: number
  /** Largest number of requests of one run; no limit when left out. */
  readonly maxQueries?: number
  /** Form fields of each request, for example `partial_response` for Thanos. */
  readonly parameters?: Readonly<Record<string, string>>
}

/** The outside world as an HTTP client needs it. */
export interface HttpPorts {
  readonly fetch: typeof fetch
  readonly progress: Progress
  readonly pause?: Pause
  /**
   * Authentication headers, made for each request, because tokens expire. With `renew`, the server has rejected the last
   * ones. Secrets in them are never printed.
   */
  readonly credentials?: (request: CredentialRequest) => Promise<Readonly<Record<string, string>>>
}

/** The request that credentials are made for; a signature includes the body. */
export interface CredentialRequest {
  readonly url: URL
  readonly body: string
  readonly renew: boolean
}

/** The state of a client: the server, and everything counted so far. */
export interface Connection {
  readonly server: PrometheusServer
  readonly ports: HttpPorts
  readonly shown: string
  readonly secrets: string[]
  /** Warnings of the server that were already reported. */
  readonly warned: Set<string>
  readonly limiter: Limiter
  readonly cost: QueryCost
  readonly state: { partial: number; closed: boolean }
}

/** A new connection; nothing is sent yet. No writer shows its credentials from now on. */
export function openConnection(server: PrometheusServer, ports: HttpPorts): Connection {
  const { url, headers = {}, concurrency = 4 } = server
  for (const secret of credentialsIn(url, headers)) keepSecret(secret)
  return {
    server,
    ports,
    shown: shownUrl(url),
    secrets: [...secretsOf(url, headers)],
    warned: new Set<string>(),
    limiter: limiter(concurrency),
    cost: noCost(),
    state: { partial: 0, closed: false },
  }
}

/** A call of the API: the last part of its path, and its form fields. */
export interface Call {
  readonly path: string
  readonly form: Readonly<Record<string, string>>
}

const timeoutOf = ({ server }: Connection): number => server.timeoutMs ?? 60_000

/** Posts a call; after HTTP 401 once more with renewed credentials. Rejects with `prometheus.*` problems, or `TransientError` ones. */
export async function post(connection: Connection, call: Call): Promise<Response> {
  const response = await send(connection, call, false)
  const isRenewable = response.status === 401 && connection.ports.credentials !== undefined
  return isRenewable ? send(connection, call, true) : response
}

async function send(connection: Connection, { path, form }: Call, renew: boolean): Promise<Response> {
  const { server, ports } = connection
  const timeoutMs = timeoutOf(connection)
  countQuery(connection)
  const fields = { ...form, ...server.parameters, timeout: `${Math.ceil(timeoutMs / 1000)}s` }
  const body = new URLSearchParams(fields).toString()
  const { url, headers } = addressOf(connection, path)
  const credentials = (await ports.credentials?.({ url, body, renew })) ?? {}
  for (const secret of secretsOf('', credentials))
    if (!connection.secrets.includes(secret)) connection.secrets.push(secret)
  try {
    return await ports.fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', ...credentials },
      body,
      signal: AbortSignal.timeout(timeoutMs),
      // Headers of the settings may be secrets, and a redirect may lead to any server.
      redirect: 'manual',
    })
  } catch (error) {
    throw connectionError(connection, error, timeoutMs)
  }
}

/** Counts a query. Throws `prometheus.budget` when the budget is spent, `prometheus.refused` after the client was closed. */
function countQuery(connection: Connection): void {
  const { server, cost, state } = connection
  if (state.closed) throw refused(connection, 'the run has ended')
  if (cost.queries >= (server.maxQueries ?? Number.POSITIVE_INFINITY)) {
    throw problem(connection, 'prometheus.budget', {
      text: `received ${cost.queries} queries, which is the whole budget`,
      hint: 'Raise prometheus.maxQueries, keep finished days with --cache, or split the run with --shard.',
    })
  }
  cost.queries += 1
}

/** The URL without its credentials, and the headers that are the same for all requests. */
function addressOf(connection: Connection, path: string) {
  const { server } = connection
  try {
    const url = new URL(server.url)
    const login = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`
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

/** The text of a response as it arrives. */
export async function* textOf(connection: Connection, { body }: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  try {
    for await (const part of body ?? []) yield decoder.decode(part, { stream: true })
  } catch (error) {
    throw connectionError(connection, error, timeoutOf(connection))
  }
}
