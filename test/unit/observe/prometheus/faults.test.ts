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

  const bad: readonly [string, Faults][] = [
    ['responds late', { delay: () => 60 }],
    ['is busy at first', { status: atFirst(503) }],
    ['limits the rate at first', { status: atFirst(429) }],
    ['cuts responses in the middle', { cutAt: atFirst(0.6) }],
    ['truncates responses', { truncateAt: atFirst(0.4) }],
    ['rejects more than two series', { mostSeries: 2 }],
  ]

  it.each(bad)('gives the right numbers when it %s', async (_, faults) => {
    const { observations, findings } = await through(faults)
    expect(observations).toEqual(right)
    expect(findings.filter(({ code }) => code === 'part-failed')).toEqual([])
  })

  describe.each([
    ['the first day', from],
    ['the second day', from + 86_400],
  ])('that is asked for %s alone', (_day, begin) => {
    const alone = { window: { from: new Date(begin * 1000), to: new Date((begin + 86_400) * 1000) } }
    const options = { cluster: 'prod', labels: { cluster: 'prod' }, ...alone }
    const textOf = (init: RequestInit | undefined): string =>
      new URLSearchParams(String(init?.body)).get('query') ?? ''
    let single: PrometheusUsage
    /** The server refuses several queries in one. */
    const refusing =
      (isRefused: (query: string) => boolean): typeof fetch =>
      async (input, init) =>
        isRefused(textOf(init))
          ? Response.json({ status: 'error', error: 'no' }, { status: 422 })
          : fetch(input, init)
    const ports = { progress: () => undefined, pause: async () => undefined }
    const isGathered = (query: string): boolean => query.includes('tortoise_query')
    const isJoint = (query: string): boolean => query.includes('"what","memory"')
    beforeAll(async () => {
      single = await observePrometheus(
        { ...options, url: lab.url },
        { ...ports, fetch: refusing((query) => isGathered(query) || isJoint(query)) },
      )
      expect(single.observations.length).toBeGreaterThan(2)
      expect(single.cost.queries).toBeGreaterThan(7)
    })

    it('gives the same in three queries as in one for each question', async () => {
      const { observations, findings, cost } = await through({}, alone)
      expect([observations, findings]).toEqual([single.observations, single.findings])
      expect(cost.queries).toBe(3)
    })

    it.each(bad)('gives the right numbers when it %s', async (_, faults) => {
      const { observations, findings } = await through(faults, alone)
      expect(observations).toEqual(single.observations)
      expect(findings.filter(({ code }) => code === 'part-failed')).toEqual([])
    })

    it.each<[string, (query: string) => boolean, number]>([
      ['all questions of one time', isGathered, 8],
      ['all usage', isJoint, 7],
    ])('is asked again where it refuses %s in one', async (_, isRefused, most) => {
      const { observations, cost } = await observePrometheus(
        { ...options, url: lab.url },
        { ...ports, fetch: refusing(isRefused) },
      )
      expect(observations).toEqual(single.observations)
      expect(cost.queries).toBeGreaterThan(3)
      expect(cost.queries).toBeLessThanOrEqual(most + 1)
    })

    it('is asked nothing in one that would be too long', async () => {
      const namespaces = ['shop', ...Array.from({ length: 70 }, (_, at) => `a-namespace-with-a-name-${at}`)]
      const { observations } = await through({}, { ...alone, namespaces })
      expect(observations).toEqual(single.observations)
      const lengths =
        proxy?.seen.map(({ body }) => (new URLSearchParams(body).get('query') ?? '').length) ?? []
      expect(Math.max(...lengths)).toBeLessThan(16_384)
      expect(lengths.length).toBeGreaterThan(5)
    })

    it('is not reported as read when it ends before its usage was read', async () => {
      const dead: typeof fetch = async (input, init) => {
        if (String(input).endsWith('query_range')) throw new TypeError('fetch failed')
        return fetch(input, init)
      }
      await expect(
        observePrometheus({ ...options, url: lab.url }, { ...ports, fetch: dead }),
      ).rejects.toThrow('cannot be reached')
    })
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
