import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a loopback server answers to a path; `undefined` is 404. */
export type Answer = (path: string) => Promise<
  | {
      readonly body: Uint8Array | string
      readonly type?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | undefined
>

/** Where a loopback server listens. */
export interface LoopbackPlace {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** A random word that its paths must contain, so that no other program of this machine uses it. */
  readonly word: string
}

/** Answers requests of a program of ours on the loopback interface while `use` runs. An answer that rejects is HTTP 400. */
export async function withLoopbackServer<T>(
  answer: (place: LoopbackPlace) => Answer,
  use: (place: LoopbackPlace) => Promise<T>,
): Promise<T> {
  const word = randomBytes(16).toString('hex')
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const place = { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, word }
  const ask = answer(place)
  server.on('request', (request, response) => {
    const path = new URL(request.url ?? '/', 'http://loopback').pathname
    ask(path).then(
      (found) => {
        const { body = '', type = 'application/octet-stream', headers = {} } = found ?? {}
        const length = { 'content-type': type, 'content-length': Buffer.byteLength(body) }
        response.writeHead(found === undefined ? 404 : 200, { ...length, ...headers })
        response.end(request.method === 'HEAD' ? undefined : body)
      },
      // A program retries a server error, and would only fail later.
      () => response.writeHead(400).end(),
    )
  })
  try {
    return await use(place)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
