import { generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appToken } from '../../../../../plugin/deliver/forges/github/app-token.ts'
import { githubForge } from '../../../../../plugin/deliver/forges/github/forge.ts'
import { openSession } from '../../../../../plugin/deliver/forges/github/session.ts'
import { githubWriter } from '../../../../../plugin/deliver/forges/github/writer.ts'
import { commitMessage } from '../../../../../plugin/deliver/record/commit-message.ts'
import { inert } from '../../../../../plugin/model/text/inert.ts'
import { markdown } from '../../../../../plugin/model/text/markdown.ts'
import { type GitHubServer, startGitHubServer } from '../../../../lab/github-server.ts'
import type { GitHubLab } from '../../../../lab/github-state.ts'
import { type Checkout, git, makeCheckout, proposalOf } from '../../lab.ts'
import { quickOctokit } from '../../writers.ts'

const branch = 'tortoise/main'
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
const app = { id: 4711, publicKey: pair.publicKey, installation: 12 }
const permissions = { metadata: 'read', contents: 'write', pull_requests: 'write' } as const

let checkout: Checkout
let server: GitHubServer
const begin = async (lab: Partial<GitHubLab>) => {
  server = await startGitHubServer({ gitdir: checkout.bare, ...lab })
}
beforeEach(() => {
  checkout = makeCheckout()
})
afterEach(async () => {
  await server.close()
  checkout.close()
})

const login = (key = pair.privateKey, id = '4711') =>
  appToken({ id, key: () => key, permissions, repository: server.repository, apiUrl: server.url })
const open = (token = login()) =>
  openSession({ kind: 'github', repository: server.repository, apiUrl: server.url, token }, quickOctokit)

/** Writes a branch and opens its pull request. */
async function propose(token?: ReturnType<typeof login>): Promise<void> {
  const session = await open(token)
  const [writer, forge] = [githubWriter(session), githubForge(session)]
  const stored = await writer.writeTree(git(checkout.dir, ['rev-parse', 'main']), proposalOf().edits)
  const to = await writer.writeCommit(stored, commitMessage(proposalOf(), stored))
  await writer.moveBranch(branch, { from: await writer.head(branch), to, force: true })
  await forge.open({ branch, base: 'main', title: inert`right-size`, body: markdown`report` })
}
const paths = () => server.requests.map(({ method, path }) => `${method} ${path}`)
const asPerson = () => server.token

describe('a GitHub App', () => {
  it('logs in with its key, for one repository and only the needed permissions', async () => {
    await begin({ app })
    await propose()
    expect(server.pulls).toHaveLength(1)
    const [asked] = server.requests.filter(({ path }) => path.endsWith('/access_tokens'))
    expect(asked?.body).toEqual({ repositories: ['gitops'], permissions })
  })

  it('reuses its token until it expires', async () => {
    await begin({ app })
    const token = login()
    await propose(token)
    expect(await token()).toBe(await token())
    expect(paths().filter((path) => path.endsWith('/access_tokens'))).toHaveLength(1)
  })

  it.each([1, 2, 3, 4, 5])(
    'gets a new token during the run when a token expires after %i requests',
    async (life) => {
      await begin({ app: { ...app, life } })
      await propose()
      expect(server.pulls).toHaveLength(1)
      expect(paths().filter((path) => path.endsWith('/access_tokens')).length).toBeGreaterThan(1)
    },
  )

  it.each([
    ['an invalid key', 'ghs_nonsense', '4711', 'PEM'],
    ['the key of another app', undefined, '4712', 'belong together'],
  ])('with %s stops, and the message contains nothing of the key', async (_what, key, id, hint) => {
    await begin({ app })
    const token = login(key, id)
    const failed = await (async () => token())().catch((error: unknown) => error)
    expect(failed).toMatchObject({
      problems: [{ code: 'forge.refused', hint: expect.stringContaining(hint) }],
    })
    expect(inspect(failed, { depth: 20 })).not.toMatch(/nonsense|PRIVATE/)
  })

  it('without a needed permission stops before anything is written', async () => {
    await begin({ app, permissions: { pull_requests: 'read' } })
    await expect(propose()).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('Accept the permissions') }],
    })
    expect(git(checkout.bare, ['branch', '--list', branch])).toBe('')
  })
})

describe('a rate limit', () => {
  it('that resets soon is waited for', async () => {
    await begin({ limits: { primary: { requests: 4, seconds: 1 } } })
    await propose(asPerson)
    expect(server.pulls).toHaveLength(1)
  })

  it('that resets late stops the run and says when to run again', async () => {
    await begin({ limits: { primary: { requests: 3, seconds: 3600 } } })
    await expect(propose(asPerson)).rejects.toMatchObject({
      problems: [
        {
          code: 'forge.refused',
          hint: expect.stringMatching(/^Run again after 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ: the primary/),
        },
      ],
    })
    expect(server.pulls).toEqual([])
  })

  it.each([403, 429] as const)(
    'of the secondary kind is waited for as long as the response says (HTTP %i)',
    async (status) => {
      await begin({ limits: { secondary: { writes: 2, seconds: 1, status } } })
      await propose(asPerson)
      expect(server.pulls).toHaveLength(1)
    },
  )

  it('that never resets stops the run after a few waits', async () => {
    let asked = 0
    const message = 'You have exceeded a secondary rate limit.'
    await begin({
      before: ({ path }) => {
        if (!path.includes('/git/trees')) return undefined
        asked += 1
        return { status: 429, data: { message }, headers: { 'retry-after': '0' } }
      },
    })
    await expect(propose(asPerson)).rejects.toMatchObject({
      problems: [{ hint: expect.stringContaining('the secondary rate limit') }],
    })
    expect(asked).toBe(4)
  })
})

describe('a missing permission', () => {
  it.each([
    ['contents', 'contents: write'],
    ['pull_requests', 'pull_requests: write'],
  ] as const)('is named in the hint: %s', async (name, hint) => {
    await begin({ permissions: { [name]: 'read' } })
    await expect(propose(asPerson)).rejects.toMatchObject({
      problems: [{ code: 'forge.refused', hint: expect.stringContaining(hint) }],
    })
    expect(server.pulls).toEqual([])
  })
})
