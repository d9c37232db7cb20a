import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigOf } from './kubeconfig.ts'

/** An API server over plain HTTP that gives some answers itself. Everything else comes from the real server. */
export interface ApiProxy {
  /** A kubeconfig of the administrator, as JSON. */
  readonly kubeconfig: string
  readonly close: () => Promise<void>
}

/** Returns the object that the proxy answers with; `undefined` where the real server answers. */
type Answer = (request: { readonly method: string; readonly url: URL }) => object | undefined

/** Starts a proxy in front of a control plane. */
export async function startApiProxy(plane: ControlPlane, answerOf: Answer): Promise<ApiProxy> {
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request
    const own = answerOf({ method, url: new URL(url, 'http://proxy') })
    if (own === undefined) forward(plane, request, response)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(own))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    kubeconfig: kubeconfigOf(`http://127.0.0.1:${port}`),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function forward({ url, kubeconfig }: ControlPlane, from: IncomingMessage, to: ServerResponse): void {
  const { users } = JSON.parse(kubeconfig()) as { users: readonly [{ user: { token: string } }] }
  const headers = { ...from.headers, authorization: `Bearer ${users[0].user.token}` }
  const onward = httpsRequest(
    `${url}${from.url}`,
    { method: from.method ?? 'GET', headers, rejectUnauthorized: false },
    (response) => {
      to.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(to)
    },
  )
  onward.on('error', () => to.destroy())
  to.on('close', () => onward.destroy())
  from.pipe(onward)
}
