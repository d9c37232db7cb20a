import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../config/load.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import type { ProgressEvent } from '../../plugin/model/progress.ts'
import { cpuScale, percentile } from '../../plugin/model/sketch.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { recordSamples } from '../../plugin/run/observe/metrics-server.ts'
import { observe } from '../../plugin/run/observe/observe.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, installDefinitions } from '../lab/cluster/inhabit.ts'
import { type MeteredCluster, startMeteredCluster } from '../lab/cluster/metrics-proxy.ts'
import { tortoise } from './program.ts'

const ready = hasControlPlane() && hasDefinitions()
if (!ready)
  console.warn(
    'no kube-apiserver (npm run lab:setup builds one): sources of usage besides Prometheus are not tested',
  )

const work = mkdtempSync(join(tmpdir(), 'tortoise-sources-'))
const now = new Date('2026-09-14T12:00:00Z')
const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'app', image: 'x' }] } }
const workload = (name: string): object => ({
  metadata: { name },
  spec: { selector: { matchLabels: { app: 'x' } }, template },
})
const controlled = (name: string, kind: string, owner: string): object => ({
  name,
  labels: { app: 'x' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: owner, controller: true }],
})

describe.skipIf(!ready)('usage from a real cluster without a Prometheus', () => {
  let plane: ControlPlane
  let metered: MeteredCluster
  let events: ProgressEvent[] = []
  const host = (time = now) => ({
    cwd: work,
    env: {},
    stdout: () => undefined,
    stderr: () => undefined,
    colour: false,
    progress: (event: ProgressEvent) => void events.push(event),
    now: () => time,
  })
  const settings = (cluster: string) =>
    loadSettings(
      'tortoise.yaml',
      `clusters: [{name: lab, kubernetes: {kubeconfig: kubeconfig}, ${cluster}}]\n`,
    )
  const usage = async (cluster: string, time = now) => {
    events = []
    return observe(host(time), settings(cluster), {})
  }
  const named = (observations: readonly Observation[], name: string): Observation | undefined =>
    observations.find((one) => one.workload.name === name)

  beforeAll(async () => {
    plane = await startControlPlane()
    await installDefinitions(plane)
    const { call } = plane
    await call('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
    for (const name of ['web', 'idle', 'fresh'])
      await call('POST', '/apis/apps/v1/namespaces/shop/deployments', workload(name))
    await call('POST', '/apis/apps/v1/namespaces/shop/replicasets', {
      metadata: controlled('web-5d4f8c7b9', 'Deployment', 'web'),
      spec: { selector: { matchLabels: { app: 'x' } }, template },
    })
    for (const suffix of ['aaaaa', 'bbbbb'])
      await call('POST', '/api/v1/namespaces/shop/pods', {
        metadata: controlled(`web-5d4f8c7b9-${suffix}`, 'ReplicaSet', 'web-5d4f8c7b9'),
        spec: template.spec,
      })
    for (const [name, since] of [
      ['web', '2026-09-08T12:00:00Z'],
      ['idle', '2026-08-01T00:00:00Z'],
    ] as const) {
      const path = '/apis/autoscaling.k8s.io/v1/namespaces/shop/verticalpodautoscalers'
      const made = (await call('POST', path, {
        apiVersion: 'autoscaling.k8s.io/v1',
        kind: 'VerticalPodAutoscaler',
        metadata: { name },
        spec: {
          targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
          updatePolicy: { updateMode: 'Off' },
        },
      })) as object
      const amounts = { cpu: '230m', memory: '241172480' }
      const target = {
        containerName: 'app',
        target: { cpu: '100m', memory: '128Mi' },
        uncappedTarget: amounts,
      }
      const condition = { type: 'RecommendationProvided', status: 'True', lastTransitionTime: since }
      await call('PUT', `${path}/${name}/status`, {
        ...made,
        status: { conditions: [condition], recommendation: { containerRecommendations: [target] } },
      })
    }
    metered = await startMeteredCluster(plane)
    writeFileSync(join(work, 'kubeconfig'), metered.kubeconfig)
  })
  afterAll(async () => {
    rmSync(work, { recursive: true, force: true })
    await metered?.close()
    await plane?.close()
  })

  it('takes what VerticalPodAutoscalers recommend for usage, without their margin and bounds', async () => {
    const { observations, readings } = await usage('usage: [vpa]')
    const web = named(observations, 'web')
    expect(web).toMatchObject({ origin: 'vpa', days: 6 })
    expect(web?.coverage).toBeCloseTo(6 / 14, 3)
    expect(web?.containers[0]).toMatchObject({ container: 'app', memory: { peak: 241172480 / 1.15 } })
    const cpu = web?.containers[0]?.cpu
    expect(cpu?.peak).toBeCloseTo(200, 6)
    const p90 = percentile(cpu?.sketch ?? [], cpuScale, 0.9)
    expect(p90).toBeGreaterThanOrEqual(200)
    expect(p90).toBeLessThan(200 * 1.05 + 10)
    // A recommender remembers eight days.
    expect(named(observations, 'idle')?.days).toBe(8)
    expect(named(observations, 'fresh')).toMatchObject({ days: 0, containers: [] })
    expect(named(observations, 'fresh')).not.toHaveProperty('origin')
    expect(readings).toEqual([{ cluster: 'lab', origin: 'vpa', workloads: 2 }])
  })

  it('gathers samples of a metrics-server by day, one reading after another', async () => {
    const metrics = 'usage: [metrics-server], samples: samples'
    const gather = async (time: string, cpu: readonly string[]): Promise<void> => {
      metered.pods.clear()
      for (const [nth, suffix] of ['aaaaa', 'bbbbb'].entries())
        metered.pods.set(`shop/web-5d4f8c7b9-${suffix}`, [
          { name: 'app', usage: { cpu: cpu[nth] ?? '0', memory: `${100 + nth}Mi` } },
        ])
      metered.pods.set('kube-system/stray', [{ name: 'x', usage: { cpu: '1', memory: '1Gi' } }])
      const counted = await recordSamples(host(new Date(time)), { settings: settings(metrics), flags: {} })
      expect([...counted]).toEqual([['lab', 2]])
    }
    await gather('2026-09-13T23:58:00Z', ['100m', '50000u'])
    await gather('2026-09-14T11:51:00Z', ['300m', '120000000n'])
    await gather('2026-09-14T11:53:00Z', ['350m', '20m'])
    await gather('2026-09-14T11:57:00Z', ['200m', '200m'])
    const { observations, readings } = await usage(metrics)
    const web = named(observations, 'web')
    expect(readings).toEqual([{ cluster: 'lab', origin: 'metrics-server', workloads: 1 }])
    expect(web).toMatchObject({ origin: 'metrics-server', replicas: { min: 2, max: 2, mean: 2 } })
    const { cpu, memory } = web?.containers[0] ?? {}
    expect([cpu?.samples, cpu?.peak, memory?.peak]).toEqual([8, 350, 101 * 1024 ** 2])
    expect(cpu?.daily?.samples).toEqual([2, 6])
    expect(cpu?.daily?.peaks).toEqual([100, 350])
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([])
  })

  it('prefers sources as they are listed, and says which gave what', async () => {
    const all = 'samples: samples, snapshot: recorded'
    mkdirSync(join(work, 'recorded'))
    const window = { from: '2026-08-31T12:00:00.000Z', to: now.toISOString() }
    const recorded = {
      cluster: 'lab',
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'fresh' },
      window,
      days: 14,
      coverage: 1,
      containers: [{ container: 'app', oomKills: 0, cpu: { sketch: [[3, 10]], peak: 40, samples: 10 } }],
    }
    writeFileSync(
      join(work, 'recorded/lab.json'),
      JSON.stringify({
        kind: 'TortoiseSnapshot',
        version: 2,
        recordedAt: window.to,
        observations: [recorded],
      }),
    )
    const origins = async (order: string) => {
      const { observations, readings } = await usage(`usage: [${order}], ${all}`)
      const by = Object.fromEntries(observations.map((one) => [one.workload.name, one.origin]))
      return { by, readings: readings.map(({ origin, workloads }) => [origin, workloads]) }
    }
    expect(await origins('metrics-server, vpa, snapshot')).toEqual({
      by: { web: 'metrics-server', idle: 'vpa', fresh: 'snapshot' },
      readings: [
        ['metrics-server', 1],
        ['vpa', 1],
        ['snapshot', 1],
      ],
    })
    expect((await origins('snapshot, vpa, metrics-server')).by).toEqual({
      web: 'vpa',
      idle: 'vpa',
      fresh: 'snapshot',
    })
  })

  it('passes over a Prometheus that cannot be reached where another source is named', async () => {
    const gone = 'prometheus: {url: "http://127.0.0.1:9"}'
    const { observations } = await usage(`usage: [prometheus, vpa], ${gone}`)
    expect(named(observations, 'web')?.origin).toBe('vpa')
    expect(events).toContainEqual({
      kind: 'warning',
      message: expect.stringMatching(/^cluster lab: no usage from prometheus: .*cannot be reached/),
    })
    await expect(usage(`usage: [prometheus], ${gone}`)).rejects.toThrow('cannot be reached')
  })

  it('writes the sources into a snapshot', async () => {
    const [repository, operator] = [join(work, 'repository'), join(work, 'operator.yaml')]
    const out = join(work, 'out.json')
    mkdirSync(repository)
    writeFileSync(join(repository, 'tortoise.yaml'), 'clusters: [{name: lab, usage: [vpa]}]\n')
    writeFileSync(operator, 'clusters: [{name: lab, kubernetes: {kubeconfig: kubeconfig}}]\n')
    const where = ['--repo', repository, '--operator-settings', operator]
    const ended = await tortoise(['snapshot', ...where, '--until', now.toISOString(), '--out', out], {
      cwd: repository,
    })
    expect(ended).toMatchObject({ status: 0 })
    const snapshot = parseSnapshot('out.json', readFileSync(out, 'utf8'))
    expect(snapshot.readings).toEqual([{ cluster: 'lab', origin: 'vpa', workloads: 2 }])
    expect(snapshot.observations.map(({ origin }) => origin)).toEqual(
      expect.arrayContaining(['vpa', undefined]),
    )
  })

  it('refuses an order that names what is not there', () => {
    expect(() => loadSettings('tortoise.yaml', 'clusters: [{name: lab, usage: [snapshot, vpa]}]\n')).toThrow(
      'usage of cluster lab lists snapshot, but snapshot is not set',
    )
  })
})
