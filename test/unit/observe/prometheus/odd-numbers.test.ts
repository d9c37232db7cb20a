import { afterEach, describe, expect, it } from 'vitest'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { snapshotLines } from '../../../../plugin/observe/snapshot.ts'
import { type FakeServer, json, startServer } from '../fake-server.ts'

let server: FakeServer
afterEach(() => server.close())

const day = 86_400
const window = { from: new Date(0), to: new Date(day * 1000) }
const labels = {
  namespace: 'shop',
  pod: 'db-0',
  container: 'app',
  what: 'oom-end',
  owner_kind: 'StatefulSet',
  owner_name: 'db',
}

/** A server that answers every query with the same series. */
const answering = (values: readonly (readonly [number, string])[]) =>
  startServer((_, response) =>
    json(response, 200, {
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: labels, values }] },
    }),
  )

describe('a server with invalid numbers', () => {
  it('gives valid observations: invalid numbers become neither kills nor usage', async () => {
    server = await answering([
      [3600, 'NaN'],
      [7200, '+Inf'],
      [10_800, '-Inf'],
      [14_400, '-5'],
    ])
    const { observations } = await observePrometheus(
      { cluster: 'prod', url: server.url, window },
      { fetch, progress: () => undefined },
    )
    const recorded = {
      kind: 'TortoiseSnapshot',
      version: 2,
      recordedAt: window.to.toISOString(),
      observations,
    } as const
    expect(() => [...snapshotLines(recorded)]).not.toThrow()
    for (const { containers } of observations)
      for (const { cpu, memory, oomTimes = [] } of containers)
        expect([cpu?.samples ?? 0, memory?.samples ?? 0, oomTimes.length]).toEqual([0, 0, 0])
  })

  it.each([
    ['not a number', 'NaN'],
    ['infinite', '+Inf'],
    ['negative', '-5'],
    ['absurdly large', '1e300'],
    ['a text', 'abc'],
    ['empty', ''],
    ['hexadecimal infinity', 'Infinity'],
  ])('ignores a value that is %s, counts it and warns', async (_, value) => {
    server = await answering([
      [3600, value],
      [7200, '1'],
    ])
    const { observations, findings } = await observePrometheus(
      { cluster: 'prod', url: server.url, window },
      { fetch, progress: () => undefined },
    )
    const [container] = observations[0]?.containers ?? []
    expect(container?.cpu).toMatchObject({ samples: 1, peak: 1000 })
    expect(findings.filter(({ code }) => code === 'values-impossible')).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/^ignored \d+ samples? .*StatefulSet\/db app/) },
    ])
  })

  it('ignores samples of the future', async () => {
    server = await answering([
      [3600, '1'],
      [4_000_000_000, '9'],
    ])
    const { observations, findings } = await observePrometheus(
      { cluster: 'prod', url: server.url, window },
      { fetch, progress: () => undefined },
    )
    expect(observations[0]?.containers[0]?.cpu).toMatchObject({ samples: 1, peak: 1000 })
    expect(findings.some(({ code }) => code === 'values-impossible')).toBe(true)
  })

  it.each([20_000, 200_000])(
    'takes no value from a response that is nested %i deep, and warns',
    async (depth) => {
      server = await startServer((_, response) =>
        response.end(`{"status":"success","data":${'['.repeat(depth)}${']'.repeat(depth)}}`),
      )
      const { observations, findings } = await observePrometheus(
        { cluster: 'prod', url: server.url, window },
        { fetch, progress: () => undefined },
      )
      expect(observations).toEqual([])
      expect(findings.filter(({ level }) => level === 'warning')).not.toEqual([])
    },
  )
})
