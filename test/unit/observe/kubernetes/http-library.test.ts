import { gzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { openApiServer } from '../../../../plugin/observe/kubernetes/api-server.ts'
import { kubeconfigOf } from '../../../lab/cluster/kubeconfig.ts'
import { type FakeServer, startServer } from '../fake-server.ts'

let server: FakeServer | undefined
afterEach(() => server?.close())

it('ends at an API server whose answer inflates to a thousand times its size', async () => {
  const bomb = gzipSync(Buffer.alloc(260 * 1024 ** 2), { level: 1 })
  server = await startServer((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  )
  const api = await openApiServer({ kubeconfig: kubeconfigOf(server.url) }, async () => undefined)
  const list = api.list('/api/v1/pods', { detail: 'whole', each: () => undefined })
  await expect(list).rejects.toThrow('sends an answer of more than 256 MiB')
  expect(server.seen).toHaveLength(1)
}, 60_000)
