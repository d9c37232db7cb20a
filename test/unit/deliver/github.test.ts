import { inspect } from 'node:util'
import { Octokit } from 'octokit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Forge, type OctokitFactory, openPullRequest } from '../../../plugin/deliver/github.ts'
import { type GitHubLab, type GitHubServer, startGitHubServer } from '../../lab/github-server.ts'
import { type Checkout, commitAs, git, makeCheckout } from './lab.ts'

let checkout: Checkout
let server: GitHubServer
let forge: Forge
const branch = 'tortoise/main'
const wanted = { branch, base: 'main', title: 'perf(resources): right-size 1 workload', body: 'report' }
const unthrottled: OctokitFactory = (options) =>
  new Octokit({ ...options, throttle: { enabled: false }, retry: { enabled: false } })
const open = (parts: Partial<typeof wanted> = {}, where: Partial<Forge> = {}) =>
  openPullRequest({ ...forge, ...where }, { ...wanted, ...parts }, unthrottled)

async function start(lab: Partial<GitHubLab> = {}): Promise<void> {
  await server?.close()
  server = await startGitHubServer({ gitdir: checkout.bare, ...lab })
  const { repository, url: apiUrl, token } = server
  forge = { kind: 'github', repository, apiUrl, token: () => token }
}

beforeEach(async () => {
  checkout = makeCheckout()
  git(checkout.dir, ['checkout', '--quiet', '-b', branch])
  commitAs(checkout.dir, 'notes.md', 'x\n')
  git(checkout.dir, ['push', '--quiet', 'origin', branch])
  await start()
})
afterEach(async () => {
  await server.close()
  checkout.close()
})

const writes = () => server.requests.filter(({ method }) => method !== 'GET')

describe('a pull request', () => {
  it('is opened once and left alone while nothing differs', async () => {
    expect(await open()).toMatchObject({
      number: 1,
      action: 'opened',
      url: expect.stringContaining('/pull/1'),
    })
    expect(await open()).toMatchObject({ number: 1, action: 'unchanged' })
    expect(writes()).toHaveLength(1)
  })

  it.each([{ body: 'a new report' }, { title: 'perf(resources): right-size 2 workloads' }])(
    'is updated when it should say %j',
    async (parts) => {
      await open()
      expect(await open(parts)).toMatchObject({ number: 1, action: 'updated' })
      expect(server.pulls).toMatchObject([parts])
    },
  )

  it('is not updated for line ends that the forge changed', async () => {
    await open({ body: 'a\nb\n' })
    expect(await open({ body: 'a\r\nb' })).toMatchObject({ action: 'unchanged' })
  })

  it('is adopted when somebody opened it a moment before', async () => {
    let rivals = 0
    const rival = { title: 'by hand', body: '', head: branch, base: 'main' }
    await start({
      beforeOpen: (openOther) => {
        if (rivals++ === 0) openOther(rival)
        return undefined
      },
    })
    expect(await open()).toMatchObject({ number: 1, action: 'updated' })
    expect(server.pulls).toMatchObject([{ title: wanted.title, body: 'report' }])
  })

  it('is one for each base branch', async () => {
    await open()
    git(checkout.dir, ['push', '--quiet', 'origin', 'main:refs/heads/release'])
    expect(await open({ base: 'release' })).toMatchObject({ number: 2, action: 'opened' })
  })

  it('holds a long report only as far as it fits', async () => {
    await open({ body: 'a line of the report\n'.repeat(5000) })
    expect(server.pulls[0]?.body?.length).toBeLessThan(60_000)
    expect(await open({ body: 'a line of the report\n'.repeat(5000) })).toMatchObject({ action: 'unchanged' })
  })

  it('has a title of one line', async () => {
    await open({ title: 'perf: x\n\nBcc: all' })
    expect(server.pulls).toMatchObject([{ title: 'perf: x Bcc: all' }])
  })
})

describe('a forge that refuses', () => {
  it.each([
    ['a wrong token', { token: () => 'ghp_wrong' }, 401],
    ['a repository the token does not see', { repository: 'acme/none' }, 404],
  ])('says which permissions are needed for %s', async (_what, where, status) => {
    const error: unknown = await open({}, where).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      problems: [
        {
          code: 'forge.refused',
          message: expect.stringContaining(`HTTP ${status}`),
          mend: expect.stringContaining('contents: write and pull-requests: write'),
        },
      ],
    })
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('ghp_wrong')
  })

  it('says so when the token may read but not write', async () => {
    const message = 'Resource not accessible by integration'
    await start({ beforeOpen: () => ({ status: 403, data: { message } }) })
    await expect(open()).rejects.toMatchObject({
      problems: [{ code: 'forge.refused', message: expect.stringContaining(message) }],
    })
  })

  it('passes on why a pull request cannot be', async () => {
    await expect(open({ branch: 'tortoise/none' })).rejects.toMatchObject({
      problems: [{ code: 'forge.refused', message: expect.stringContaining('head or base is invalid') }],
    })
  })

  it('says so when nobody answers', async () => {
    await expect(open({}, { apiUrl: 'http://127.0.0.1:9' })).rejects.toMatchObject({
      problems: [{ code: 'forge.refused', place: { file: '127.0.0.1:9/repos/acme/gitops' } }],
    })
  })

  it('is not asked about a name that is none', async () => {
    await expect(open({}, { repository: 'acme/gitops/../../user' })).rejects.toMatchObject({
      problems: [{ code: 'settings.invalid' }],
    })
    expect(server.requests).toEqual([])
  })
})
