import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, installDefinitions } from '../lab/cluster/inhabit.ts'
import { applicationOf, createObjects, fluxOf, kubeconfigOfSeveral } from '../lab/cluster/several.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import {
  appOfApps,
  type Deployed,
  type Files,
  fluxBootstrap,
  plainManifests,
  stages,
} from '../lab/layouts.ts'
import { git } from './program.ts'
import { openRepositories, type RepositoriesGround } from './repositories-ground.ts'

const ready = hasControlPlane() && hasDefinitions()
if (!ready)
  console.warn('no kube-apiserver (npm run lab:setup builds one): no repository is found from live objects')

/** Settings that are the same on every branch, whatever it is rolled out to. */
const settingsFor = (sources: readonly object[]): Files => ({
  'tortoise.yaml': stringify({
    clusters: stages.map((name) => ({ name })),
    sources,
    deliver: { mode: 'direct' },
  }),
})

const plainNames = ['api', 'cart', 'jobs', 'search', 'web'] as const
const webText = plainManifests.files['services/web/prod/web.yaml'] ?? ''
const plain: Files = {
  ...Object.fromEntries(plainNames.map((name) => [`services/${name}.yaml`, webText.replaceAll('web', name)])),
  ...settingsFor(stages.map((cluster) => ({ path: 'services', cluster, namespace: 'plain' }))),
}
const platform: Files = {
  ...appOfApps.files,
  ...settingsFor(stages.map((cluster) => ({ path: `bootstrap/${cluster}.yaml`, cluster }))),
}
/** The shop of the fleet would have the names of that of the platform. */
const fleet: Files = {
  ...Object.fromEntries(
    Object.entries(fluxBootstrap.files).map(([path, text]) => [path, text.replaceAll('shop', 'store')]),
  ),
  ...settingsFor(stages.map((cluster) => ({ path: `clusters/${cluster}/flux-system`, cluster }))),
}
const inStore = fluxBootstrap.deployed.map((one) => ({
  ...one,
  namespace: one.namespace.replace('shop', 'store'),
}))
const inPlain = plainNames.map(
  (name): Deployed => ({ namespace: 'plain', kind: 'Deployment', name, container: name }),
)

interface Ran {
  readonly repositories: readonly {
    readonly url: string
    readonly branch: string
    readonly problems?: readonly string[]
    readonly skipped?: string
    readonly report?: {
      readonly changes: readonly {
        readonly cluster: string
        readonly workload: { readonly namespace: string; readonly name: string }
        readonly site: { readonly file: string }
      }[]
    }
  }[]
  readonly skipped: readonly {
    readonly repository: string
    readonly revision: string
    readonly by: readonly string[]
    readonly reason: string
  }[]
  readonly unread: readonly { readonly cluster: string }[]
}

