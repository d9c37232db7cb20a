import { lookup } from 'node:dns'
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { type RequestOptions, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { addressOf } from './addresses.ts'
import { agentFor, type ProxyOf } from './proxy-agent.ts'
import { NeverSent, RequestFailure } from './request-failure.ts'
import type { Certificates } from './tls-fetch.ts'

/** Decides what may be contacted, and with which credentials. */
export interface RequestGuard {
  /** Throws where a URL must not be requested. Asked for each redirect too. */
  readonly check: (url: URL) => void
  /** Throws where no connection may go to an address that the host of a URL has. */
  readonly checkAddress: (url: URL, address: string) => void
  /** Headers that prove who asks, for the host of a URL alone. */
  readonly headers: (url: URL) => Readonly<Record<string, string>>
  readonly certificates: (url: URL) => Certificates
  /**
   * The proxy for a URL. The name of its host is resolved there, so that its addresses are not checked. Throws where the
   * proxy cannot be used.
   */
  readonly proxy?: ProxyOf
}

/**
 * The guard of requests to a server that the operator named: it may have any address, and its certificate is checked as every other.
 * `check` says what a redirect may lead to.
 */
export const operatorGuard = (
  check: RequestGuard['check'],
  {
    headers = {},
    proxy,
  }: { readonly headers?: Readonly<Record<string, string>>; readonly proxy?: ProxyOf | undefined },
): RequestGuard => ({
  check,
  checkAddress: () => undefined,
  headers: () => headers,
  certificates: () => ({}),
  ...(proxy && { proxy }),
})

/** A request with its limits. */
export interface GuardedRequest {
  readonly url: URL
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly maxBytes: number
  /** When the whole answer must have arrived: milliseconds from now. */
  readonly timeoutMs: number
}

/** The answer of the last server, redirects followed. */
export interface GuardedResponse {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

const mostRedirects = 5

/**
 * Requests a URL and follows redirects, each of them checked first. The connection goes to an address that was checked.
 * Throws `RequestFailure`, and what the guard throws.
 */
export async function guardedRequest(request: GuardedRequest, guard: RequestGuard): Promise<GuardedResponse> {
  const deadline = AbortSignal.timeout(request.timeoutMs)
  let { url } = request
  for (let hops = 0; hops <= mostRedirects; hops += 1) {
    guard.check(url)
    const response = await send({ ...request, url }, guard, deadline)
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(response.status) || location === undefined) return response
    if (!URL.canParse(location, url.href))
      throw new NeverSent('the server redirects to something that is not a URL')
    url = new URL(location, url)
    if (request.method !== undefined && request.method !== 'GET')
      throw new NeverSent('the server redirects a request that sends data')
  }
  throw new NeverSent(`the server redirects more than ${mostRedirects} times`)
}

async function send(
  request: GuardedRequest,
  guard: RequestGuard,
  signal: AbortSignal,
): Promise<GuardedResponse> {
  const { url, body } = request
  const address = addressOf(url.hostname)
  if (address !== undefined) guard.checkAddress(url, address)
  const proxy = await agentFor(url, guard.proxy)
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void =>
      reject(signal.aborted ? late(request) : asFailure(error, proxy?.host))
    try {
      const start: typeof requestHttps = url.protocol === 'https:' ? requestHttps : requestHttp
      const outgoing = start(
        url,
        { ...optionsOf(request, guard, signal), agent: proxy?.agent ?? false },
        (incoming) => {
          const { statusCode: status = 500, headers } = incoming
          collect(incoming, request.maxBytes).then(
            (bytes) => resolve({ url, status, headers, body: bytes }),
            failed,
          )
        },
      )
      outgoing.on('error', failed)
      // What a proxy answers in place of the server is no answer of the server.
      outgoing.on('proxyConnect', ({ statusCode = 500 }: { readonly statusCode?: number }) => {
        if (statusCode !== 200)
          outgoing.destroy(
            new NeverSent(`the proxy ${proxy?.host} refuses to connect to it (HTTP ${statusCode})`),
          )
      })
      outgoing.end(body)
    } catch (error) {
      // A certificate or a header that cannot be used.
      failed(error)
    }
  })
}

const optionsOf = (
  { url, method = 'GET', headers }: GuardedRequest,
  guard: RequestGuard,
  signal: AbortSignal,
): RequestOptions => ({
  method,
  headers: { 'user-agent': 'gitops-tortoise', ...headers, ...guard.headers(url) },
  lookup: guardedLookup(url, guard),
  signal,
  ...(url.protocol === 'https:' ? guard.certificates(url) : {}),
})

const late = ({ timeoutMs }: GuardedRequest): RequestFailure =>
  new RequestFailure(`the server took longer than ${Math.round(timeoutMs / 1000)} s`)

/** Resolves a name, and refuses it where one of its addresses must not be contacted. */
const guardedLookup =
  (url: URL, guard: RequestGuard): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      try {
        for (const { address } of addresses) guard.checkAddress(url, address)
      } catch (refusal) {
        return callback(refusal as Error, [])
      }
      const [first] = addresses
      if (options.all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family ?? 4)
    })
  }

/** The body, as long as it is within its limit and complete. */
async function collect(incoming: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      incoming.destroy()
      throw new RequestFailure(`the server sends more than ${Math.round(maxBytes / 1024 ** 2)} MiB`)
    }
    parts.push(part)
  }
  if (!incoming.complete) throw new RequestFailure('the server ended its answer too early')
  return Buffer.concat(parts)
}

const unreached: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the server refuses connections',
  ENOTFOUND: 'the name of the server is not known',
  EAI_AGAIN: 'the name of the server cannot be resolved now',
}

function asFailure(error: unknown, proxy?: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error
  if (proxy !== undefined && /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(error.code))
    return new NeverSent(`the proxy ${proxy} cannot be reached`)
  const reason = unreached[error.code]
  if (reason !== undefined) return new NeverSent(reason)
  if (error.code === 'ECONNRESET') return new RequestFailure('the server ended its answer too early')
  const isCertificate = /CERT|SSL|TLS|ALTNAME|SIGNATURE|ISSUER/.test(error.code)
  return isCertificate
    ? new NeverSent(`its certificate is not trusted (${error.code})`)
    : new RequestFailure(`the connection failed (${error.code})`)
}
