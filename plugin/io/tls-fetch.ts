import { Agent, type RequestOptions, request } from 'node:https'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

/** Certificates of a connection, as PEM texts. */
export interface Certificates {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

/** A `fetch` for https servers with a client certificate or a private authority; other URLs use the global `fetch`. */
export function fetchWith(certificates: Certificates): typeof fetch {
  const agent = new Agent({ ...certificates, keepAlive: true })
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.protocol !== 'https:') return fetch(input, init)
    const headers = Object.fromEntries(new Headers(init.headers))
    const body = typeof init.body === 'string' ? init.body : ''
    const options: RequestOptions = {
      agent,
      method: init.method ?? 'GET',
      headers,
      ...(init.signal ? { signal: init.signal } : {}),
    }
    return new Promise((resolve, reject) => {
      const outgoing = request(url, options, (incoming) => {
        // Node's stream is a web stream with another name of its type.
        const stream = Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>
        const answer = { status: incoming.statusCode ?? 500, statusText: incoming.statusMessage ?? '' }
        resolve(new Response(stream as ConstructorParameters<typeof Response>[0], answer))
      })
      outgoing.on('error', (error) => reject(init.signal?.aborted === true ? init.signal.reason : error))
      outgoing.end(body)
    })
  }
}
