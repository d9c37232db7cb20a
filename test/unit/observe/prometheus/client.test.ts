import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { ExpectedStop, type Problem } from '../../../../plugin/model/problem.ts'
import type { ProgressEvent } from '../../../../plugin/model/progress.ts'
import { bisectRange, type RangeQuery } from '../../../../plugin/observe/prometheus/bisect-range.ts'
import { type Prometheus, prometheus } from '../../../../plugin/observe/prometheus/client.ts'
import type { PrometheusServer } from '../../../../plugin/observe/prometheus/connection.ts'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import type { Series } from '../../../../plugin/observe/prometheus/response-reader.ts'
import { type FakeServer, json, type ReceivedRequest, startServer } from '../fake-server.ts'

const token = 'sk-very-secret-token'
const series = { metric: { pod: 'a,"b"]}' }, value: [1, '2.5'] }
const success = (result: readonly unknown[], more: object = {}) => ({
  status: 'success',
  data: { resultType: 'vector', result },
  ...more,
})

let servers: FakeServer[] = []
let events: ProgressEvent[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  servers = []
  events = []
})

async function serve(
  answer: (request: ReceivedRequest, response: ServerResponse) => void,
): Promise<FakeServer> {
  const server = await startServer(answer)
  servers.push(server)
  return server
}

function client(server: PrometheusServer): Prometheus & { readonly pauses: number[] } {
  const pauses: number[] = []
  const ports = {
    fetch,
    progress: (event: ProgressEvent) => void events.push(event),
    pause: async (milliseconds: number) => void pauses.push(milliseconds),
  }
  return { ...prometheus({ headers: { authorization: `Bearer ${token}` }, ...server }, ports), pauses }
}

/** The only problem of the ExpectedStop that a promise rejects with; it must contain no secret. */
async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => new Error('it did not stop'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ExpectedStop)) throw error
  expect(JSON.stringify([error.message, error.problems, String(error.cause), error.stack])).not.toContain(
    token,
  )
  const [problem, ...more] = error.problems
  if (problem === undefined || more.length > 0) throw new Error('not one problem')
  return problem
}

/** A day of a shard that cannot be split. */
const question = (): RangeQuery => ({
  query: () => 'up',
  chunk: { start: 300, end: 86_400, seconds: 86_400 },
  shard: { members: [['shop', 1]], ending: 'a' },
  step: 300,
  at: 'slots',
  halved: new Map(),
})

