import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { kubeconfigOf } from '../lab/cluster/kubeconfig.ts'
import { applicationOf } from '../lab/cluster/several.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import { appOfApps, type Files, plainManifests } from '../lab/layouts.ts'
import { type FakeServer, json, startServer } from '../unit/observe/fake-server.ts'
import { openRepositories, type RepositoriesGround } from './repositories-ground.ts'

interface Ran {
  readonly repositories: readonly {
    readonly url: string
    readonly branch: string
    readonly onboarding?: { readonly action: string }
    readonly report?: { readonly changes: readonly unknown[] }
  }[]
  readonly skipped: readonly { readonly reason: string }[]
}

let ground: RepositoriesGround
let server: FakeServer
/** The Applications that the API server has. */
let applications: readonly object[]
beforeEach(async () => {
  ground = await openRepositories()
  applications = []
  server = await startServer(({ url: { pathname } }, response) =>
    pathname === '/apis/argoproj.io/v1alpha1/applications'
      ? json(response, 200, { metadata: {}, items: applications })
      : json(response, 404, {}),
  )
  writeFileSync(join(ground.root, 'kubeconfig'), kubeconfigOf(server.url))
})
afterEach(async () => {
  await server.close()
  await ground.close()
})

const clusters = [{ name: 'prod', kubernetes: { kubeconfig: 'kubeconfig' } }]

async function ran(
  args: readonly string[],
  settings: object,
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const snapshot = join(ground.root, 'snapshot.json')
  const operator = ground.operator({ clusters, ...settings })
  const { stdout, stderr } = await ground.run([...args, '--snapshot', snapshot, '-o', 'json'], operator, env)
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Ran
}

describe('a repository that a live Application names', () => {
  const name = 'acme/gitops'
  const files: Files = Object.fromEntries(
    Object.entries(plainManifests.files).filter(([path]) => path.includes('/prod/')),
  )
  let github: GitHubServer
  beforeEach(async () => {
    ground.publish(name, { main: files })
    const deployed = plainManifests.deployed.map((one) => ({ ...one, namespace: 'plain' }))
    writeFileSync(join(ground.root, 'snapshot.json'), snapshotFor(deployed, ['prod']))
    github = await startGitHubServer({ gitdir: ground.bare(name), repository: name })
    applications = [applicationOf('plain', { repoURL: ground.address(name), path: 'services' })]
  })
  afterEach(() => github.close())

  const run = (more: object = {}, ...args: readonly string[]) => {
    const at = { apiUrl: github.url, paced: false }
    const allow = [{ url: `${ground.server.url}/acme/*`, github: at, onboard: true, ...more }]
    return ran(['run', ...args], { discover: { allow } }, { GITHUB_TOKEN: github.token })
  }

  it('is onboarded on the forge of the pattern, and planned once that is merged', async () => {
    expect((await run()).repositories).toMatchObject([
      { url: ground.address(name), branch: 'main', onboarding: { action: 'opened' } },
    ])
    github.state.pulls.merge(1)
    const { repositories } = await run()
    expect(repositories[0]?.report?.changes).toHaveLength(4)
    expect(github.pulls.map(({ head }) => head.ref)).toEqual(['tortoise/onboard-main', 'tortoise/right-size'])
  })

  it('is skipped where its branch is not allowed', async () => {
    const { repositories, skipped } = await run({ branches: ['release/*'] })
    expect(repositories).toEqual([])
    expect(skipped).toMatchObject([{ reason: 'discover.allow does not list the branch main' }])
  })

  it('is no part of a run for another cluster', async () => {
    expect((await run({}, '--cluster', 'staging')).repositories).toEqual([])
    expect((await run({}, '--cluster', 'prod')).repositories).toHaveLength(1)
    expect(github.pulls).toHaveLength(1)
  })
})

describe('a listed repository', () => {
  it('is known by the URLs of live objects, without deliver.repositories', async () => {
    const ssh = 'ssh://git@127.0.0.1:2222/acme/platform'
    const renamed = Object.entries(appOfApps.files).map(([path, text]) => [
      path,
      text.replaceAll('https://git.example.com/acme/platform.git', ssh),
    ])
    const settings = { sources: [{ path: 'bootstrap/prod.yaml' }], clusters: [{ name: 'prod' }] }
    ground.publish('acme/platform', {
      main: { ...Object.fromEntries(renamed), 'tortoise.yaml': stringify(settings) },
    })
    writeFileSync(join(ground.root, 'snapshot.json'), snapshotFor(appOfApps.deployed, ['prod']))
    applications = [applicationOf('root', { repoURL: ssh, path: 'clusters/prod' })]
    const repositories = [{ url: ground.address('acme/platform'), branch: 'main' }]
    const changesOf = async (more: object) =>
      (await ran(['plan'], { repositories, ...more })).repositories[0]?.report?.changes.length
    expect(await changesOf({})).toBe(0)
    expect(await changesOf({ discover: {} })).toBe(10)
  })
})
