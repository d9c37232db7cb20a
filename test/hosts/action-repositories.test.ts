import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { demoFiles, git, read } from './program.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const token = 'ghs_1234_eyJhbGciOi.J9fake-token.for-tests-only-0002'
const snapshot = join(demoFiles, 'snapshot.json')
const inputs = { 'github-token': token, snapshot, mode: 'pull-request', repositories: 'true' }
let work: Shop

/** The repositories as the operator settings of the workflow's repository list them. */
function operate(repositories: readonly object[]): void {
  const person = join(work.root, 'person')
  git(work.root, 'clone', '--quiet', work.bare, person)
  git(person, 'checkout', '--quiet', '-b', 'operator')
  mkdirSync(join(person, '.github'), { recursive: true })
  writeFileSync(join(person, '.github/tortoise-operator.yaml'), JSON.stringify({ repositories }))
  git(person, 'add', '--all')
  git(person, 'commit', '--quiet', '--message=operator settings')
  git(person, 'push', '--quiet', 'origin', 'operator')
}

beforeAll(async () => {
  work = await openShop({ token })
  const github = { repository: work.github.repository, apiUrl: work.github.url, paced: false }
  const shop = { url: `${work.gitServer.url}/shop/gitops.git`, branch: 'main', github }
  operate([
    { ...shop, tokenEnv: 'GITHUB_TOKEN' },
    // The token of the job is not used where no setting names it.
    { ...shop, branch: 'operator' },
  ])
})
afterAll(() => work.close())

describe.skipIf(!hasNode24)('the Action on several repositories', () => {
  it('works on those that the operator settings list, and fails the step where one of them failed', async () => {
    const ended = await work.step(inputs, { clone: ['--branch', 'operator'] })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('1 of the 2 repositories failed')
    expect(ended.stdout).toMatch(/Failed: .*gitops\.git: The branch operator cannot be fetched/)
    const declared = Object.keys(parse(read(import.meta.dirname, '../../action.yml')).outputs)
    expect(Object.keys(ended.outputs)).toEqual(declared.filter((name) => name !== 'objections'))
    expect(ended.outputs['changed']).toBe('true')
    const urls = work.github.pulls.map(({ html_url: url }) => url)
    expect(urls.length).toBeGreaterThan(1)
    expect(ended.outputs['pull-request-urls']?.split('\n').sort()).toEqual(urls)
    expect(JSON.parse(ended.outputs['pull-requests'] ?? '')[0]).toMatchObject({
      repository: `${work.gitServer.url}/shop/gitops.git`,
      base: 'main',
      action: 'opened',
    })
    const { repositories } = JSON.parse(readFileSync(ended.outputs['report'] ?? '', 'utf8')) as {
      readonly repositories: readonly { readonly branch: string }[]
    }
    expect(repositories.map(({ branch }) => branch)).toEqual(['main', 'operator'])
    expect(ended.summary).toContain('gitops.git (main)')
    expect(ended.summary).not.toContain(token)
  })

  it('only reports with dry-run', async () => {
    const before = work.github.requests.length
    const dry = { ...inputs, 'dry-run': 'true' }
    await work.step(dry, { clone: ['--branch', 'operator'] })
    expect(work.github.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([])
  })

  it.each([
    ['a job about a pull request', {}, { GITHUB_EVENT_NAME: 'pull_request' }],
    ['some workloads', { workloads: 'Deployment/web' }, {}],
  ])('refuses %s', async (_, more, env) => {
    const ended = await work.step({ ...inputs, ...more }, { env, clone: ['--branch', 'operator'] })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('Input repositories cannot be used here')
  })

  it('says what is missing where nothing is listed', async () => {
    const ended = await work.step(inputs)
    expect(ended.stdout).toContain(
      '.github/tortoise-operator.yaml on the default branch lists no repositories',
    )
  })
})
