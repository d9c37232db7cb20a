import { afterEach, describe, expect, it } from 'vitest'
import { readOrigins } from '../../../../plugin/observe/kubernetes/live-origins.ts'
import { kubeconfigOf } from '../../../lab/cluster/kubeconfig.ts'
import { type FakeServer, json, startServer } from '../fake-server.ts'

const servers: FakeServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

type Objects = Readonly<Record<string, readonly object[]>>

const collections: Readonly<Record<string, string>> = {
  applications: '/apis/argoproj.io/v1alpha1/applications',
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations',
  helmReleases: '/apis/helm.toolkit.fluxcd.io/v2/helmreleases',
  gitRepositories: '/apis/source.toolkit.fluxcd.io/v1/gitrepositories',
}

/** An API server that serves these objects and no other kind. */
async function serve(objects: Objects): Promise<FakeServer> {
  const server = await startServer(({ url: { pathname } }, response) => {
    const [kind] = Object.entries(collections).find(([, path]) => path === pathname) ?? []
    const items = kind === undefined ? undefined : objects[kind]
    if (items === undefined) json(response, 404, {})
    else json(response, 200, { metadata: {}, items })
  })
  servers.push(server)
  return server
}

const ports = { progress: () => undefined, pause: async () => undefined }
const originsIn = async (objects: Objects): Promise<readonly string[]> => {
  const { url } = await serve(objects)
  return shown(await readOrigins({ cluster: 'prod', kubeconfig: kubeconfigOf(url) }, ports))
}
const shown = (origins: Awaited<ReturnType<typeof readOrigins>>): readonly string[] =>
  origins
    .filter(({ cluster }) => cluster !== undefined)
    .map(({ cluster, repository, revision, by }) => `${cluster}: ${repository}@${revision} by ${by}`)
    .sort()

interface ApplicationParts {
  readonly sources: readonly object[]
  readonly destination?: object
  readonly resources?: readonly object[]
  readonly set?: string
}

const application = (name: string, { sources, destination = {}, resources = [], set }: ApplicationParts) => ({
  metadata: {
    name,
    namespace: 'argocd',
    ...(set && { ownerReferences: [{ kind: 'ApplicationSet', name: set }] }),
  },
  spec: { sources, destination },
  status: { resources },
})
const from = (repoURL: string, targetRevision?: string) => ({ repoURL, path: 'x', targetRevision })
const flux = (name: string, spec: object) => ({ metadata: { name, namespace: 'flux-system' }, spec })
const fleet = { kind: 'GitRepository', name: 'fleet' }

describe('the repositories of a cluster', () => {
  it('are every source of its Applications, without charts of registries', async () => {
    const sources = [
      from('https://git.example.com/a', 'refs/heads/main'),
      { repoURL: 'https://git.example.com/values', targetRevision: 'env', ref: 'values' },
      { repoURL: 'https://charts.example.com', chart: 'web', targetRevision: '1.*' },
      from('https://git.example.com/b'),
    ]
    expect(await originsIn({ applications: [application('web', { sources })] })).toEqual([
      'prod: https://git.example.com/a@main by Application argocd/web',
      'prod: https://git.example.com/b@HEAD by Application argocd/web',
      'prod: https://git.example.com/values@env by Application argocd/web',
    ])
  })

  it('are those that Kustomizations and HelmReleases of Flux refer to', async () => {
    const found = await originsIn({
      kustomizations: [
        flux('apps', { path: './apps', sourceRef: fleet }),
        flux('old', { path: './old', sourceRef: { ...fleet, name: 'old' } }),
        flux('oci', { path: './oci', sourceRef: { kind: 'OCIRepository', name: 'fleet' } }),
      ],
      helmReleases: [
        flux('cart', { chart: { spec: { chart: './charts/web', sourceRef: { ...fleet, name: 'pinned' } } } }),
      ],
      gitRepositories: [
        flux('fleet', { url: 'ssh://git@example.com/acme/fleet', ref: { branch: 'main' } }),
        flux('old', { url: 'https://example.com/acme/old' }),
        flux('pinned', { url: 'https://example.com/acme/pinned', ref: { branch: 'main', semver: '1.x' } }),
        flux('unused', { url: 'https://example.com/acme/unused' }),
      ],
    })
    expect(found).toEqual([
      'prod: https://example.com/acme/old@master by Kustomization flux-system/old',
      'prod: https://example.com/acme/pinned@1.x by HelmRelease flux-system/cart',
      'prod: ssh://git@example.com/acme/fleet@main by Kustomization flux-system/apps',
    ])
  })

  it('are also those of the Applications that deploy an Application of it, by an ApplicationSet or not', async () => {
    const elsewhere = { server: 'https://other.example.com' }
    const deploys = (kind: string, name: string) => ({
      group: 'argoproj.io',
      kind,
      namespace: 'argocd',
      name,
    })
    const applications = [
      application('web', { sources: [from('https://git.example.com/web')], set: 'teams' }),
      application('teams', {
        sources: [from('https://git.example.com/teams')],
        destination: elsewhere,
        resources: [deploys('ApplicationSet', 'teams')],
      }),
      application('root', {
        sources: [from('https://git.example.com/root')],
        destination: elsewhere,
        resources: [deploys('Application', 'teams')],
      }),
      application('other', { sources: [from('https://git.example.com/other')], destination: elsewhere }),
    ]
    expect((await originsIn({ applications })).map((one) => one.split(' by ')[0])).toEqual([
      'prod: https://git.example.com/root@HEAD',
      'prod: https://git.example.com/teams@HEAD',
      'prod: https://git.example.com/web@HEAD',
    ])
  })

  it('are those of Applications on another cluster that roll out to it', async () => {
    const [hub, prod] = [
      await serve({
        applications: [
          application('web', {
            sources: [from('https://git.example.com/web')],
            destination: { name: 'prod' },
          }),
          application('dev', {
            sources: [from('https://git.example.com/dev')],
            destination: { name: 'dev' },
          }),
        ],
      }),
      await serve({ applications: [] }),
    ]
    const options = {
      cluster: 'prod',
      kubeconfig: kubeconfigOf(prod.url),
      hub: { cluster: 'hub', kubeconfig: kubeconfigOf(hub.url), destinations: ['prod'] },
    }
    expect(shown(await readOrigins(options, ports))).toEqual([
      'prod: https://git.example.com/web@HEAD by Application argocd/web',
    ])
  })

  it('have no cluster where their objects lead to another one', async () => {
    const { url } = await serve({
      applications: [
        application('dev', { sources: [from('https://git.example.com/dev')], destination: { name: 'dev' } }),
      ],
      kustomizations: [
        flux('spoke', { path: './x', sourceRef: fleet, kubeConfig: { secretRef: { name: 'x' } } }),
      ],
      helmReleases: [
        flux('remote', {
          chart: { spec: { chart: './x', sourceRef: fleet } },
          kubeConfig: { secretRef: {} },
        }),
      ],
      gitRepositories: [flux('fleet', { url: 'https://example.com/acme/fleet', ref: { branch: 'main' } })],
    })
    const found = await readOrigins({ cluster: 'hub', kubeconfig: kubeconfigOf(url) }, ports)
    expect(found.map(({ at, cluster, by }) => [at, cluster, by])).toEqual([
      ['hub', undefined, 'Application argocd/dev'],
      ['hub', undefined, 'Kustomization flux-system/spoke'],
      ['hub', undefined, 'HelmRelease flux-system/remote'],
    ])
  })
})
