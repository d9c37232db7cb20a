import { setTimeout as wait } from 'node:timers/promises'
import { environmentProxy } from './environment-proxy.ts'
import { guardedRequest, operatorGuard } from './guarded-request.ts'
import { RequestFailure } from './request-failure.ts'

/** A file to fetch from a server that the operator or this program named. */
export interface Download {
  readonly url: URL
  /** Names the proxy. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly maxBytes: number
  /** When a whole answer must have arrived: milliseconds. */
  readonly timeoutMs: number
  /** Milliseconds before each further attempt. */
  readonly pauses: readonly number[]
}

/**
 * Fetches a file, through the proxy that the environment names, and follows redirects, never from https to http. An attempt
 * that a server or a connection failed is repeated. Throws `RequestFailure`.
 */
export async function download({ pauses, ...request }: Download): Promise<Uint8Array> {
  for (const pause of pauses) {
    const bytes = await attempt(request).catch((error: unknown) => {
      if (!(error instanceof RequestFailure) || error instanceof FinalFailure) throw error
    })
    if (bytes !== undefined) return bytes
    await wait(pause)
  }
  return attempt(request)
}

/** A failure that another attempt would not change. */
class FinalFailure extends RequestFailure {}

async function attempt({ url, env, ...limits }: Omit<Download, 'pauses'>): Promise<Uint8Array> {
  const guard = operatorGuard(
    ({ protocol }) => {
      if (protocol !== 'https:' && protocol !== url.protocol)
        throw new FinalFailure(`the server redirects from ${url.protocol}// to ${protocol}//`)
    },
    { proxy: (one) => environmentProxy(one, env) },
  )
  const { status, body } = await guardedRequest({ url, ...limits }, guard)
  if (status === 200) return body
  const message = `the server answers with HTTP ${status}`
  throw status >= 500 || status === 429 ? new RequestFailure(message) : new FinalFailure(message)
}
