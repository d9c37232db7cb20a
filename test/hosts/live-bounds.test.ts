import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Observation } from '../../plugin/model/observation.ts'
import { packCounts } from '../../plugin/model/series.ts'
import { printSnapshot } from '../../plugin/observe/snapshot.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, installDefinitions } from '../lab/cluster/inhabit.ts'
import { publishRole, withdraw } from '../lab/cluster/publish-role.ts'
import { programDirectory } from '../lab/programs.mjs'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { cpuMetric, overQuota, type Team, target, teams } from './live-teams.ts'
import { beginRepository, tortoise } from './program.ts'

const Mi = 1024 ** 2
const end = Date.UTC(2026, 8, 15)
const hours = 14 * 24
const frame = { first: end / 1000 - hours * 3600 + 3600, step: 3600, count: hours }

const ready = hasControlPlane() && hasDefinitions()

describe.skipIf(!ready)('what bounds or writes values in a real cluster', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-bounds-'))
  const outside = mkdtempSync(join(tmpdir(), 'tortoise-bounds-operator-'))
  let plane: ControlPlane

  const manifest = ({ kind = 'Deployment', requests, limits }: Team) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'app',
              image: 'registry.example/web:1',
              resources: { requests, ...(limits && { limits }) },
            },
          ],
        },
      },
    },
  })
  const autoscaler = (minReplicas: number) => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: target, minReplicas, maxReplicas: 12, metrics: [cpuMetric] },
  })

  const observed = (
    namespace: string,
    { kind = 'Deployment', cpu = 300, memory = 300, minimum }: Team,
  ): Observation => {
    const pods = minimum ?? 2
    const series = packCounts(
      frame,
      Array.from({ length: hours }, () => pods),
    )
    const usage = recordedUsage(
      { cpu: () => (minimum === undefined ? cpu : 20), memory: () => memory * Mi, pods },
      frame,
    )
    return {
      cluster: 'lab',
      workload: { apiVersion: 'apps/v1', kind, namespace, name: 'web' },
      window: { from: new Date(end - 14 * 86_400_000).toISOString(), to: new Date(end).toISOString() },
      days: 14,
      coverage: 1,
      containers: [{ container: 'app', ...usage, oomKills: 0 }],
      replicas: { min: pods, max: pods, mean: pods, series },
    }
  }

  const workloadsOf = (namespace: string): string =>
    `/apis/apps/v1/namespaces/${namespace}/${(teams[namespace]?.kind ?? 'Deployment').toLowerCase()}s`
  const healthy = { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 2 }
  async function setStatus(namespace: string, status: object): Promise<void> {
    const path = `${workloadsOf(namespace)}/web`
    const object = (await plane.call('GET', path)) as object
    await plane.call('PUT', `${path}/status`, { ...object, status })
  }

  beforeAll(async () => {
    plane = await startControlPlane()
    await installDefinitions(plane)
    await publishRole(plane)
    for (const [namespace, team] of Object.entries(teams)) {
      await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
      const { minimum, live = [] } = team
      mkdirSync(join(work, namespace))
      const objects = [manifest(team), ...(minimum === undefined ? [] : [autoscaler(minimum)])]
      writeFileSync(join(work, namespace, 'web.yaml'), objects.map((one) => stringify(one)).join('---\n'))
      await plane.call('POST', workloadsOf(namespace), manifest(team))
      await setStatus(namespace, healthy)
      for (const [group, kind, object] of live)
        await plane.call('POST', `/${group}/namespaces/${namespace}/${kind}`, {
          metadata: { name: 'one' },
          ...object,
        })
    }
    const quota = '/api/v1/namespaces/quota/resourcequotas/one'
    const object = (await plane.call('GET', quota)) as object
    const hard = { 'requests.cpu': '1' }
    await plane.call('PUT', `${quota}/status`, {
      ...object,
      status: { hard, used: { 'requests.cpu': '200m' } },
    })
    for (const [name, memory, taints] of [
      ['small', '14Gi', []],
      ['gpu', '200Gi', [{ key: 'gpu', effect: 'NoSchedule' }]],
    ] as const) {
      await plane.call('POST', '/api/v1/nodes', { metadata: { name }, spec: { taints } })
      const node = (await plane.call('GET', `/api/v1/nodes/${name}`)) as object
      const status = { allocatable: { cpu: '4', memory }, capacity: { cpu: '4', memory } }
      await plane.call('PUT', `/api/v1/nodes/${name}/status`, { ...node, status })
    }
    const observations = Object.entries(teams).map(([namespace, team]) => observed(namespace, team))
    writeFileSync(
      join(outside, 'snapshot.json'),
      printSnapshot({
        kind: 'TortoiseSnapshot',
        version: 2,
        recordedAt: new Date(end).toISOString(),
        observations,
      }),
    )
    const sources = Object.keys(teams).map((namespace) => ({ path: namespace, cluster: 'lab', namespace }))
    writeFileSync(
      join(work, 'tortoise.yaml'),
      stringify({ sources, clusters: [{ name: 'lab', usage: ['snapshot'] }] }),
    )
    beginRepository(work)
  })
  afterAll(async () => {
    for (const directory of [work, outside]) rmSync(directory, { recursive: true, force: true })
    await plane?.close()
  })

  const run = async (args: readonly string[], live: boolean) => {
    const [operator, kubeconfig, snapshot] = ['operator.yaml', 'kubeconfig', 'snapshot.json'].map((name) =>
      join(outside, name),
    ) as [string, string, string]
    writeFileSync(kubeconfig, plane.kubeconfig(await plane.tokenOf('default', 'gitops-tortoise')))
    const cluster = { name: 'lab', snapshot, ...(live && { kubernetes: {} }) }
    writeFileSync(operator, stringify({ clusters: [cluster] }))
    const where = ['--repo', work, '--operator-settings', operator, '--until', new Date(end).toISOString()]
    const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
    return tortoise(['plan', ...args, ...where], { env: { KUBECONFIG: kubeconfig, PATH: path } })
  }

  interface Found {
    readonly workload: { readonly namespace: string }
    readonly field: string
    readonly verdict: string
    readonly to?: number
    readonly because?: readonly { readonly text: string }[]
    readonly missing?: string
  }
  const plan = async (live: boolean) => {
    const ended = await run(['-o', 'json'], live)
    if (ended.status !== 0) throw new Error(ended.stderr)
    const report = JSON.parse(ended.stdout) as {
      recommendations: readonly Found[]
      unbounded?: readonly { readonly what: string }[]
    }
    const of = (namespace: string, field: string): Found => {
      const found = report.recommendations.find(
        (one) => one.workload.namespace === namespace && one.field === field,
      )
      if (found === undefined) throw new Error(`nothing about ${namespace} ${field}`)
      return found
    }
    return { of, unbounded: report.unbounded ?? [] }
  }
  const why = ({ because = [], missing = '' }: Found): string => because.at(-1)?.text ?? missing

  it('changes the plan: autoscalers, bounds of namespaces, budgets and nodes', async () => {
    const [alone, live] = [await plan(false), await plan(true)]
    expect(live.unbounded).toEqual([])
    expect(live.of('free', 'requests.cpu')).toMatchObject({ verdict: 'change', to: 1000 })
    for (const [namespace, text] of [
      ['hpa', 'HorizontalPodAutoscaler/one in the cluster scales the pods by CPU'],
      ['keda', 'ScaledObject/one in the cluster scales the pods by CPU'],
      ['vpa', 'VerticalPodAutoscaler/one in the cluster sets the CPU of its pods (mode Recreate)'],
    ] as const) {
      expect(alone.of(namespace, 'requests.cpu')).toMatchObject({ verdict: 'change', to: 1000 })
      expect(live.of(namespace, 'requests.cpu').verdict).toBe('keep')
      expect(why(live.of(namespace, 'requests.cpu'))).toContain(text)
    }
    expect(alone.of('range', 'requests.memory').to).toBeGreaterThan(1024 * Mi)
    expect(live.of('range', 'requests.memory')).toMatchObject({ to: 1024 * Mi })
    expect(live.of('range', 'requests.cpu')).toMatchObject({ to: 600 })
    expect(alone.of('quota', 'requests.cpu').verdict).toBe('change')
    expect(why(live.of('quota', 'requests.cpu'))).toContain('ResourceQuota/one in the cluster allows 1000m')
    expect(alone.of('budget', 'hpa.minReplicas').to).toBeLessThan(5)
    expect(live.of('budget', 'hpa.minReplicas').to).toBe(5)
    expect(why(live.of('budget', 'hpa.minReplicas'))).toContain('PodDisruptionBudget/one in the cluster')
    expect(alone.of('node', 'requests.memory').to).toBeGreaterThan(14 * 1024 * Mi)
    expect(live.of('node', 'requests.memory').to).toBe(14 * 1024 * Mi)
    expect(why(live.of('node', 'requests.memory'))).toContain('Node/small in the cluster')
  })

  it('names why a rollout is stuck, and changes nothing but what does not fit', async () => {
    const refused = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: overQuota }
    await setStatus('free', { ...healthy, updatedReplicas: 0, readyReplicas: 2, conditions: [refused] })
    const stuck = (await plan(true)).of('free', 'requests.cpu')
    expect(stuck).toMatchObject({
      verdict: 'unsure',
      missing: expect.stringContaining('exceeded quota: one'),
    })
    await setStatus('free', healthy)
  })

  it('reads from events why pods of a StatefulSet are refused, as long as its rollout is not over', async () => {
    const revisions = { currentRevision: 'web-1', updateRevision: 'web-2' }
    await setStatus('stateful', { ...healthy, updatedReplicas: 1, ...revisions })
    expect((await plan(true)).of('stateful', 'requests.cpu')).toMatchObject({
      verdict: 'unsure',
      missing: expect.stringContaining('its rollout is stuck: create Pod web-0 failed'),
    })
    await setStatus('stateful', healthy)
    expect((await plan(true)).of('stateful', 'requests.cpu').verdict).toBe('change')
  })

  it('is said where it may not be read', async () => {
    await withdraw(plane, [
      'horizontalpodautoscalers',
      'limitranges',
      'nodes',
      'poddisruptionbudgets',
      'resourcequotas',
      'scaledobjects',
      'verticalpodautoscalers',
    ])
    await expect.poll(async () => (await plan(true)).unbounded.length, { timeout: 60_000 }).toBe(7)
    const { unbounded } = await plan(true)
    expect(unbounded.map(({ what }) => what).sort()).toEqual([
      'horizontalpodautoscalers may not be listed: live autoscalers are unknown',
      'limitranges may not be listed: limits of namespaces are unknown',
      'nodes may not be listed: no value is bounded by the size of the nodes',
      'poddisruptionbudgets may not be listed: disruption budgets are unknown',
      'resourcequotas may not be listed: quotas of namespaces are unknown',
      'scaledobjects may not be listed: KEDA autoscalers are unknown',
      'verticalpodautoscalers may not be listed: vertical autoscalers are unknown',
    ])
    const table = await run([], true)
    expect(table.stdout).toContain('Not bounded by\n  cluster lab: ')
    expect(table.stdout).toContain('`tortoise doctor --fix-hints` prints the rules to add.')
  })
})
