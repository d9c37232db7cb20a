import { environmentProxy } from './environment-proxy.ts'
import { guardedRequest, operatorGuard } from './guarded-request.ts'
import { NeverSent } from './request-failure.ts'

/** JSON to send to a server that the operator named. */
export interface JsonPost {
  readonly url: URL
  readonly body: string
  /** Sent as a bearer token. */
  readonly token?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutMs: number
}

const largestAnswer = 64 * 1024

/**
 * Sends JSON, through the proxy that the environment names, and returns the status of the answer. Nothing is sent to another server:
 * a redirect is refused. Throws `RequestFailure`.
 */
export async function postJson({ url, body, token, env, timeoutMs }: JsonPost): Promise<number> {
  const guard = operatorGuard(
    (one) => {
      if (one.host !== url.host) throw new NeverSent('the server redirects to another server')
    },
    {
      ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      proxy: (one) => environmentProxy(one, env),
    },
  )
  const bytes = new TextEncoder().encode(body)
  const headers = { 'content-type': 'application/json', 'content-length': String(bytes.length) }
  const request = { url, method: 'POST', headers, body: bytes, maxBytes: largestAnswer, timeoutMs } as const
  return (await guardedRequest(request, guard)).status
}
