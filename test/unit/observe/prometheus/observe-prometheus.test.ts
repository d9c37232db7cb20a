import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContainerUsage, Observation } from '../../../../plugin/model/observation.ts'
import type { ProgressEvent } from '../../../../plugin/model/progress.ts'
import {
  bucketOf,
  bucketStart,
  cpuScale,
  memoryScale,
  percentile,
  type SketchScale,
  sketchWeight,
} from '../../../../plugin/model/sketch.ts'
import { observePrometheus } from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'
import { from, history, to } from './history.ts'

const window = { from: new Date(from * 1000), to: new Date(to * 1000) }
const Mi = 1024 ** 2

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: observing a real server is not tested')

describe.skipIf(!hasPrometheus())('observePrometheus against a real server', () => {
  let lab: PrometheusLab
  let events: ProgressEvent[] = []
  let observations: readonly Observation[] = []

  const observe = (
    labels: Readonly<Record<string, string>>,
    more: object = {},
  ): Promise<readonly Observation[]> => {
    events = []
    const ports = { fetch, progress: (event: ProgressEvent) => void events.push(event) }
    const options = { cluster: 'prod', url: lab.url, window, labels, ...more }
    return observePrometheus(options, ports).then((observed) => observed.observations)
  }
  const messages = (kind: 'note' | 'warning'): readonly string[] =>
    events.flatMap((event) => (event.kind === kind ? [event.message] : []))

  beforeAll(async () => {
    lab = await startPrometheus(history())
    observations = await observe({ cluster: 'prod' })
  })
  afterAll(() => lab.close())

  const find = (kind: string, name: string): Observation => {
    const found = observations.find(({ workload }) => workload.kind === kind && workload.name === name)
    if (found === undefined) throw new Error(`no ${kind}/${name}`)
    return found
  }
  const only = ({ containers }: Observation): ContainerUsage => {
    const [container, ...more] = containers
    if (container === undefined || more.length > 0) throw new Error('not one container')
    return container
  }
  /** The upper end of the bucket of a value. */
  const ceiling = (scale: SketchScale, value: number): number =>
    bucketStart(scale, bucketOf(scale, value) + 1)

  it('finds every workload of the cluster, with deleted pods joined to their owners', () => {
    expect(
      observations.map(({ workload: { apiVersion, kind, name } }) => `${apiVersion} ${kind}/${name}`),
    ).toEqual([
      'batch/v1 CronJob/report',
      'apps/v1 DaemonSet/agent',
      'apps/v1 Deployment/broken',
      'apps/v1 Deployment/web',
      'apps/v1 StatefulSet/db',
    ])
    expect(messages('warning')).toEqual([])
    expect(messages('note')).toEqual([
      'cluster prod: skipped 1 pods of a Node, a kind that is not right-sized',
    ])
  })

  it('counts the CPU of every pod of a Deployment, in millicores', () => {
    const { cpu } = only(find('Deployment', 'web'))
    // 360 slots each of 100m and of 400m less 6 of the burst, then 216 of 250m.
    const weights = new Map(cpu?.sketch)
    expect(weights.get(bucketOf(cpuScale, 100))).toBe(360)
    expect(weights.get(bucketOf(cpuScale, 400))).toBe(360 - 6)
    expect(weights.get(bucketOf(cpuScale, 250))).toBe(216)
    expect(cpu?.samples).toBe(936)
    expect(cpu?.peak).toBeCloseTo(1500, 6)
    expect(percentile(cpu?.sketch ?? [], cpuScale, 0.95)).toBeCloseTo(ceiling(cpuScale, 400), 6)
    expect(percentile(cpu?.sketch ?? [], cpuScale, 0.5)).toBeCloseTo(ceiling(cpuScale, 250), 6)
  })

  it('measures a memory peak between two steps exactly', () => {
    const { memory } = only(find('Deployment', 'web'))
    expect(memory?.peak).toBe(900 * Mi)
    expect(percentile(memory?.sketch ?? [], memoryScale, 0.99)).toBeCloseTo(ceiling(memoryScale, 200 * Mi), 0)
    expect(sketchWeight(memory?.sketch ?? [])).toBe(memory?.samples)
  })

  it('measures days, coverage and replicas, without the overlap of old and new pods', () => {
    const web = find('Deployment', 'web')
    expect(web).toMatchObject({ days: 2, coverage: 1, replicas: { min: 1, max: 2 } })
    expect(web.replicas?.mean).toBeCloseTo((360 * 2 + 216) / 576, 3)
    const db = find('StatefulSet', 'db')
    expect(db).toMatchObject({ days: 2, replicas: { min: 1, max: 1, mean: 1 } })
    expect(db.coverage).toBeCloseTo(0.75, 2)
    expect(find('CronJob', 'report').coverage).toBeCloseTo(2 / 48, 2)
  })

  it('does not add up two jobs that scrape the same container', () => {
    const { cpu, memory } = only(find('StatefulSet', 'db'))
    expect(cpu?.peak).toBeCloseTo(500, 6)
    expect(memory?.peak).toBe(512 * Mi)
  })

  it('queries restarts only where a last termination was a kill, and only of those pods', async () => {
    const restartsOf = async (more: object): Promise<readonly string[]> => {
      const queries: string[] = []
      const counting: typeof fetch = (url, init) => {
        queries.push(new URLSearchParams(String(init?.body)).get('query') ?? '')
        return fetch(url, init)
      }
      const options = { cluster: 'prod', url: lab.url, window, labels: { cluster: 'prod' }, ...more }
      await observePrometheus(options, { fetch: counting, progress: () => undefined })
      return queries.filter((query) => query.includes('restarts_total') && query.includes('timestamp('))
    }
    const restarts = await restartsOf({})
    expect(restarts.length).toBeGreaterThan(0)
    for (const query of restarts) expect(query).toMatch(/restarts_total\{[^}]*pod=~"db-0"/)
    expect(await restartsOf({ namespaces: ['kube-system'] })).toEqual([])
  })

  it('counts an OOM kill once, and no other restarts', () => {
    expect(only(find('StatefulSet', 'db')).oomKills).toBe(1)
    expect(only(find('CronJob', 'report')).oomKills).toBe(1)
    expect(only(find('Deployment', 'web')).oomKills).toBe(0)
  })

  it('measures the share of throttled periods', () => {
    expect(only(find('Deployment', 'web')).throttledShare).toBeCloseTo(0.25, 3)
    expect(only(find('StatefulSet', 'db')).throttledShare).toBeUndefined()
  })

  it('marks workloads that crash-loop at the end of the window', () => {
    expect(find('Deployment', 'broken').unhealthy).toBe('container app is in CrashLoopBackOff')
    expect(find('Deployment', 'web').unhealthy).toBeUndefined()
  })

  it('reports progress up to the last request', () => {
    const steps = events.flatMap((event) => (event.kind === 'step' ? [event] : []))
    expect(steps.at(-1)).toMatchObject({ stage: 'observe', done: steps.length, total: steps.length })
  })

  it('gives the same result when the window is split into other chunks', async () => {
    const earlier = observations
    const again = await observe({ cluster: 'prod' }, { url: `${lab.url}/`, namespaces: ['shop'] })
    expect(again).toEqual(earlier)
    expect(await observe({ cluster: 'prod' }, { namespaces: ['other'] })).toEqual([])
  })

  it('warns when several clusters are mixed', async () => {
    await observe({})
    expect(messages('warning')).toContainEqual(
      expect.stringContaining('several clusters (cluster is prod, staging)'),
    )
  })

  it('works without kube-state-metrics, and reports what is unknown', async () => {
    const bare = await observe({ cluster: 'staging' })
    expect(bare.map(({ workload: { kind, name } }) => `${kind}/${name}`)).toEqual([
      'CronJob/nightly',
      'Deployment/api',
      'StatefulSet/db',
    ])
    expect(messages('warning')).toEqual([
      'cluster prod: no kube_pod_owner in Prometheus: workloads are guessed from the names of their pods',
      'cluster prod: no kube_replicaset_owner in Prometheus: Deployments are guessed from ReplicaSet names, and Rollouts are not found',
      'cluster prod: no kube_job_owner in Prometheus: CronJobs are guessed from the names of their Jobs',
      'cluster prod: no kube_pod_container_status_restarts_total in Prometheus: OOM kills and crash loops are unknown',
      'cluster prod: no container_cpu_cfs_periods_total in Prometheus: throttling is unknown (or no container has a CPU limit)',
    ])
    expect(messages('note')).toEqual(['cluster prod: skipped 1 pods without a known owner'])
  })
})
