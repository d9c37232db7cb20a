import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { kubeconfigOf } from './cluster/kubeconfig.ts'

/** An API server with Leases only, and with the version check that elections need. */
export interface LeaseServer {
  /** A kubeconfig for it. */
  readonly kubeconfig: string
  /** `METHOD path` of every request. */
  readonly requests: readonly string[]
  readonly holder: () => string
  readonly close: () => Promise<void>
}

interface StoredLease {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string }
  readonly spec: { readonly holderIdentity?: string }
}

async function bodyOf(request: IncomingMessage): Promise<StoredLease> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as StoredLease
}

/** Starts the server without a Lease. Like the real server, it refuses a write on an old version with 409. */
export async function startLeaseServer(): Promise<LeaseServer> {
  const requests: string[] = []
  let lease: StoredLease | undefined
  let version = 0
  const handle = async (request: IncomingMessage): Promise<readonly [number, object]> => {
    if (request.method === 'GET') return lease === undefined ? refuse(404) : [200, lease]
    const body = await bodyOf(request)
    const stale =
      request.method === 'POST'
        ? lease !== undefined
        : body.metadata.resourceVersion !== lease?.metadata.resourceVersion
    if (stale) return refuse(409)
    lease = { ...body, metadata: { ...body.metadata, resourceVersion: String(++version) } }
    return [request.method === 'POST' ? 201 : 200, lease]
  }
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const [status, body] = await handle(request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    kubeconfig: kubeconfigOf(url),
    requests,
    holder: () => lease?.spec.holderIdentity ?? '',
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const refuse = (code: number): readonly [number, object] => [
  code,
  { kind: 'Status', apiVersion: 'v1', status: 'Failure', code },
]
