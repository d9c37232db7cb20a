import type { HttpLibrary, RequestContext, ResponseContext } from '@kubernetes/client-node'
import type { RequestInit } from 'node-fetch'
import { stop } from '../../model/problem.ts'
import { isRedirect } from '../request.ts'
import { shownUrl } from '../secrets.ts'

/** A page of 500 objects has some megabytes. */
const mostBytes = 256 * 1024 ** 2

/**
 * Returns how the client library sends its requests: with the agent of the kubeconfig, and without following redirects, which
 * could lead tokens and questions to any server. Its requests reject with `kubernetes.refused` for a redirect and for a large answer.
 */
export async function openHttpLibrary(): Promise<HttpLibrary> {
  const [library, { default: fetch }] = await Promise.all([
    import('@kubernetes/client-node'),
    import('node-fetch'),
  ])
  const send = async (request: RequestContext): Promise<ResponseContext> => {
    const response = await fetch(request.getUrl(), {
      method: request.getHttpMethod(),
      body: request.getBody(),
      headers: request.getHeaders(),
      // The two packages type the same signal differently.
      signal: request.getSignal() as RequestInit['signal'],
      agent: request.getAgent(),
      redirect: 'manual',
      size: mostBytes,
    })
    const { status, headers } = response
    if (isRedirect(status)) throw redirected(request.getUrl(), headers.get('location'))
    const orTooLarge = (error: unknown): never => {
      const isTooLarge = error instanceof Error && 'type' in error && error.type === 'max-size'
      throw isTooLarge ? tooLarge(request.getUrl()) : error
    }
    const body = { text: () => response.text().catch(orTooLarge), binary: () => response.buffer() }
    return new library.ResponseContext(status, Object.fromEntries(headers), body)
  }
  return library.wrapHttpLibrary({ send })
}

const tooLarge = (url: string): Error =>
  stop(
    'kubernetes.refused',
    `the cluster at ${shownUrl(new URL(url).origin)} sends an answer of more than ${mostBytes / 1024 ** 2} MiB`,
    { hint: 'Check that the server of the kubeconfig context is a Kubernetes API.' },
  )

function redirected(url: string, location: string | null): Error {
  const [server, target] = [shownUrl(new URL(url).origin), location === null ? undefined : originOf(location)]
  const message = `the cluster at ${server} redirects to ${target ?? 'no valid address'}, which is not followed`
  return stop('kubernetes.refused', message, {
    hint: `Set the server of the kubeconfig context to the address of the API server itself. Check what answers at ${server}.`,
  })
}

const originOf = (url: string): string | undefined =>
  URL.canParse(url) ? shownUrl(new URL(url).origin) : undefined
