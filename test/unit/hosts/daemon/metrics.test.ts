import { describe, expect, it } from 'vitest'
import { mostNamespaces, openFleetMetrics } from '../../../../plugin/hosts/daemon/fleet-metrics.ts'
import { createMetrics } from '../../../../plugin/hosts/daemon/metrics.ts'
import { keepSecret } from '../../../../plugin/model/text/secrets.ts'
import type { NamespaceSums } from '../../../../plugin/report/fleet/sums.ts'
import { metricFamilies } from '../../../../plugin/report/metric-families.ts'

const own = async (metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> =>
  (await metrics.text())
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('tortoise_'))

const amounts = (cpu: number) => ({ cpu, memory: cpu * 1024 })
const sums = (cluster: string, namespace: string, cpu: number): NamespaceSums => ({
  cluster,
  namespace,
  workloads: 1,
  pods: 2,
  requested: amounts(cpu),
  used: amounts(cpu / 4),
  recommended: amounts(cpu / 2),
  saved: amounts(cpu / 8),
})

describe('the metrics of the daemon', () => {
  it('begin with no series, and have help and a type for each family', async () => {
    const metrics = createMetrics()
    const text = (await metrics.text()).toString()
    expect(await own(metrics)).toEqual([])
    for (const [name, { type, help }] of Object.entries(metricFamilies)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`)
      expect(name).toMatch(type === 'counter' ? /_total$/ : /^(?!.*_total$)/)
    }
  })

  it('escape labels, and show neither secrets nor characters that nobody sees', async () => {
    const metrics = createMetrics()
    keepSecret('s3cret-token')
    metrics.set('tortoise_changes', { schedule: 'a "b"\\\nc\u202es3cret-token' }, 1)
    expect(await own(metrics)).toEqual(['tortoise_changes{schedule="a \\"b\\"\\\\ c\ufffd***"} 1'])
  })

  it('forget the gauges of the repositories of a schedule, and keep its counters', async () => {
    const metrics = createMetrics()
    const labels = { schedule: 'all', repository: 'https://git.example.com/a.git', branch: 'main' }
    metrics.set('tortoise_changes', labels, 3)
    metrics.set('tortoise_changes', { ...labels, schedule: 'other' }, 4)
    metrics.set('tortoise_run_duration_seconds', { schedule: 'all' }, 5)
    metrics.add('tortoise_commits_total', labels)
    metrics.clearRepositories('all')
    const left = (await own(metrics)).map((line) => line.replace(/,repository.*"/, ''))
    expect(left).toEqual([
      'tortoise_run_duration_seconds{schedule="all"} 5',
      'tortoise_commits_total{schedule="all"} 1',
      'tortoise_changes{schedule="other"} 4',
    ])
  })
})

describe('the sums of the fleet', () => {
  it('add up over repositories, and follow the last run on each', async () => {
    const metrics = createMetrics()
    const fleet = openFleetMetrics(metrics)
    fleet.record('a', [sums('prod', 'shop', 4000), sums('staging', 'shop', 500)])
    fleet.record('b', [sums('prod', 'shop', 2000)])
    fleet.record('a', [sums('prod', 'shop', 1000)])
    expect(await own(metrics)).toContain('tortoise_cpu_requested_cores{cluster="prod",namespace="shop"} 3')
    expect(await own(metrics)).toContain(
      'tortoise_cpu_requested_cores{cluster="staging",namespace="shop"} 0.5',
    )
    fleet.forget('a')
    const left = (await own(metrics)).filter((line) => line.startsWith('tortoise_memory_'))
    expect(left).toEqual([
      'tortoise_memory_requested_bytes{cluster="prod",namespace="shop"} 2048000',
      'tortoise_memory_used_bytes{cluster="prod",namespace="shop"} 512000',
      'tortoise_memory_recommended_bytes{cluster="prod",namespace="shop"} 1024000',
      'tortoise_memory_saved_bytes{cluster="prod",namespace="shop"} 256000',
    ])
  })

  it('have a bounded number of series, and leave nothing out of the total', async () => {
    const metrics = createMetrics()
    const many = Array.from({ length: mostNamespaces * 3 }, (_, nth) =>
      sums(nth % 2 === 0 ? 'prod' : 'staging', `team-${nth}`, 1000 + nth),
    )
    openFleetMetrics(metrics).record('', many)
    const lines = (await own(metrics)).filter((line) => line.startsWith('tortoise_cpu_requested_cores'))
    expect(lines).toHaveLength(mostNamespaces + 2)
    expect(lines.filter((line) => line.includes('namespace="_other"'))).toHaveLength(2)
    const total = lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
    expect(total).toBeCloseTo(many.reduce((sum, { requested }) => sum + requested.cpu, 0) / 1000, 6)
  })
})
