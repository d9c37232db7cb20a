import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSettings } from '../../config/load.ts'
import type { Settings } from '../../config/schema.ts'
import type { ProgressEvent } from '../../plugin/model/progress.ts'
import type { RolloutSource } from '../../plugin/observe/kubernetes/rollout-objects.ts'
import { readLive } from '../../plugin/run/observe/kubernetes.ts'
import { observe } from '../../plugin/run/observe/observe.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, installDefinitions } from '../lab/cluster/inhabit.ts'

const ready = hasControlPlane() && hasDefinitions()
if (!ready) console.warn('no kube-apiserver (npm run lab:setup builds one): a hub of Argo CD is not tested')

const work = mkdtempSync(join(tmpdir(), 'tortoise-hub-'))

describe.skipIf(!ready)('a hub of Argo CD and a cluster that it rolls out to', () => {
  let hub: ControlPlane
  let prod: ControlPlane
  let events: ProgressEvent[] = []
  const host = {
    cwd: work,
    env: {},
    stdout: () => undefined,
    stderr: () => undefined,
    colour: false,
    progress: (event: ProgressEvent) => void events.push(event),
    now: () => new Date('2026-09-14T12:00:00Z'),
  }
  const warnings = (): readonly string[] =>
    events.flatMap((event) => (event.kind === 'warning' ? [event.message] : []))
  const settings = (...clusters: readonly string[]): Settings =>
    loadSettings('tortoise.yaml', `clusters: [${clusters.join(', ')}]\n`)
  const named = {
    hub: '{name: hub, kubernetes: {kubeconfig: kubeconfig, context: hub}}',
    prod: '{name: prod, kubernetes: {kubeconfig: kubeconfig, context: prod, applications: {cluster: hub}}}',
    gone: '{name: gone, kubernetes: {kubeconfig: kubeconfig, context: gone}}',
  }
  const sourcesIn = async (all: Settings, name: string) => {
    events = []
    const cluster = all.clusters.find((one) => one.name === name)
    const live = cluster && (await readLive(host, all, cluster))
    return Object.fromEntries(
      (live?.workloads ?? []).map(({ workload, source }): [string, RolloutSource | undefined] => [
        workload.name,
        source,
      ]),
    )
  }

  beforeAll(async () => {
    hub = await startControlPlane()
    prod = await startControlPlane()
    await installDefinitions(hub)
    for (const { call } of [hub, prod]) {
      await call('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
      for (const [name, annotations] of [
        ['web', { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' }],
        ['api', {}],
        ['cart', {}],
      ] as const)
        await call('POST', '/apis/apps/v1/namespaces/shop/deployments', {
          metadata: { name, annotations },
          spec: {
            selector: { matchLabels: { app: name } },
            template: {
              metadata: { labels: { app: name } },
              spec: { containers: [{ name: 'app', image: 'x' }] },
            },
          },
        })
    }
    await hub.call('POST', '/api/v1/namespaces', { metadata: { name: 'argocd' } })
    const application = (name: string, destination: object, ...deployments: readonly string[]): object => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name },
      spec: {
        project: 'default',
        destination,
        source: { repoURL: 'https://git.example/shop', path: `overlays/${name}`, targetRevision: 'main' },
      },
      status: {
        resources: deployments.map((one) => ({
          group: 'apps',
          kind: 'Deployment',
          namespace: 'shop',
          name: one,
        })),
      },
    })
    for (const one of [
      application('shop', { name: 'prod' }, 'web', 'api'),
      application('cart', { server: `${prod.url}/` }, 'cart'),
      application('staging', { name: 'staging' }, 'web', 'api', 'cart'),
      application('own', { server: 'https://kubernetes.default.svc' }, 'api'),
    ])
      await hub.call('POST', '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', one)
    const config = (plane: ControlPlane) =>
      JSON.parse(plane.kubeconfig()) as { clusters: { cluster: object }[]; users: { user: object }[] }
    const planes = { hub: config(hub), prod: config(prod) }
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      contexts: ['hub', 'prod', 'gone'].map((name) => ({ name, context: { cluster: name, user: name } })),
      clusters: [
        ...Object.entries(planes).map(([name, { clusters }]) => ({ name, cluster: clusters[0]?.cluster })),
        { name: 'gone', cluster: { server: 'https://127.0.0.1:9', 'insecure-skip-tls-verify': true } },
      ],
      users: [
        ...Object.entries(planes).map(([name, { users }]) => ({ name, user: users[0]?.user })),
        { name: 'gone', user: { token: 'none' } },
      ],
    }
    writeFileSync(join(work, 'kubeconfig'), JSON.stringify(kubeconfig))
  })
  afterAll(async () => {
    rmSync(work, { recursive: true, force: true })
    await hub?.close()
    await prod?.close()
  })

  it('leads workloads back through the Applications of the hub, by name and URL of their destination', async () => {
    const { web, api, cart } = await sourcesIn(settings(named.hub, named.prod), 'prod')
    expect(web).toMatchObject({
      name: 'shop',
      namespace: 'argocd',
      by: 'tracking-id',
      places: [{ repository: 'https://git.example/shop', path: 'overlays/shop', revision: 'main' }],
    })
    expect(api).toMatchObject({ name: 'shop', by: 'inventory' })
    expect(cart).toMatchObject({ name: 'cart', by: 'inventory', places: [{ path: 'overlays/cart' }] })
  })

  it('reads the Applications that roll out to a cluster as they are', async () => {
    const all = settings(named.hub, named.prod)
    const cluster = all.clusters.find(({ name }) => name === 'prod')
    const { declarations = [] } = (cluster && (await readLive(host, all, cluster))) ?? {}
    const listed = declarations.map(
      ({ kind, namespace, name, cluster: at }) => `${at} ${kind} ${namespace}/${name}`,
    )
    // Others of the same Argo CD read the same files, wherever they roll out.
    expect(listed.sort()).toEqual([
      'prod Application argocd/cart',
      'prod Application argocd/shop',
      'undefined Application argocd/own',
      'undefined Application argocd/staging',
    ])
    expect(declarations.find(({ name }) => name === 'shop')).toMatchObject({
      cluster: 'prod',
      spec: { project: 'default', source: { path: 'overlays/shop', targetRevision: 'main' } },
    })
  })

  it('takes none of them for workloads of the hub that have the same names', async () => {
    const { api, cart } = await sourcesIn(settings(named.hub, named.prod), 'hub')
    expect(api).toMatchObject({ name: 'own', by: 'inventory' })
    expect(cart).toBeUndefined()
  })

  it('knows the cluster by the name that its Applications use for it', async () => {
    const renamed = named.prod.replace('cluster: hub', 'cluster: hub, destination: staging')
    const { api } = await sourcesIn(settings(named.hub, renamed), 'prod')
    expect(api).toMatchObject({ name: 'staging' })
  })

  it('reads the cluster when the hub cannot be reached, and says what is unknown', async () => {
    const lost = named.hub.replace('context: hub', 'context: gone')
    const { web, api } = await sourcesIn(settings(lost, named.prod), 'prod')
    expect([web?.name, web?.places, api]).toEqual(['shop', [], undefined])
    expect(warnings()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^cluster prod: the Applications on cluster hub cannot be read.*cannot be reached/,
        ),
      ]),
    )
  })

  it('reads several clusters in one run, and goes on without one that cannot be read', async () => {
    events = []
    const all = settings(named.hub, named.prod, named.gone)
    const { observations } = await observe(host, all, {})
    expect(observations.map(({ cluster, workload }) => `${cluster}/${workload.name}`).sort()).toEqual([
      'hub/api',
      'hub/cart',
      'hub/web',
      'prod/api',
      'prod/cart',
      'prod/web',
    ])
    expect(warnings()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^skipped cluster gone: .*cannot be reached/)]),
    )
    await expect(observe(host, settings(named.gone), {})).rejects.toThrow('cannot be reached')
  })

  it('refuses a hub that settings do not name', () => {
    expect(() => settings(named.prod)).toThrow('cluster hub is not among clusters, or has no kubernetes')
  })
})
