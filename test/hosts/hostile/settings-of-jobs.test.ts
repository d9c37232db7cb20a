import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import { demoCheckout, demoFiles, git } from '../program.ts'
import { hasNode24, runStep, type Step } from '../runner.ts'

const token = 'ghs_hostile-token-000000000000000000000'
const canary = 'canary-91d4e7aa'
const snapshot = join(demoFiles, 'snapshot.json')
const operatorName = '.github/tortoise-operator.yaml'

const root = mkdtempSync(join(tmpdir(), 'tortoise-jobs-'))
const { directory, remove } = demoCheckout()
/** A forge that takes comments, and a server that nobody may ask. */
let forge: FakeServer
let trap: FakeServer

beforeAll(async () => {
  forge = await startServer(({ method }, response) => json(response, method === 'GET' ? 200 : 201, []))
  trap = await startServer((_, response) => json(response, 200, {}))
})
afterAll(async () => {
  await Promise.all([forge.close(), trap.close()])
  remove()
  rmSync(root, { recursive: true, force: true })
})
beforeEach(() => {
  git(directory, 'checkout', '--quiet', '-B', 'change', 'main')
})

/** Commits files on the branch of a pull request. */
function commit(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text.replaceAll('TRAP', trap.url))
  }
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--message=a pull request')
  return git(directory, 'rev-parse', 'HEAD').trim()
}

const mainId = (): string => git(directory, 'rev-parse', 'main').trim()
const own = readFileSync(join(demoFiles, 'repository/tortoise.yaml'), 'utf8')

/** Settings that send a token to the trap, run a program, and turn the sandbox off. */
const hostile = {
  'tortoise.yaml': `${own}clusters: [{name: prod, prometheus: {url: "TRAP", tokenEnv: DATABASE_PASSWORD}}, {name: staging}]\nsandbox: off\nprograms: {kubectl: /bin/false, helm: /bin/false}\n`,
  [operatorName]:
    'allow: [clusters]\nclusters: [{name: prod, prometheus: {url: "TRAP", tokenEnv: DATABASE_PASSWORD}}]\nprograms: {kubectl: /bin/false, helm: /bin/false}\n',
}

interface Job {
  readonly inputs?: Readonly<Record<string, string>>
  readonly event: object
  readonly env?: Readonly<Record<string, string>>
  readonly depth?: number
}

/** Runs a step in a clone of the branch of the pull request. */
function job({ inputs = {}, event, env = {}, depth = 2 }: Job): Promise<Step> {
  const runner = mkdtempSync(join(root, 'runner-'))
  const file = join(runner, 'event.json')
  writeFileSync(file, JSON.stringify(event))
  return runStep(
    { snapshot, 'github-token': token, push: 'false', ...inputs },
    {
      directory: runner,
      clone: [`--depth=${depth}`, '--branch=change', '--no-single-branch', `file://${directory}`],
      env: {
        GITHUB_REPOSITORY: 'shop/gitops',
        GITHUB_API_URL: forge.url,
        GITHUB_EVENT_PATH: file,
        DATABASE_PASSWORD: canary,
        ...env,
      },
    },
  )
}

const repository = { default_branch: 'main' }
const pull = (base: object = { ref: 'main', sha: mainId() }) => ({
  repository,
  pull_request: { number: 7, base, head: { ref: 'change', repo: { full_name: 'shop/gitops' } } },
})

function expectUnchanged(ended: Step): void {
  expect(ended, ended.stdout).toMatchObject({ status: 0 })
  expect(ended.stdout + ended.summary).not.toContain(canary)
  expect(ended.stdout).not.toMatch(/operator setting|is not used|\/bin\/false/)
  expect(trap.seen).toEqual([])
}

