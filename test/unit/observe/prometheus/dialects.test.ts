import { afterEach, describe, expect, it } from 'vitest'
import type { Observation, ResourceUsage } from '../../../../plugin/model/observation.ts'
import { bucketOf, cpuScale, memoryScale, percentile } from '../../../../plugin/model/sketch.ts'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'
import { from, installations, to } from './dialects.ts'

const window = { from: new Date(from * 1000), to: new Date(to * 1000) }
const Mi = 1024 ** 2

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: dialects on a real server are not tested')

describe.skipIf(!hasPrometheus())('the same workload in all dialects', () => {
  let lab: PrometheusLab | undefined
  const seen = new Map<string, Observation>()
  afterEach(async () => {
    await lab?.close()
    lab = undefined
  })

  it.each(Object.entries(installations))('%s', async (name, installation) => {
    const { lines, labels = {}, dialect, cpu, container: called = 'web', findings = [] } = installation
    lab = await startPrometheus(lines().join('\n'))
    const ports = { fetch, progress: () => undefined }
    const observed = await observePrometheus({ cluster: 'prod', url: lab.url, window, labels }, ports)
    expect(observed.dialect).toMatchObject({ name: dialect, cpu: { metric: cpu } })
    const [web, ...others] = observed.observations
    expect(others).toEqual([])
    if (web === undefined) throw new Error('no usage was found')
    expect(web.workload).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'web',
    })
    const [container] = web.containers
    expect(container?.container).toBe(called)
    expect(container?.memory?.peak).toBe(600 * Mi)
    expect(Math.abs((container?.cpu?.peak ?? 0) - 2000)).toBeLessThan(2)
    expect(web.replicas).toMatchObject({ min: 2, max: 2 })
    expect(web.coverage).toBeGreaterThan(0.99)
    const odd = ['clusters-mixed', 'scraped-twice', 'series-of-cores', 'containers-unnamed']
    expect(observed.findings.flatMap(({ code }) => (odd.includes(code) ? [code] : []))).toEqual(findings)
    seen.set(name, web)
    expect(observed.cost.queries).toBeLessThan(14)
  })

  it('has the same percentiles in all dialects', () => {
    expect(seen.size).toBe(Object.keys(installations).length)
    const [first, ...rest] = [...seen.values()].map(({ containers: [container] }) => container)
    for (const other of rest) {
      same(other?.cpu, first?.cpu, 'cpu')
      same(other?.memory, first?.memory, 'memory')
    }
  })

  /** Percentiles within a bucket of each other. */
  function same(
    one: ResourceUsage | undefined,
    other: ResourceUsage | undefined,
    resource: 'cpu' | 'memory',
  ) {
    const scale = resource === 'cpu' ? cpuScale : memoryScale
    for (const p of [0.1, 0.5, 0.9, 0.95, 0.99]) {
      const [a, b] = [one, other].map((usage) =>
        bucketOf(scale, percentile(usage?.sketch ?? [], scale, p) * 0.999),
      )
      expect(Math.abs((a ?? -9) - (b ?? 9))).toBeLessThanOrEqual(1)
    }
  }
})
