import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import type { ProgressEvent } from '../../plugin/model/progress.ts'
import type { LiveCluster, LiveWorkload } from '../../plugin/observe/kubernetes/live.ts'
import { type ClusterOptions, readCluster } from '../../plugin/observe/kubernetes/read-cluster.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, inhabit, installDefinitions } from '../lab/cluster/inhabit.ts'
import { publishRole } from '../lab/cluster/publish-role.ts'

import { tortoise } from './program.ts'

const ready = hasControlPlane() && hasDefinitions()
if (!ready)
  console.warn('no kube-apiserver (npm run lab:setup builds one): reading a real cluster is not tested')

const account = 'system:serviceaccount:default:gitops-tortoise'

describe.skipIf(!ready)('reading a real cluster with the published ClusterRole', () => {
  let plane: ControlPlane
  let events: ProgressEvent[] = []
  const warnings = (): readonly string[] =>
    events.flatMap((event) => (event.kind === 'warning' ? [event.message] : [])).sort()
  const read = async (more: Partial<ClusterOptions> = {}): Promise<LiveCluster> => {
    events = []
    const kubeconfig = plane.kubeconfig(await plane.tokenOf('default', 'gitops-tortoise'))
    return readCluster(
      { cluster: 'lab', kubeconfig, pageSize: 100, ...more },
      { progress: (one) => void events.push(one) },
    )
  }
  const find = ({ workloads }: LiveCluster, kind: string, name: string): LiveWorkload | undefined =>
    workloads.find(
      ({ workload }) => workload.namespace === 'team-0' && workload.kind === kind && workload.name === name,
    )

  const work = mkdtempSync(join(tmpdir(), 'tortoise-cluster-'))
  const outside = mkdtempSync(join(tmpdir(), 'tortoise-operator-'))
  type Login = { readonly token?: string; readonly kubeconfig?: string; readonly exec?: boolean }
  /** Runs the built program as the ServiceAccount, or with another login given last. */
  const cli = async (...given: readonly (string | Login)[]) => {
    const args = given.filter((one) => typeof one === 'string')
    const login: Login = given.find((one) => typeof one !== 'string') ?? {}
    const token = login.token ?? (await plane.tokenOf('default', 'gitops-tortoise'))
    const [kubeconfig, settings] = [join(outside, 'kubeconfig'), join(work, 'tortoise.yaml')]
    const operator = join(outside, 'operator.yaml')
    writeFileSync(kubeconfig, login.kubeconfig ?? plane.kubeconfig(token))
    writeFileSync(settings, 'clusters: [{name: lab, kubernetes: {}}]\n')
    writeFileSync(operator, `kubernetes: {exec: ${login.exec ?? false}}\n`)
    const where = ['--repo', work, '--settings', settings, '--operator-settings', operator]
    return tortoise([...args, ...where], { env: { KUBECONFIG: kubeconfig } })
  }

  beforeAll(async () => {
    plane = await startControlPlane()
    await installDefinitions(plane)
    await publishRole(plane)
    await inhabit(plane, { namespaces: 5, deployments: 60 })
  })
  afterAll(async () => {
    for (const directory of [work, outside]) rmSync(directory, { recursive: true, force: true })
    await plane?.close()
  })

  it('is read by init with that role alone, which names the cluster as the context does', async () => {
    const root = mkdtempSync(join(tmpdir(), 'tortoise-cluster-init-'))
    const kubeconfig = join(outside, 'kubeconfig')
    writeFileSync(kubeconfig, plane.kubeconfig(await plane.tokenOf('default', 'gitops-tortoise')))
    writeFileSync(
      join(root, 'app.yaml'),
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-0}\nspec: {template: {spec: {containers: [{name: app, resources: {requests: {cpu: 1}}}]}}}\n',
    )
    plane.audited()
    const operator = join(outside, 'init-operator.yaml')
    const ended = await tortoise(['init', '--repo', root, '--operator-settings', operator], {
      env: { KUBECONFIG: kubeconfig },
    })
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    const own = plane.audited().filter(({ user }) => user === account)
    expect(own.length).toBeGreaterThan(20)
    expect(own.filter(({ status }) => status >= 400)).toEqual([])
    const written = parse(readFileSync(join(root, 'tortoise.yaml'), 'utf8')) as object
    expect(written).toMatchObject({ clusters: [{ name: 'lab', kubernetes: {} }] })
    rmSync(root, { recursive: true, force: true })
  })

  it('reads every workload, and issues no other verb than list and get', async () => {
    plane.audited()
    const live = await read()
    expect(warnings()).toEqual([])
    expect(live.unread).toEqual([])
    expect(live.version).toMatch(/^v\d/)
    const counts: Record<string, number> = {}
    for (const { workload } of live.workloads) counts[workload.kind] = (counts[workload.kind] ?? 0) + 1
    expect(counts).toEqual({
      Deployment: 300,
      StatefulSet: 60,
      DaemonSet: 60,
      CronJob: 60,
      Rollout: 60,
    })
    const own = plane.audited().filter(({ user }) => user === account)
    expect(own.length).toBeGreaterThan(20)
    expect(new Set(own.map(({ verb }) => verb))).toEqual(new Set(['list', 'get']))
    expect(own.filter(({ path }) => path.includes('secrets') || path.includes('configmaps'))).toEqual([])
  })

  it('reads autoscalers of every kind with all their metrics', async () => {
    const live = await read()
    expect(find(live, 'Deployment', 'api-0')).toMatchObject({
      replicas: 2,
      disruptionsAllowed: 0,
      vertical: { name: 'api-0', mode: 'Off' },
      autoscaler: {
        kind: 'HorizontalPodAutoscaler',
        minReplicas: 2,
        maxReplicas: 9,
        metrics: [
          { type: 'Resource', name: 'cpu', target: { kind: 'Utilization', value: '70' } },
          { type: 'ContainerResource', name: 'memory', container: 'app', target: { value: '200Mi' } },
          { type: 'Pods', name: 'requests', target: { kind: 'AverageValue', value: '100' } },
          { type: 'External', name: 'queue', target: { kind: 'Value', value: '30' } },
        ],
      },
    })
    expect(find(live, 'Deployment', 'api-1')?.autoscaler).toMatchObject({
      kind: 'ScaledObject',
      maxReplicas: 5,
      metrics: [{ type: 'Trigger', name: 'cpu', target: { kind: 'Utilization', value: '60' } }],
    })
    const said = 'Tortoise/api-2 in the cluster'
    expect(find(live, 'Deployment', 'api-2')?.tortoise).toEqual({
      name: 'api-2',
      policies: [
        { resource: 'cpu', policy: 'Off', said },
        { resource: 'memory', policy: 'Off', said },
        { container: 'app', resource: 'cpu', policy: 'Off', said },
        { container: 'app', resource: 'memory', policy: 'Vertical', said },
        { container: 'app', resource: 'cpu', said },
        { container: 'app', resource: 'memory', minimum: 32 * 1024 ** 2, maximum: 1024 ** 3, said },
      ],
    })
    expect(live.bounds.filter(({ namespace }) => namespace === 'team-0')).toMatchObject([
      { kind: 'LimitRange', bounds: { 'Container.max.memory': '8Gi' } },
      { kind: 'ResourceQuota', bounds: { 'hard.requests.cpu': '200' } },
    ])
  })

  it('prints where workloads come from, and which crash', async () => {
    const live = await read()
    expect(find(live, 'Deployment', 'api-0')?.source).toEqual({
      kind: 'Application',
      namespace: 'argocd',
      name: 'shop',
      by: 'tracking-id',
      places: [{ repository: 'https://git.example/shop', path: 'overlays/prod', revision: 'main' }],
    })
    expect(find(live, 'Deployment', 'api-1')?.source).toMatchObject({
      kind: 'Kustomization',
      by: 'label',
      places: [{ repository: 'https://git.example/fleet', path: './apps', revision: 'main' }],
    })
    expect(find(live, 'Deployment', 'api-2')?.source).toBeUndefined()
    expect(find(live, 'StatefulSet', 'db-0')).toMatchObject({
      unhealthy: 'container app is in CrashLoopBackOff',
      kills: [{ container: 'app', time: Date.UTC(2026, 8, 10, 10) / 1000 }],
    })
  })

  it('names a permission and a custom resource that are gone, and reads the rest', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/gitops-tortoise'
    const role = (await plane.call('GET', path)) as { rules: { apiGroups: string[] }[] }
    await plane.call('PUT', path, {
      ...role,
      rules: role.rules.filter(({ apiGroups }) => apiGroups[0] !== 'policy'),
    })
    await plane.call(
      'DELETE',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scaledobjects.keda.sh',
    )
    let live = await read()
    for (let tries = 0; live.unread.length < 2 && tries < 50; tries += 1) live = await read()
    expect(warnings()).toEqual([
      'cluster lab: may not list poddisruptionbudgets: disruption budgets are unknown',
    ])
    expect(live.unread.map(({ kind, reason, expected }) => [kind, reason, expected])).toEqual(
      expect.arrayContaining([
        ['PodDisruptionBudget', 'forbidden', false],
        ['ScaledObject', 'absent', true],
      ]),
    )
    expect(live.workloads).toHaveLength(540)
  })

  it('lets doctor list what is missing, with the rules to add', async () => {
    const ended = await cli('doctor', '--fix-hints')
    expect(ended.stdout).toContain('540 workloads listed (v')
    expect(ended.stdout).toContain(
      '! No permission to list poddisruptionbudgets: disruption budgets are unknown',
    )
    expect(ended.stdout).toContain('! A Tortoise resizes 5 workloads outside Git')
    expect(ended.stdout).toContain(
      'rules:\n  - apiGroups: [policy]\n    resources: [poddisruptionbudgets]\n    verbs: [get, list]',
    )
    expect(ended.status).toBe(0)
  })

  it('snapshots every workload of a cluster of which no usage is recorded', async () => {
    const out = join(work, 'snapshot.json')
    expect(await cli('snapshot', '--out', out)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Recorded 540 workloads'),
    })
    const { observations } = JSON.parse(readFileSync(out, 'utf8')) as { observations: readonly object[] }
    expect(observations).toHaveLength(540)
    expect(observations).toContainEqual(
      expect.objectContaining({ days: 0, unhealthy: 'container app is in CrashLoopBackOff' }),
    )
    const governed = observations.filter((one) => 'policies' in one)
    expect(governed).toHaveLength(5)
    expect(governed[0]).toMatchObject({
      workload: { name: 'api-2' },
      policies: [{ policy: 'Off' }, {}, {}, {}, {}, {}],
    })
  })

  it('renews a token that ended, and ends with 2 when none is accepted', async () => {
    const ended = await cli('snapshot', '--out', join(work, 'none.json'), { token: 'gone' })
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('does not accept the credentials (HTTP 401)')
    // A credential plugin whose first token is no longer good.
    const good = await plane.tokenOf('default', 'gitops-tortoise')
    const plugin = join(outside, 'plugin.sh')
    const credential = (token: string): string =>
      JSON.stringify({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token },
      })
    writeFileSync(
      plugin,
      `#!/bin/sh\nif [ -e ${outside}/asked ]; then echo '${credential(good)}'; else touch ${outside}/asked; echo '${credential('ended')}'; fi\n`,
      { mode: 0o755 },
    )
    const config = JSON.parse(plane.kubeconfig()) as { users: object[] }
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' }
    const kubeconfig = JSON.stringify({ ...config, users: [{ name: 'lab', user: { exec } }] })
    const refused = await cli('snapshot', '--out', join(work, 'none.json'), { kubeconfig })
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('kubernetes: { exec: true }'),
    })
    expect(existsSync(join(outside, 'asked'))).toBe(false)
    const renewed = await cli('snapshot', '--out', join(work, 'renewed.json'), { kubeconfig, exec: true })
    expect(renewed).toMatchObject({ status: 0, stdout: expect.stringContaining('Recorded 540 workloads') })
  })

  it('says that Tortoises may not be read, and needs no definition of them', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/gitops-tortoise'
    const role = (await plane.call('GET', path)) as { rules: { apiGroups: string[] }[] }
    const isTheirs = ({ apiGroups }: { apiGroups: string[] }) => apiGroups[0] === 'autoscaling.mercari.com'
    await plane.call('PUT', path, { ...role, rules: role.rules.filter((rule) => !isTheirs(rule)) })
    const unread = async () => (await read()).unread.find(({ kind }) => kind === 'Tortoise')?.reason
    await expect.poll(unread, { timeout: 10_000 }).toBe('forbidden')
    expect(warnings()).toContain(
      'cluster lab: may not list tortoises: scaling policies of Tortoises are unknown',
    )
    await plane.call('PUT', path, {
      ...((await plane.call('GET', path)) as object),
      rules: role.rules,
    })
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    await plane.call('DELETE', `${definitions}/tortoises.autoscaling.mercari.com`)
    await expect.poll(unread, { timeout: 10_000 }).toBe('absent')
    expect(warnings().filter((one) => one.includes('tortoises'))).toEqual([])
    expect((await read()).workloads).toHaveLength(540)
  })

  it('stops with the reason when a token is not accepted', async () => {
    const ended = await read({ kubeconfig: plane.kubeconfig('gone') }).catch((error: unknown) => error)
    expect(ended).toBeInstanceOf(ExpectedStop)
    expect(String(ended)).toContain('does not accept the credentials (HTTP 401)')
  })
})
