import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import {
  observePrometheus,
  type PrometheusOptions,
  type PrometheusUsage,
} from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'
import type { FakeServer } from '../fake-server.ts'
import { type Faults, startFaultProxy } from './fault-proxy.ts'
import { from, history, to } from './history.ts'

const window = { from: new Date(from * 1000), to: new Date(to * 1000) }

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: faults before a real server are not tested')

describe.skipIf(!hasPrometheus())('a Prometheus behind a bad connection', () => {
  let lab: PrometheusLab
  let proxy: FakeServer | undefined
  let right: readonly Observation[] = []

  const observe = (url: string, more: Partial<PrometheusOptions> = {}): Promise<PrometheusUsage> =>
    observePrometheus(
      { cluster: 'prod', url, window, labels: { cluster: 'prod' }, ...more },
      { fetch, progress: () => undefined, pause: async () => undefined },
    )
  const through = async (faults: Faults, more: Partial<PrometheusOptions> = {}): Promise<PrometheusUsage> => {
    proxy = await startFaultProxy(lab.url, faults)
    return observe(proxy.url, more)
  }

  beforeAll(async () => {
    lab = await startPrometheus(history())
    right = (await observe(lab.url)).observations
    expect(right.length).toBe(5)
  })
  afterEach(async () => {
    await proxy?.close()
    proxy = undefined
  })
  afterAll(() => lab.close())

  const atFirst =
    <T>(value: T) =>
    (nth: number): T | undefined =>
      nth < 3 ? value : undefined

  it.each<[string, Faults]>([
    ['responds late', { delay: () => 60 }],
    ['is busy at first', { status: atFirst(503) }],
    ['limits the rate at first', { status: atFirst(429) }],
    ['cuts responses in the middle', { cutAt: atFirst(0.6) }],
    ['truncates responses', { truncateAt: atFirst(0.4) }],
    ['rejects more than two series', { mostSeries: 2 }],
  ])('gives the right numbers when it %s', async (_, faults) => {
    const { observations, findings } = await through(faults)
    expect(observations).toEqual(right)
    expect(findings.filter(({ code }) => code === 'part-failed')).toEqual([])
  })

  it('splits a query by pods when a single namespace is too large', async () => {
    const { observations } = await through({ mostSeries: 2 })
    expect(observations).toEqual(right)
    const queries = proxy?.seen.map(({ body }) => new URLSearchParams(body).get('query') ?? '') ?? []
    expect(queries.some((query) => query.includes('pod=~".*['))).toBe(true)
  })

  it('names the portion that cannot be read and continues without it', async () => {
    proxy = await startFaultProxy(lab.url, {})
    const day = to - 86_400
    const { observations, findings } = await observePrometheus(
      { cluster: 'prod', url: proxy.url, window, labels: { cluster: 'prod' } },
      {
        // The memory query of the second day always fails.
        fetch: async (input, init) => {
          const form = new URLSearchParams(String(init?.body))
          const refused = Number(form.get('end')) > day && (form.get('query') ?? '').includes('working_set')
          return refused
            ? Response.json({ status: 'error', error: 'the store is gone' }, { status: 422 })
            : fetch(input, init)
        },
        progress: () => undefined,
        pause: async () => undefined,
      },
    )
    const failed = findings.filter(({ code }) => code === 'part-failed')
    expect(failed.map(({ message }) => message)).toEqual([
      expect.stringMatching(/2026-09-02T.* of .* is skipped: .*the store is gone/),
    ])
    const web = observations.find(({ workload }) => workload.name === 'web')
    expect(web?.coverage).toBeCloseTo(0.5, 2)
    expect(web?.containers[0]?.cpu?.samples).toBe(2 * 288)
  })

  it('reports that responses with warnings are incomplete, and does not cache their days', async () => {
    const kept: string[] = []
    proxy = await startFaultProxy(lab.url, { warnings: () => ['a store did not answer'] })
    const { findings } = await observePrometheus(
      { cluster: 'prod', url: proxy.url, window, labels: { cluster: 'prod' } },
      {
        fetch,
        progress: () => undefined,
        store: {
          read: async () => undefined,
          write: async (name) => void kept.push(name),
          names: async () => [],
          forget: async () => undefined,
        },
      },
    )
    expect(findings).toContainEqual(expect.objectContaining({ code: 'answer-partial' }))
    expect(kept).toEqual([])
  })

  it('does not hang on a server that never finishes its response', async () => {
    // The answer would come in an hour, long after the limit of this test.
    await expect(through({ delay: () => 3_600_000 }, { timeoutMs: 300 })).rejects.toThrow(
      'no answer in time (0.3 s)',
    )
  })

  it('stops when the query budget is spent', async () => {
    await expect(through({}, { maxQueries: 4 })).rejects.toThrow('whole budget')
    expect(proxy?.seen.length).toBeLessThanOrEqual(4)
  })
})
