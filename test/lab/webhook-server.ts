import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that the server got. */
export interface GotRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** A server on the loopback interface that takes messages. */
export interface WebhookServer {
  readonly port: number
  readonly url: string
  readonly got: GotRequest[]
  /** The status of the next answers, and where they redirect to; 200 by default. `hang` never answers. */
  answer: { readonly status: number; readonly location?: string } | 'hang'
  readonly close: () => Promise<void>
}

/** Starts the server. */
export async function startWebhookServer(): Promise<WebhookServer> {
  const got: GotRequest[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { authorization } = request.headers
      const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
      got.push({ path: request.url ?? '', authorization, body })
      if (own.answer === 'hang') return response.destroy()
      const { status, location } = own.answer
      return response.writeHead(status, location === undefined ? {} : { location }).end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const own: WebhookServer = {
    port,
    url: `http://127.0.0.1:${port}/services/T0/B0/a-secret-path`,
    got,
    answer: { status: 200 },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return own
}
