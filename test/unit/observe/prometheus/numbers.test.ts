import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../../../plugin/model/observation.ts'
import {
  bucketOf,
  cpuScale,
  memoryScale,
  percentile,
  type SketchScale,
} from '../../../../plugin/model/sketch.ts'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'

const from = Date.UTC(2026, 8, 1) / 1000
const days = 3
const to = from + days * 86_400

/** A deterministic series: a daily wave with noise from a linear congruential generator. */
function* noisy(name: string, labels: string, counter: boolean): Generator<string> {
  let [state, used] = [12_345, 0]
  for (let time = from; time <= to; time += 60) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const noise = state / 2_147_483_648
    const value = 0.1 + 0.4 * (1 + Math.sin(time / 13_751)) + noise ** 8
    used += value * 60
    yield `${name}{${labels}} ${counter ? used : Math.round(value * 3e8)} ${time}`
  }
}

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: numbers are not checked against PromQL')

describe.skipIf(!hasPrometheus())('observations compared with PromQL queries', () => {
  let lab: PrometheusLab
  let db: Observation
  const place = 'namespace="shop",pod="db-0",container="db"'

  beforeAll(async () => {
    lab = await startPrometheus(
      [
        ...noisy('container_cpu_usage_seconds_total', `${place},job="kubelet"`, true),
        ...noisy('container_memory_working_set_bytes', `${place},job="kubelet"`, false),
      ].join('\n'),
    )
    const window = { from: new Date(from * 1000), to: new Date(to * 1000) }
    const { observations } = await observePrometheus(
      { cluster: 'prod', url: lab.url, window },
      { fetch, progress: () => undefined },
    )
    const [only, ...more] = observations
    if (only === undefined || more.length > 0) throw new Error('not one workload')
    db = only
  })
  afterAll(() => lab.close())

  const ask = async (query: string): Promise<number> => {
    const response = await fetch(
      `${lab.url}/api/v1/query?${new URLSearchParams({ query, time: String(to) })}`,
    )
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
    return Number(data.result[0]?.value[1])
  }
  // The last slot is at the end of the window, and a subquery includes both ends.
  const rates = `rate(container_cpu_usage_seconds_total{${place}}[5m])[${days * 86_400 - 300}s:5m]`
  const peaks = `max_over_time(container_memory_working_set_bytes{${place}}[299999ms])[${days * 86_400 - 300}s:5m]`

  it('have the same maxima', async () => {
    const [container] = db.containers
    expect(container?.memory?.peak).toBe(
      await ask(`max_over_time(container_memory_working_set_bytes{${place}}[${days}d])`),
    )
    expect((container?.cpu?.peak ?? 0) / 1000).toBeCloseTo(await ask(`max_over_time(${rates})`), 9)
  })

  it.each([0.05, 0.5, 0.9, 0.95, 0.99, 0.999])('have the same percentile %d, within a bucket', async (p) => {
    const [container] = db.containers
    const near = (scale: SketchScale, ours: number, theirs: number): void => {
      // A percentile is the upper end of its bucket.
      expect(Math.abs(bucketOf(scale, ours * 0.9999) - bucketOf(scale, theirs))).toBeLessThanOrEqual(1)
    }
    const cpu = percentile(container?.cpu?.sketch ?? [], cpuScale, p)
    near(cpuScale, cpu, 1000 * (await ask(`quantile_over_time(${p}, ${rates})`)))
    const memory = percentile(container?.memory?.sketch ?? [], memoryScale, p)
    near(memoryScale, memory, await ask(`quantile_over_time(${p}, ${peaks})`))
  })
})
