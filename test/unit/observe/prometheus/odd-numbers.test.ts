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
      version: 1,
      recordedAt: window.to.toISOString(),
      observations,
    } as const
    expect(() => [...snapshotLines(recorded)]).not.toThrow()
    for (const { containers } of observations)
      for (const { cpu, memory, oomTimes = [] } of containers)
        expect([cpu?.samples ?? 0, memory?.samples ?? 0, oomTimes.length]).toEqual([0, 0, 0])
  })
})