describe('the Prometheus client', () => {
  it.each(['', '/', '/prometheus', '/prometheus/', '/prometheus/api/v1'])(
    'posts forms with its headers to the API below %j',
    async (path) => {
      const server = await serve((_, response) => json(response, 200, success([series])))
      const headers = { authorization: `Bearer ${token}\n`, 'X-Scope-OrgID': 'team' }
      const found = await client({ url: server.url + path, headers }).instant('up{a="b"}', 12)
      expect(found).toEqual([{ labels: { pod: 'a,"b"]}' }, times: [1], values: [2.5] }])
      const [request] = server.seen
      expect(request?.method).toBe('POST')
      expect(request?.url.pathname).toBe(
        `${path.startsWith('/prometheus') ? '/prometheus' : ''}/api/v1/query`,
      )
      expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
        query: 'up{a="b"}',
        time: '12',
        timeout: '60s',
      })
      expect(request?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'x-scope-orgid': 'team' })
    },
  )

  it('sends credentials of the URL as basic authorization and does not print them', async () => {
    const server = await serve((_, response) =>
      json(response, 401, { status: 'error', error: `p@ss${token}?` }),
    )
    const url = server.url.replace('//', `//user:p%40ss${token}@`)
    const problem = await problemOf(client({ url, headers: {} }).instant('up', 1))
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${btoa(`user:p@ss${token}`)}`)
    expect(problem.message).toBe(`Prometheus ${server.url} refused a query: HTTP 401: ***?`)
  })

  it('retries after a short pause when the server is busy', async () => {
    const server = await serve((_, response) =>
      server.seen.length < 3 ? response.writeHead(503).end() : json(response, 200, success([])),
    )
    const busy = client(server)
    expect(await busy.instant('up', 1)).toEqual([])
    expect(busy.pauses).toEqual([500, 1000])
  })

  it('gives up after the third busy response', async () => {
    const server = await serve((_, response) => response.writeHead(503).end('<html>busy</html>'))
    expect(await problemOf(client(server).instant('up', 1))).toMatchObject({
      code: 'prometheus.unreachable',
      message: `Prometheus ${server.url} cannot be reached: HTTP 503 Service Unavailable`,
    })
    expect(server.seen).toHaveLength(3)
  })

  it.each([
    [400, 'bad_data', 'parse error'],
    [422, 'execution', 'found duplicate series'],
  ])(
    'does not retry a query rejected with %i, and quotes the error of the server',
    async (status, errorType, error) => {
      const server = await serve((_, response) =>
        json(response, status, { status: 'error', errorType, error }),
      )
      const problem = await problemOf(client(server).instant('up', 1))
      expect(problem.code).toBe('prometheus.refused')
      expect(problem.message).toContain(`HTTP ${status}: ${error.replace(token, '***')}`)
      expect(server.seen).toHaveLength(1)
    },
  )

  it('names the server and the fix when nothing listens', async () => {
    const server = await startServer(() => undefined)
    await server.close()
    expect(await problemOf(client(server).instant('up', 1))).toEqual({
      code: 'prometheus.unreachable',
      message: `Prometheus ${server.url} cannot be reached: ECONNREFUSED`,
      hint: 'Check the URL, that the server runs, and that this machine can reach it.',
    })
  })

  it.each(['not a url', `http://user:${token}@`, 'http://%:%@127.0.0.1:1/'])(
    'rejects the URL %j without printing it',
    async (url) => {
      expect((await problemOf(client({ url }).instant('up', 1))).code).toBe('prometheus.unreachable')
    },
  )

  it('reports a response that is an HTML page', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>{"a":[{"b":[{}]}]} Log in</html>'),
    )
    expect(await problemOf(client(server).instant('up', 1))).toMatchObject({
      code: 'prometheus.refused',
      message: `Prometheus ${server.url} refused a query: the response is not that of the Prometheus API`,
      hint: expect.stringContaining('path prefix'),
    })
  })

  it.each(['before', 'within'])('gives up on a server that stalls %s its response', async (when) => {
    const server = await serve((_, response) => {
      if (when === 'within')
        response.writeHead(200).write('{"status":"success","data":{"resultType":"vector","result":[')
    })
    expect(await problemOf(client({ ...server, timeoutMs: 200 }).instant('up', 1))).toMatchObject({
      code: 'prometheus.unreachable',
      message: `Prometheus ${server.url} cannot be reached: no answer in time (0.2 s)`,
    })
    expect(server.seen).toHaveLength(1)
  })

  it('retries a response that was cut, and delivers no series twice', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200)
      response.write(`{"status":"success","data":{"result":[${JSON.stringify(series)},`, () =>
        response.destroy(),
      )
    })
    expect((await problemOf(client(server).instant('up', 1))).code).toBe('prometheus.unreachable')
    expect(server.seen).toHaveLength(3)
    const second = { metric: { pod: 'b' }, value: [1, '3'] }
    const truncating = await serve((_, response) => {
      const text = JSON.stringify(success([series, second]))
      if (truncating.seen.length > 1) response.end(text)
      else response.write(text.slice(0, text.indexOf(',{"metric":{"pod":"b"')), () => response.destroy())
    })
    expect((await client(truncating).instant('up', 1)).map(({ values }) => values)).toEqual([[2.5], [3]])
  })

  it('reports each warning once', async () => {
    const server = await serve((_, response) =>
      json(response, 200, success([], { warnings: [`store ${token} is down`] })),
    )
    const warned = client(server)
    await warned.instant('up', 1)
    await warned.instant('up', 2)
    expect(events).toEqual([{ kind: 'warning', message: `Prometheus ${server.url}: store *** is down` }])
  })

  it('splits a query that is too large, down to an hour', async () => {
    const server = await serve(({ body }, response) => {
      const form = new URLSearchParams(body)
      const [start, end] = [Number(form.get('start')), Number(form.get('end'))]
      if (end - start > 7200)
        json(response, 422, { status: 'error', error: 'query processing would load too many samples' })
      else {
        const values = Array.from({ length: (end - start) / 300 + 1 }, (_, at) => [start + at * 300, '1'])
        json(response, 200, {
          ...success([]),
          data: { resultType: 'matrix', result: [{ metric: {}, values }] },
        })
      }
    })
    const seen: Series[] = []
    await bisectRange(client(server), question(), (one) => seen.push(one))
    const times = seen.flatMap((one) => one.times)
    expect(times).toEqual(Array.from({ length: 288 }, (_, at) => (at + 1) * 300))

    const small = await serve((_, response) =>
      json(response, 422, { status: 'error', error: 'too many samples' }),
    )
    const asked = bisectRange(client(small), question(), () => undefined)
    expect((await problemOf(asked)).code).toBe('prometheus.refused')
    expect(small.seen.length).toBeLessThan(8)
  })
})

describe('observePrometheus against a failing server', () => {
  const window = { from: new Date(0), to: new Date(14 * 86_400_000) }

  it('stops at the first query when nothing listens', async () => {
    const server = await startServer(() => undefined)
    await server.close()
    const pauses: number[] = []
    const ports = { fetch, progress: () => undefined, pause: async (ms: number) => void pauses.push(ms) }
    const problem = await problemOf(observePrometheus({ cluster: 'prod', url: server.url, window }, ports))
    expect(problem.code).toBe('prometheus.unreachable')
    expect(pauses).toHaveLength(2)
  })

  it('stops soon after a rejected query, and never has more than four open queries', async () => {
    const open = { now: 0, most: 0 }
    const server = await serve(({ body }, response) => {
      open.now += 1
      open.most = Math.max(open.most, open.now)
      setTimeout(() => {
        open.now -= 1
        const fails = new URLSearchParams(body).get('query')?.includes('rate(') === true
        if (fails) json(response, 422, { status: 'error', error: 'many-to-many matching' })
        else json(response, 200, success([]))
      }, 5)
    })
    const ports = { fetch, progress: () => undefined }
    const problem = await problemOf(observePrometheus({ cluster: 'prod', url: server.url, window }, ports))
    expect(problem.message).toContain('many-to-many matching')
    expect(open.most).toBe(4)
    // Queries in progress still arrive; on a busy machine that takes a while.
    let asked = -1
    while (asked !== server.seen.length) {
      asked = server.seen.length
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(asked).toBeLessThan(1 + 14 * 3 + 10)
  })
})
