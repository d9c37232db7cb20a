import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'

const servers: Server[] = []
const asked: string[] = []
let url = ''

async function listening(server: Server): Promise<string> {
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  const other = createServer((request, response) => {
    asked.push(JSON.stringify(request.headers))
    response.end('{}')
  })
  const location = await listening(other)
  url = await listening(createServer((_, response) => response.writeHead(307, { location }).end()))
})
afterAll(() => {
  for (const server of servers) server.close()
})

it('a Prometheus that redirects leads no query and no secret header to another server', async () => {
  const observed = observePrometheus(
    {
      cluster: 'prod',
      url,
      window: { from: new Date(0), to: new Date(86_400_000) },
      labels: { cluster: 'prod' },
      headers: { 'x-token': 'hunter2' },
    },
    { fetch, progress: () => undefined, pause: async () => undefined },
  )
  await expect(observed).rejects.toThrow(
    /HTTP 307: it redirects to http:\/\/127\.0\.0\.1:\d+, which is not followed/,
  )
  expect(asked).toEqual([])
})
