import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import schema from '../../config/repositories.schema.json' with { type: 'json' }
import { giteaProgram } from '../lab/gitea/parts.mjs'
import { type GiteaServer, startGitea } from '../lab/gitea-server.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { type GitLabServer, startGitLabServer } from '../lab/gitlab-server.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import { type Files, plainManifests } from '../lab/layouts.ts'
import { git } from './program.ts'
import { openRepositories, type RepositoriesGround } from './repositories-ground.ts'

const files: Files = Object.fromEntries(
  Object.entries(plainManifests.files).filter(([path]) => path.includes('/prod/')),
)
const name = 'acme/gitops'
const branch = 'tortoise/onboard-main'

interface Ran {
  readonly repositories: readonly [Outcome, ...Outcome[]]
}

interface Outcome {
  readonly problems?: readonly string[]
  readonly onboarding?: {
    readonly action: string
    readonly number?: number
    readonly report?: { readonly changes: readonly unknown[] }
  }
  readonly report?: {
    readonly changes: readonly unknown[]
    readonly delivery: { readonly pulls?: readonly { readonly action: string }[] } | null
  }
}

let ground: RepositoriesGround
let snapshot: string
beforeEach(async () => {
  ground = await openRepositories()
  ground.publish(name, { main: files })
  snapshot = join(ground.root, 'snapshot.json')
  const deployed = plainManifests.deployed.map((one) => ({ ...one, namespace: 'plain' }))
  writeFileSync(snapshot, snapshotFor(deployed, ['prod']))
})
afterEach(() => ground.close())

/** Runs once. The only repository is the one of the story. */
async function once(command: 'plan' | 'run', operator: string, env: Readonly<Record<string, string>>) {
  const cache = join(ground.root, 'cache')
  const args = [command, '--snapshot', snapshot, '--cache', cache, '-o', 'json']
  const { stdout, stderr } = await ground.run(args, operator, env)
  if (stdout === '') throw new Error(stderr)
  const ran = JSON.parse(stdout) as Ran
  expect(isReport(ran), JSON.stringify(isReport.errors)).toBe(true)
  return ran.repositories
}

const isReport = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

