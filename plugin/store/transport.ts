import { environmentProxy } from '../io/environment-proxy.ts'
import { type GuardedRequest, type GuardedResponse, guardedRequest } from '../io/guarded-request.ts'
import { RequestFailure } from '../io/request-failure.ts'
import { stop } from '../model/problem.ts'
import type { AllowList } from './allow.ts'
import { broadPattern, patternFor } from './allow.ts'
import type { HostCredentials } from './credentials.ts'
import type { StoreLimits } from './limits.ts'

/** What everything that is fetched goes through. */
export interface Transport {
  /** Requests a URL. Throws `source.fetch`, for an answer other than 200 too. */
  readonly get: (url: URL, options?: TransportOptions) => Promise<GuardedResponse>
  /** The same for any answer, whatever its status. */
  readonly ask: (url: URL, options?: TransportOptions) => Promise<GuardedResponse>
  readonly allow: AllowList
  readonly credentials: HostCredentials
}

/** How a request differs from a plain GET. */
export interface TransportOptions extends Pick<GuardedRequest, 'method' | 'headers' | 'body'> {
  /** The URL that the allow list is asked about in place of an API's own. */
  readonly meaning?: (url: URL) => URL
  /** What a person would allow, where that is more than the URL itself. */
  readonly suggest?: URL
  /** The authorization that one host gets in place of its login; nothing where it is `undefined`. */
  readonly authorization?: { readonly host: string; readonly value: string } | undefined
}

/** The limits of a transport, and the environment that names the proxies of the network. */
export interface TransportLimits extends Pick<StoreLimits, 'downloadBytes' | 'timeoutMs'> {
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** Opens a transport under an allow list, with the credentials of each host. */
export function openTransport(
  allow: AllowList,
  credentials: HostCredentials,
  { downloadBytes, timeoutMs, env = {} }: TransportLimits,
): Transport {
  const ask: Transport['ask'] = async (url, options = {}) => {
    const { meaning = (one: URL) => one, suggest, authorization, ...request } = options
    const guard = {
      check: (one: URL) =>
        allow.check(meaning(one), suggest?.host === one.host ? patternFor(suggest) : broadPattern(one)),
      checkAddress: allow.checkAddress,
      headers: (one: URL) =>
        authorization?.host === one.host ? { authorization: authorization.value } : credentials.headers(one),
      certificates: credentials.certificates,
      proxy: (one: URL) => environmentProxy(one, env),
    }
    try {
      return await guardedRequest({ ...request, url, maxBytes: downloadBytes, timeoutMs }, guard)
    } catch (error) {
      if (error instanceof RequestFailure) throw failed(url, error.message)
      throw error
    }
  }
  const get: Transport['get'] = async (url, options) => {
    const response = await ask(url, options)
    if (response.status === 200) return response
    throw failed(response.url, statusReason(response.status))
  }
  return { get, ask, allow, credentials }
}

/** The problem of a server, without anything secret of its URL. */
export const failed = (url: URL, why: string) =>
  stop('source.fetch', `${url.host}${url.pathname}: ${why}`, {
    hint: 'Check the URL and the server, then run again.',
  })

function statusReason(status: number): string {
  if (status === 401 || status === 403)
    return `the server refuses (HTTP ${status}): give its login in charts.credentials`
  if (status === 407) return 'the proxy wants a login (HTTP 407): give it in HTTP_PROXY'
  return status === 404 ? 'the server has no such file (HTTP 404)' : `the server answers HTTP ${status}`
}
