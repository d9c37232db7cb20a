import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'

/** A proxy on the loopback interface that resolves some host names of its own. */
export interface LoopbackProxy {
  readonly url: string
  /** `METHOD host` of every request. */
  readonly asked: readonly string[]
  readonly close: () => Promise<void>
}

/** Starts the proxy. `hosts` maps names to ports of this machine. It forwards requests and supports CONNECT. */
export async function startProxy(hosts: Readonly<Record<string, number>>): Promise<LoopbackProxy> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { hostname, pathname, search } = new URL(request.url ?? '')
    asked.push(`${request.method} ${hostname}`)
    const port = hosts[hostname]
    if (port === undefined) return response.writeHead(502).end()
    const { method, headers } = request
    const onward = httpRequest({ port, method, headers, path: `${pathname}${search}` }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    return request.pipe(onward)
  })
  server.on('connect', ({ url = '' }, socket) => {
    const hostname = url.split(':')[0] ?? ''
    asked.push(`CONNECT ${hostname}`)
    const port = hosts[hostname]
    if (port === undefined) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const inner = connect(port, '127.0.0.1')
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    for (const one of [socket, inner]) one.on('error', () => undefined)
    return inner.pipe(socket).pipe(inner)
  })
  // The server itself forgets the connections that it has handed over to CONNECT.
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close }
}