describe('onboarding on GitHub', () => {
  let github: GitHubServer
  beforeEach(async () => {
    github = await startGitHubServer({ gitdir: ground.bare(name), repository: name })
  })
  afterEach(() => github.close())

  const runOn = (branches: readonly string[], command: 'plan' | 'run' = 'run') => {
    const at = { repository: name, apiUrl: github.url, paced: false }
    const repositories = branches.map((one) => ({
      url: ground.address(name),
      branch: one,
      onboard: true,
      github: at,
    }))
    return once(command, ground.operator({ repositories }), { GITHUB_TOKEN: github.token })
  }
  const run = async (command: 'plan' | 'run' = 'run') => (await runOn(['main'], command))[0]
  const writes = (): readonly string[] => [
    ...github.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`),
    ...ground.server.requests.filter((one) => one.startsWith('POST') && one.includes('receive-pack')),
  ]

  it('is one pull request with first settings, which says what the first plan would change', async () => {
    const planned = await run('plan')
    expect(planned.onboarding).toMatchObject({ action: 'planned' })
    expect(planned.onboarding?.report?.changes).toHaveLength(4)
    expect(writes()).toEqual([])
    expect((await run()).onboarding).toMatchObject({ action: 'opened', number: 1 })
    const [pull] = github.pulls
    expect(pull).toMatchObject({ state: 'open', head: { ref: branch }, base: { ref: 'main' } })
    expect(pull?.title).toBe('chore: configure GitOps Tortoise for main')
    for (const text of ['Lowers 4 values of 2 workloads', 'Whoever may push', '**Close** it'])
      expect(pull?.body).toContain(text)
    expect(pull?.body).toMatch(/saves about [\d,.]+ USD a month/)
    expect(pull?.body).toMatch(/\| Deployment\/web \| web \| requests.cpu `500m`/)
    expect(git(ground.bare(name), 'diff', '--name-status', 'main', branch).trim()).toBe('A\ttortoise.yaml')
    expect(git(ground.bare(name), 'show', `${branch}:tortoise.yaml`)).toContain('mode: pull-request')
  })

  it('changes nothing on the next run', async () => {
    await run()
    const [before, head] = [writes(), ground.headOf(name, branch)]
    expect((await run()).onboarding).toMatchObject({ action: 'unchanged', number: 1 })
    expect(writes()).toEqual(before)
    expect(ground.headOf(name, branch)).toBe(head)
  })

  it('is followed by the first pull request for values when somebody merges it', async () => {
    await run()
    github.state.pulls.merge(1)
    const { report, problems } = await run()
    expect(problems).toBeUndefined()
    expect(report?.delivery?.pulls).toMatchObject([{ action: 'opened' }])
    expect(github.pulls.map(({ head }) => head.ref)).toEqual([branch, 'tortoise/right-size'])
  })

  it('is not repeated when somebody closes it, and begins again when it is reopened', async () => {
    await run()
    github.state.pulls.change(1, { state: 'closed' })
    const before = writes()
    expect((await run()).onboarding).toMatchObject({ action: 'declined', number: 1 })
    expect(writes()).toEqual(before)
    github.state.pulls.change(1, { state: 'open' })
    expect((await run()).onboarding).toMatchObject({ action: 'unchanged', number: 1 })
  })

  it('never overwrites what somebody changed in its branch', async () => {
    await run()
    ground.commit(name, branch, { 'tortoise.yaml': 'sources: [{ path: services/web/prod }]\n' })
    const [before, head] = [writes(), ground.headOf(name, branch)]
    expect((await run()).onboarding).toMatchObject({ action: 'blocked', number: 1 })
    expect(writes()).toEqual(before)
    expect(ground.headOf(name, branch)).toBe(head)
  })

  it('is one pull request for each branch, and so are those for values', async () => {
    git(ground.bare(name), 'branch', 'staging', 'main')
    const both = ['main', 'staging']
    const heads = () => github.pulls.map(({ head, base }) => `${base.ref} < ${head.ref}`).slice(-2)
    await runOn(both)
    expect(heads()).toEqual(['main < tortoise/onboard-main', 'staging < tortoise/onboard-staging'])
    for (const { number } of [...github.pulls]) github.state.pulls.merge(number)
    await runOn(both)
    expect(heads()).toEqual(['main < tortoise/right-size', 'staging < tortoise/right-size-staging'])
    const before = writes()
    await runOn(both)
    expect(writes()).toEqual(before)
  })

  it('follows the repository while nobody changed its branch', async () => {
    await run()
    ground.commit(name, 'main', {
      'services/jobs/prod/jobs.yaml': (files['services/web/prod/web.yaml'] ?? '').replaceAll('web', 'jobs'),
    })
    expect((await run()).onboarding).toMatchObject({ action: 'updated', number: 1 })
    expect(git(ground.bare(name), 'show', `${branch}:tortoise.yaml`)).toContain('# 3 workloads')
    expect(github.pulls[0]?.body).toContain('1 source with 3 workloads')
  })
})

describe('onboarding on GitLab', () => {
  let gitlab: GitLabServer
  beforeEach(async () => {
    gitlab = await startGitLabServer({ gitdir: ground.bare(name), members: { ada: 40 } })
  })
  afterEach(() => gitlab.close())

  const run = async () => {
    const url = `${gitlab.url}/${gitlab.project}.git`
    const repositories = [{ url, branch: 'main', onboard: true, forge: { kind: 'gitlab' } }]
    const [one] = await once('run', ground.operator({ repositories }), { TORTOISE_GIT_TOKEN: gitlab.token })
    return one
  }

  it('opens it once, remembers that somebody closed it, and plans when it is merged', async () => {
    expect((await run()).onboarding).toMatchObject({ action: 'opened', number: 1 })
    gitlab.change(1, 'ada', { state_event: 'close' })
    expect((await run()).onboarding).toMatchObject({ action: 'declined', number: 1 })
    gitlab.change(1, 'ada', { state_event: 'reopen' })
    expect((await run()).onboarding).toMatchObject({ action: 'unchanged', number: 1 })
    gitlab.merge(1)
    expect((await run()).report?.delivery?.pulls).toMatchObject([{ action: 'opened' }])
  })
})

const gitea = giteaProgram()
describe.skipIf(gitea === undefined)(
  `onboarding on a real Gitea${gitea === undefined ? ' (not built, see npm run lab:gitea)' : ''}`,
  () => {
    let server: GiteaServer
    beforeEach(async () => {
      server = await startGitea(gitea ?? '', ground.root)
      await server.host('gitops', (url) => git(ground.bare(name), 'push', '--quiet', url, 'main'))
    })
    afterEach(() => server.close())

    const run = () => {
      const repository = {
        url: `${server.url}/ada/gitops.git`,
        branch: 'main',
        onboard: true,
        forge: { kind: 'gitea' },
      }
      const dashboard = { url: repository.url, forge: repository.forge }
      const operator = ground.operator({ repositories: [repository], dashboard })
      return once('run', operator, { TORTOISE_GIT_TOKEN: server.token }).then(([one]) => one)
    }
    const issues = async () =>
      (await server.ask('GET', '/repos/ada/gitops/issues?type=issues')) as readonly object[]
    const pull = (path: string, method: string, body?: unknown) =>
      server.ask(method, `/repos/ada/gitops/pulls/${path}`, body)

    it('opens it once, and plans with its settings when it is merged', async () => {
      expect((await run()).onboarding).toMatchObject({ action: 'opened', number: 1 })
      const shown = await issues()
      expect(shown).toMatchObject([
        { body: expect.stringContaining('Pull request 1 with first settings is open') },
      ])
      expect((await run()).onboarding).toMatchObject({ action: 'unchanged', number: 1 })
      expect(await issues()).toEqual(shown)
      await pull('1/merge', 'POST', { Do: 'merge', delete_branch_after_merge: true })
      expect((await run()).report?.delivery?.pulls).toMatchObject([{ action: 'opened' }])
    })

    it('remembers that somebody closed it, also without its branch', async () => {
      await run()
      await pull('1', 'PATCH', { state: 'closed' })
      await server.ask('DELETE', `/repos/ada/gitops/branches/${encodeURIComponent(branch)}`)
      expect((await run()).onboarding).toMatchObject({ action: 'declined', number: 1 })
    })
  },
)