describe.skipIf(!ready)('repositories that are found from live objects', () => {
  let ground: RepositoriesGround
  let github: GitHubServer
  const planes = new Map<string, ControlPlane>()
  let operator = ''

  /** What Argo CD and Flux run in a cluster. Each repository is named as its owners like. */
  const objectsIn = (cluster: (typeof stages)[number]): readonly object[] => {
    const from = (repoURL: string, path: string, targetRevision?: string) => ({
      repoURL,
      path,
      ...(targetRevision && { targetRevision }),
    })
    const branch = cluster === 'prod' ? 'main' : 'staging'
    return [
      applicationOf('root', from('https://git.example.com/acme/platform.git', `clusters/${cluster}`, 'HEAD')),
      applicationOf('plain', from('git@git.example.com:acme/plain.git', 'services', branch)),
      ...fluxOf('ssh://git@example.com/acme/fleet', `./clusters/${cluster}`, 'main'),
      applicationOf('gone', from('https://git.example.com/acme/gone', 'apps')),
      applicationOf('bare', from('https://git.example.com/acme/bare.git', 'apps')),
      applicationOf('pinned', from('https://git.example.com/acme/plain', 'services', 'v1.2.3')),
      applicationOf('vendor', from('https://user:secret@elsewhere.example.com/other/vendor.git', 'apps')),
      applicationOf('private', from('https://git.example.com/acme/../secret/private.git', 'apps')),
    ]
  }

  beforeAll(async () => {
    ground = await openRepositories()
    ground.publish('acme/platform', { main: platform })
    ground.publish('acme/fleet', { main: fleet })
    ground.publish('acme/plain', { main: plain, staging: plain })
    ground.publish('acme/bare', { main: { 'README.md': 'nothing yet\n' } })
    ground.publish('acme/ops', { main: { 'README.md': 'the dashboard is here\n' } })
    github = await startGitHubServer({ gitdir: ground.bare('acme/ops'), repository: 'acme/ops' })
    for (const cluster of stages) {
      const plane = await startControlPlane()
      planes.set(cluster, plane)
      await installDefinitions(plane)
      await createObjects(plane, objectsIn(cluster))
    }
    writeFileSync(
      join(ground.root, 'kubeconfig'),
      kubeconfigOfSeveral({ ...Object.fromEntries(planes), gone: undefined }),
    )
    writeFileSync(
      join(ground.root, 'snapshot.json'),
      snapshotFor([...appOfApps.deployed, ...inStore, ...inPlain]),
    )
    operator = ground.operator({
      clusters: stages.map((name) => ({ name, kubernetes: { kubeconfig: 'kubeconfig', context: name } })),
      discover: {
        allow: [{ url: `${ground.server.url}/acme/*`, hosts: ['git.example.com', 'example.com'] }],
      },
      dashboard: { github: { repository: 'acme/ops', apiUrl: github.url, paced: false } },
    })
  })
  afterAll(async () => {
    for (const plane of planes.values()) await plane.close()
    await github?.close()
    await ground?.close()
  })

  const ran = async (command: 'plan' | 'run', file = operator) => {
    const [snapshot, cache] = ['snapshot.json', 'cache'].map((name) => join(ground.root, name))
    const args = [command, '--snapshot', snapshot ?? '', '--cache', cache ?? '', '-o', 'json']
    const ended = await ground.run(args, file, { GITHUB_TOKEN: github.token })
    if (ended.stdout === '') throw new Error(ended.stderr)
    return { ...ended, ...(JSON.parse(ended.stdout) as Ran) }
  }
  const pathOf = (url: string): string => url.slice(ground.server.url.length + 1)
  /** Where each workload is changed: `CLUSTER NAMESPACE/NAME` → repository, branch and file. */
  const placesOf = ({ repositories }: Ran): Readonly<Record<string, string>> =>
    Object.fromEntries(
      repositories.flatMap(({ url, branch, report }) =>
        (report?.changes ?? []).map(({ cluster, workload: { namespace, name }, site }) => [
          `${cluster} ${namespace}/${name}`,
          `${pathOf(url)}@${branch}:${site.file}`,
        ]),
      ),
    )
  /** The places that owners know, of all 30 workloads. */
  const expected = Object.fromEntries(
    stages.flatMap((cluster) => {
      const branch = cluster === 'prod' ? 'main' : 'staging'
      const inFleet = (workload: string, file: string) => [
        `${cluster} ${workload}`,
        `acme/fleet.git@main:${file}`,
      ]
      const inPlatform = (workload: string, file: string) => [
        `${cluster} ${workload}`,
        `acme/platform.git@main:${file}`,
      ]
      return [
        // Both clusters need the same value of what their overlays share.
        inPlatform('shop/web', 'apps/web/base/web.yaml'),
        inPlatform('shop/api', `values/api-${cluster}.yaml`),
        inPlatform('shop/cart', `values/cart-${cluster}.yaml`),
        inPlatform('alpha/jobs', `teams/alpha/${cluster}/jobs.yaml`),
        inPlatform('beta/jobs', `teams/beta/${cluster}/jobs.yaml`),
        inFleet('store/web', 'apps/base/web.yaml'),
        inFleet('store/search', 'apps/base/search.yaml'),
        inFleet('store/cart', `apps/${cluster}/release.yaml`),
        inFleet('redis/redis', 'infrastructure/redis.yaml'),
        inFleet('flux-system/source-controller', `clusters/${cluster}/flux-system/kustomization.yaml`),
        ...plainNames.map((name) => [
          `${cluster} plain/${name}`,
          `acme/plain.git@${branch}:services/${name}.yaml`,
        ]),
      ]
    }),
  )

  it('leads each of 30 workloads to the repository and branch that decide it', async () => {
    const found = await ran('plan')
    expect(Object.keys(expected)).toHaveLength(30)
    expect(placesOf(found)).toEqual(expected)
    expect(found.status).toBe(1)
    expect(found.stderr).toContain('1 of the 6 repositories failed.')
    expect(
      found.repositories.map(({ url, branch, problems, skipped }) => [
        `${pathOf(url)}@${branch}`,
        problems?.[0]?.split(' (')[0] ?? skipped?.split(';')[0],
      ]),
    ).toEqual([
      ['acme/gone@HEAD', expect.stringContaining('refused with HTTP 404')],
      ['acme/bare.git@main', 'the branch main has no tortoise.yaml'],
      ['acme/fleet.git@main', undefined],
      ['acme/plain.git@main', undefined],
      ['acme/plain.git@staging', undefined],
      ['acme/platform.git@main', undefined],
    ])
    expect(github.requests).toEqual([])
  })

  it('names what it skips with its place, and contacts no server for it', async () => {
    const { skipped, stdout } = await ran('plan')
    expect(
      skipped.map(({ repository, revision, by, reason }) => [repository, revision, by[0], reason]),
    ).toEqual([
      [
        'elsewhere.example.com/other/vendor',
        'HEAD',
        'Application argocd/vendor in cluster prod',
        expect.stringContaining('discover.allow does not list it'),
      ],
      [
        'git.example.com/acme/../secret/private',
        'HEAD',
        'Application argocd/private in cluster prod',
        'discover.allow does not list it',
      ],
      [
        'git.example.com/acme/plain',
        'v1.2.3',
        'Application argocd/pinned in cluster prod',
        expect.stringContaining('v1.2.3 is no branch'),
      ],
    ])
    expect(stdout).not.toContain('user:secret')
    expect(ground.server.requests.filter((one) => /secret|vendor/.test(one))).toEqual([])
  })

  it('delivers to each, fetches each repository into one clone, and shows all in one dashboard', async () => {
    for (const plane of planes.values()) plane.audited()
    expect(placesOf(await ran('run'))).toEqual(expected)
    const asked = [...planes.values()].flatMap(({ audited }) => audited())
    expect(new Set(asked.flatMap(({ user, verb }) => (user === 'admin' ? verb : [])))).toEqual(
      new Set(['list']),
    )
    const clones = readdirSync(join(ground.root, 'cache/repositories'))
    expect(clones.map((one) => one.replace(/-\w+$/, '')).sort()).toEqual([
      'bare',
      'fleet',
      'plain',
      'platform',
    ])
    const [issue] = github.state.issues
    expect(github.state.issues).toHaveLength(1)
    for (const text of [
      '/acme/plain.git) (staging)',
      '**Failed:**',
      'discover.allow does not list it',
      'Skipped: ',
      'prod: 15 of 15',
    ])
      expect(issue?.body).toContain(text)
  })

  it('changes nothing on the next run', async () => {
    const pushes = () => ground.server.requests.filter((one) => one.includes('receive-pack'))
    const branches = ['acme/platform', 'acme/fleet', 'acme/plain', 'acme/bare'].map((name) =>
      ground.bare(name),
    )
    const heads = () => branches.map((bare) => git(bare, 'for-each-ref'))
    await ran('run')
    const [before, pushed, asked] = [heads(), pushes().length, github.requests.length]
    expect(placesOf(await ran('run'))).toEqual({})
    expect(heads()).toEqual(before)
    expect(pushes()).toHaveLength(pushed)
    expect(github.requests.slice(asked).filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it('goes on without a cluster that cannot be read, and says so', async () => {
    const [gone, ...known] = ['gone', ...stages]
    const file = ground.operator(
      {
        clusters: [gone, ...known].map((name) => ({
          name,
          kubernetes: { kubeconfig: 'kubeconfig', context: name },
        })),
        discover: { allow: [{ url: `${ground.server.url}/acme/plain`, hosts: ['git.example.com'] }] },
      },
      'unread.yaml',
    )
    const { repositories, unread, stderr } = await ran('plan', file)
    expect(unread).toMatchObject([{ cluster: 'gone' }])
    expect(repositories.map(({ branch }) => branch)).toEqual(['main', 'staging'])
    expect(stderr).toContain('the live objects of 1 cluster were not read.')
  })
})