describe.skipIf(!hasNode24)('a pull request cannot change the settings of its own job', () => {
  it.each<[string, () => Job]>([
    ['mode review', () => ({ inputs: { mode: 'review' }, event: { pull_request: { number: 7 } } })],
    [
      'mode review with the whole event',
      () => ({
        inputs: { mode: 'review' },
        event: pull(),
        env: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_SHA: git(directory, 'rev-parse', 'HEAD').trim() },
      }),
    ],
    [
      'mode review with a named settings file',
      () => ({ inputs: { mode: 'review', settings: 'tortoise.yaml' }, event: pull() }),
    ],
    [
      'pull_request',
      () => ({ inputs: { mode: 'report' }, event: pull(), env: { GITHUB_EVENT_NAME: 'pull_request' } }),
    ],
    [
      'pull_request_target that checks out the pull request',
      () => ({
        inputs: { mode: 'report' },
        event: pull(),
        env: {
          GITHUB_EVENT_NAME: 'pull_request_target',
          GITHUB_SHA: mainId(),
          GITHUB_REF: 'refs/heads/main',
        },
      }),
    ],
    [
      'issue_comment that checks out the pull request',
      () => ({
        inputs: { mode: 'report' },
        event: { repository, issue: { number: 7, pull_request: {} } },
        env: { GITHUB_EVENT_NAME: 'issue_comment', GITHUB_SHA: mainId(), GITHUB_REF: 'refs/heads/main' },
      }),
    ],
    [
      'workflow_run that checks out the pull request',
      () => ({
        inputs: { mode: 'report' },
        event: { repository },
        env: { GITHUB_EVENT_NAME: 'workflow_run', GITHUB_SHA: mainId(), GITHUB_REF: 'refs/heads/main' },
      }),
    ],
    [
      'a pull request for another branch',
      () => ({
        inputs: { mode: 'report' },
        event: pull({ ref: 'evil', sha: git(directory, 'rev-parse', 'HEAD').trim() }),
        env: { GITHUB_EVENT_NAME: 'pull_request' },
      }),
    ],
  ])('in %s', async (_name, given) => {
    commit(hostile)
    expectUnchanged(await job(given()))
  })

  it('by a commit before the last one, where its head is checked out', async () => {
    commit(hostile)
    const head = commit({ 'notes.md': 'x\n' })
    const ended = await job({
      inputs: { mode: 'report' },
      event: pull({ ref: 'main', sha: '0'.repeat(40) }),
      env: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_SHA: `${head.slice(0, -1)}0` },
    })
    expectUnchanged(ended)
  })

  it('by removing them', async () => {
    git(directory, 'rm', '--quiet', 'tortoise.yaml')
    git(directory, 'commit', '--quiet', '--message=no settings')
    const ended = await job({
      inputs: { mode: 'report' },
      event: pull(),
      env: { GITHUB_EVENT_NAME: 'pull_request' },
    })
    expectUnchanged(ended)
    expect(ended.outputs['changes']).toBe('31')
  })

  it('by a link in their place', async () => {
    rmSync(join(directory, 'tortoise.yaml'))
    git(directory, 'rm', '--quiet', '--cached', 'tortoise.yaml')
    commit({ 'evil.yaml': hostile['tortoise.yaml'] })
    const blob = git(directory, 'hash-object', '-w', 'evil.yaml').trim()
    git(directory, 'update-index', '--add', '--cacheinfo', `120000,${blob},tortoise.yaml`)
    git(directory, 'commit', '--quiet', '--message=link')
    git(directory, 'checkout', '--quiet', '--', '.')
    expectUnchanged(
      await job({ inputs: { mode: 'report' }, event: pull(), env: { GITHUB_EVENT_NAME: 'pull_request' } }),
    )
  })

  it('where no commit of the default branch is in the clone: the job stops', async () => {
    commit(hostile)
    const runner = mkdtempSync(join(root, 'runner-'))
    const file = join(runner, 'event.json')
    writeFileSync(file, JSON.stringify(pull({ ref: 'evil', sha: '1'.repeat(40) })))
    const ended = await runStep(
      { snapshot, mode: 'report', 'github-token': token },
      {
        directory: runner,
        clone: ['--depth=1', '--branch=change', `file://${directory}`],
        env: { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: file, GITHUB_REPOSITORY: 'shop/gitops' },
      },
    )
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/no commit of main is in this clone[\s\S]*git fetch --depth=1 origin/)
    expect(trap.seen).toEqual([])
  })
})

describe.skipIf(!hasNode24)('the settings of a scheduled job', () => {
  it('take operator settings from the commit, not from the work tree, and name both kinds of remedy', async () => {
    commit({ 'tortoise.yaml': hostile['tortoise.yaml'] })
    const ended = await job({
      inputs: { mode: 'report', snapshot: '' },
      event: {},
      env: { GITHUB_EVENT_NAME: 'schedule' },
    })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/clusters\.prometheus\.url of cluster prod is an operator setting/)
    expect(ended.stdout).toContain(`Move it to ${operatorName} on the default branch`)
    expect(ended.stdout).toContain('allow-from-repository: clusters.prometheus.url')
    expect(trap.seen).toEqual([])
  })

  it('use the operator settings that are committed beside the workflows', async () => {
    commit({ [operatorName]: 'clusters: [{name: prod, prometheus: {url: "http://127.0.0.1:9"}}]\n' })
    const ended = await job({
      inputs: { mode: 'report', snapshot: '' },
      event: {},
      env: { GITHUB_EVENT_NAME: 'schedule' },
    })
    expect(ended.stdout).toContain('Prometheus http://127.0.0.1:9 cannot be reached')
  })
})
