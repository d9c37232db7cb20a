import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** A port in front of a server that can be switched off and on. */
export interface Switch {
  readonly url: string
  readonly off: () => Promise<void>
  readonly on: () => Promise<void>
}

/** Forwards bytes to a port of this machine while it is on. */
export async function startSwitch(target: number): Promise<Switch> {
  const sockets = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
    from.pipe(to).pipe(from)
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    on: () => listen(port),
    off: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
