import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { hasOpenssl } from '../lab/certificates.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, installDefinitions } from '../lab/cluster/inhabit.ts'
import { hasRegistry } from '../lab/registry/server.ts'
import {
  type ChartsGround,
  checkoutOf,
  operatorSettings,
  type PublishedRepository,
  startCharts,
  storefront,
} from './charts-ground.ts'
import { git } from './program.ts'

const ready = hasControlPlane() && hasDefinitions() && hasRegistry && hasOpenssl
if (!ready)
  console.warn('no kube-apiserver (npm run lab:setup) or no registry: deployed versions are not read')

const valuesOf = (cpu: string): string => stringify({ resources: { requests: { cpu, memory: '1Gi' } } })

const time = '2026-09-01T00:00:00Z'
const base = (cpu: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'base' },
  spec: {
    selector: { matchLabels: { app: 'base' } },
    template: {
      metadata: { labels: { app: 'base' } },
      spec: { containers: [{ name: 'app', image: 'x', resources: { requests: { cpu } } }] },
    },
  },
})

describe.skipIf(!ready)('what a cluster has deployed', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-live-'))
  let ground: ChartsGround
  let plane: ControlPlane
  let files: Readonly<Record<string, string>>
  let deployed: string
  let envs: PublishedRepository

  const release = (version: string) => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'storefront', namespace: 'shop' },
    spec: {
      interval: '10m',
      chart: { spec: { chart: 'web', version, sourceRef: { kind: 'HelmRepository', name: 'shop' } } },
      values: storefront(),
    },
  })
  const application = () => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'search', namespace: 'argocd' },
    spec: {
      project: 'default',
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
      sources: [{ repoURL: ground.http.url, chart: 'web', targetRevision: '0.*' }],
    },
  })
  /** One source is a chart, the other one its values in a repository of others. */
  const mixed = () => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'mixed', namespace: 'argocd' },
    spec: {
      project: 'default',
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
      sources: [
        {
          repoURL: ground.http.url,
          chart: 'web',
          targetRevision: '0.7.2',
          helm: { valueFiles: ['$envs/prod.yaml'] },
        },
        { repoURL: envs.url, targetRevision: 'main', ref: 'envs' },
      ],
    },
  })
  const repository = (url: string) => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'base', namespace: 'flux-system' },
    spec: { interval: '1m', url, ref: { branch: 'main' } },
  })

  beforeAll(async () => {
    ground = await startCharts()
    plane = await startControlPlane()
    await installDefinitions(plane)
    for (const name of ['shop', 'argocd', 'flux-system'])
      await plane.call('POST', '/api/v1/namespaces', { metadata: { name } })
    const published = ground.publish('base', { 'base.yaml': stringify(base('100m')) })
    deployed = published.commit
    writeFileSync(join(published.root, 'base.yaml'), stringify(base('300m')))
    git(published.root, 'commit', '--quiet', '--all', '--message=not yet deployed')
    git(published.root, 'push', '--quiet', join(ground.directory, 'git/base.git'), 'main')
    envs = ground.publish('envs', { 'prod.yaml': valuesOf('1.25') })
    writeFileSync(join(envs.root, 'prod.yaml'), valuesOf('2.5'))
    git(envs.root, 'commit', '--quiet', '--all', '--message=not yet deployed')
    git(envs.root, 'push', '--quiet', join(ground.directory, 'git/envs.git'), 'main')
    const rolledOut = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'base', namespace: 'flux-system' },
      spec: {
        interval: '10m',
        path: './',
        prune: true,
        targetNamespace: 'shop',
        sourceRef: { kind: 'GitRepository', name: 'base' },
      },
    }
    const helmRepository = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'shop', namespace: 'shop' },
      spec: { url: ground.http.url },
    }
    files = {
      'apps/prod/release.yaml': [helmRepository, release('0.x')].map((one) => stringify(one)).join('---\n'),
      'apps/prod/application.yaml': stringify(application()),
      'apps/prod/mixed.yaml': stringify(mixed()),
      'apps/prod/base.yaml': [repository(published.url), rolledOut]
        .map((one) => stringify(one))
        .join('---\n'),
    }
    await deploy(published.url)
  }, 120_000)
  afterAll(async () => {
    await plane?.close()
    await ground?.close()
    rmSync(work, { recursive: true, force: true })
  })

  /** Creates the objects in the cluster, with the status that their controllers write. */
  async function deploy(url: string): Promise<void> {
    const create = async (path: string, object: object, status?: object): Promise<void> => {
      const made = (await plane.call('POST', path, object)) as { metadata: { name: string } }
      if (status !== undefined)
        await plane.call('PUT', `${path}/${made.metadata.name}/status`, { ...made, status })
    }
    const digest = `sha256:${'a'.repeat(64)}`
    await create('/apis/helm.toolkit.fluxcd.io/v2/namespaces/shop/helmreleases', release('0.x'), {
      history: [
        {
          chartName: 'web',
          chartVersion: '0.8.0',
          configDigest: digest,
          digest,
          firstDeployed: time,
          lastDeployed: time,
          name: 'storefront',
          namespace: 'shop',
          status: 'deployed',
          version: 1,
        },
      ],
    })
    await create('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', {
      ...application(),
      status: { sync: { status: 'Synced', revisions: ['0.7.2'] } },
    })
    await create('/apis/argoproj.io/v1alpha1/namespaces/argocd/applications', {
      ...mixed(),
      status: { sync: { status: 'Synced', revisions: ['0.7.2', envs.commit] } },
    })
    await create(
      '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories',
      repository(url),
      {
        artifact: {
          digest,
          lastUpdateTime: time,
          path: 'base.tar.gz',
          revision: `main@sha1:${deployed}`,
          url: 'http://source-controller/base.tar.gz',
        },
      },
    )
  }

  it('wins over the ranges and branches in Git, and the plan names the newer versions in the ranges', {
    timeout: 120_000,
  }, async () => {
    const one = checkoutOf(ground, {
      ...files,
      'tortoise.yaml': stringify({
        sources: [
          { path: 'apps/prod/release.yaml', cluster: 'prod', namespace: 'shop' },
          { path: 'apps/prod/application.yaml', cluster: 'prod', namespace: 'shop' },
          { path: 'apps/prod/base.yaml', cluster: 'prod', namespace: 'shop' },
          { path: 'apps/prod/mixed.yaml', cluster: 'prod', namespace: 'shop' },
        ],
        deliver: { repositories: ['https://git.example.com/shop/gitops.git'] },
      }),
    })
    writeFileSync(join(work, 'kubeconfig'), plane.kubeconfig())
    const operator = {
      ...operatorSettings(ground),
      clusters: [{ name: 'prod', kubernetes: { kubeconfig: join(work, 'kubeconfig'), context: 'lab' } }],
    }
    const plan = await one.run(['plan', '-o', 'json'], { operator })
    expect(plan).toMatchObject({ status: 0 })
    const { fetched } = JSON.parse(plan.stdout)
    const url = new URL(ground.gitServer.url)
    expect(fetched).toEqual([
      `${url.host}/base.git at commit ${deployed.slice(0, 10)}`,
      `${url.host}/envs.git at commit ${envs.commit.slice(0, 10)}`,
      `web 0.7.2 from ${ground.http.url}, which is deployed`,
      `web 0.7.2 from ${ground.http.url}, which is deployed; 0.* in Git is 0.9.0 now`,
      `web 0.8.0 from ${ground.http.url}, which is deployed; 0.x in Git is 0.9.0 now`,
    ])
  })
})
