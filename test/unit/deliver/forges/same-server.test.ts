import { afterEach, describe, expect, it } from 'vitest'
import { fetchFrom } from '../../../../plugin/deliver/forges/same-server.ts'
import { type FakeServer, json, startServer } from '../../observe/fake-server.ts'

let servers: FakeServer[] = []
afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
})

async function start(answer: Parameters<typeof startServer>[0]): Promise<FakeServer> {
  const server = await startServer(answer)
  servers.push(server)
  return server
}

const renamed = (status: number) =>
  start(({ url }, response) =>
    url.pathname === '/old'
      ? response.writeHead(status, { location: '/new' }).end()
      : json(response, 200, { at: url.pathname }),
  )
const token = { authorization: 'Bearer secret', 'private-token': 'secret' }

describe('a client of one forge', () => {
  it.each([
    ['GET', 301],
    ['GET', 308],
    ['POST', 307],
    ['PATCH', 308],
  ])('follows a renamed repository on the same server: %s with status %d', async (method, status) => {
    const server = await renamed(status)
    const body = method === 'GET' ? null : '{"a":1}'
    const response = await fetchFrom(server.url)(`${server.url}/old`, { method, headers: token, body })
    expect(await response.json()).toEqual({ at: '/new' })
    expect(server.seen.at(-1)).toMatchObject({ method, body: body ?? '', headers: token })
  })

  it.each([
    ['POST', 301],
    ['PATCH', 302],
    ['PUT', 303],
  ])('sends nothing as a question: %s with status %d', async (method, status) => {
    const server = await renamed(status)
    const response = await fetchFrom(server.url)(`${server.url}/old`, { method, headers: token, body: '{}' })
    expect(response.status).toBe(421)
    expect(server.seen).toHaveLength(1)
  })

  it('sends no request to another server that a link of an answer names', async () => {
    const [server, other] = [await renamed(301), await renamed(301)]
    const response = await fetchFrom(server.url)(`${other.url}/page-2`, { headers: token })
    expect(await response.json()).toEqual({
      message: `it leads to another server, ${new URL(other.url).host}`,
    })
    expect(other.seen).toEqual([])
  })

  it('reads no answer without an end', async () => {
    const server = await start((_, response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 ** 2)));
        response.once('drain', send)
      }
      send()
    })
    const response = await fetchFrom(server.url)(`${server.url}/`)
    await expect(response.text()).rejects.toThrow('it sends more than 128 MiB')
  })

  it('leaves an answer as it is', async () => {
    const server = await start((_, response) => response.writeHead(204, { link: 'x' }).end())
    const response = await fetchFrom(server.url)(`${server.url}/a`)
    expect([response.status, response.headers.get('link'), response.url]).toEqual([
      204,
      'x',
      `${server.url}/a`,
    ])
  })

  it('gives up on a server that redirects for ever', async () => {
    const server = await start((_, response) => response.writeHead(302, { location: '/again' }).end())
    expect((await fetchFrom(server.url)(`${server.url}/`)).status).toBe(421)
    expect(server.seen).toHaveLength(6)
  })
})
