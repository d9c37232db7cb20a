import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { HttpClient } from 'isomorphic-git'
import http from 'isomorphic-git/http/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchCommit } from '../../../../plugin/deliver/git/fetch.ts'
import { draftEdits, writeDraft } from '../../../../plugin/deliver/git/objects.ts'
import { deleteBranch, pushBranch } from '../../../../plugin/deliver/git/push.ts'
import { openRemote, pktLine, remoteHead, type SmartHttp } from '../../../../plugin/deliver/git/smart-http.ts'
import { inert } from '../../../../plugin/model/text/inert.ts'
import { type GitServer, startGitServer } from '../../../lab/git-server.ts'
import { after, author, before, type Checkout, commitAs, deployment, git, makeCheckout, now } from '../lab.ts'

let checkout: Checkout
let server: GitServer
let wire: SmartHttp
beforeEach(async () => {
  checkout = makeCheckout()
  server = await startGitServer(checkout.root)
  wire = openRemote({ url: `${server.url}/gitops.git`, token: () => server.token }, http)
})
afterEach(async () => {
  await server.close()
  checkout.close()
})

const branch = 'tortoise/main'
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.fail('it did not stop'),
    (error: unknown) => error,
  )

async function makePush(text = after) {
  const base = git(checkout.dir, ['rev-parse', 'main'])
  const edits = [{ file: deployment, before, after: text }]
  const draft = await draftEdits(checkout.repository, base, edits)
  const to = await writeDraft(checkout.repository, draft, { message: inert`perf: x\n`, author, now })
  return { branch, from: undefined, to, objects: [to, ...draft.objects] }
}

describe('a push', () => {
  it('sends five objects for one file three directories deep, and they pass git fsck on the server', async () => {
    const push = await makePush()
    await pushBranch(checkout.repository, wire, push)
    expect(push.objects).toHaveLength(5)
    expect(await remoteHead(wire, branch)).toBe(push.to)
    expect(git(checkout.bare, ['fsck', '--strict', '--no-dangling'])).toBe('')
    expect(git(checkout.bare, ['show', `${branch}:${deployment}`])).toBe(after.trimEnd())
  })

  it.each([
    ['that appeared meanwhile', undefined],
    ['that moved meanwhile', 'main'],
  ])('fails for a branch %s, and does not move it', async (_how, from) => {
    const push = await makePush()
    git(checkout.dir, ['checkout', '--quiet', '-b', branch])
    const theirs = commitAs(checkout.dir, 'notes.md', 'mine\n')
    git(checkout.dir, ['push', '--quiet', 'origin', branch])
    const stale = from === undefined ? undefined : git(checkout.dir, ['rev-parse', from])
    await expect(pushBranch(checkout.repository, wire, { ...push, from: stale })).rejects.toMatchObject({
      problems: [{ code: 'git.moved' }],
    })
    expect(git(checkout.bare, ['rev-parse', branch])).toBe(theirs)
  })

  it('throws git.conflict when a branch rule rejects it', async () => {
    git(checkout.bare, ['config', 'receive.denyDeletes', 'true'])
    git(checkout.bare, ['config', 'transfer.hideRefs', 'refs/heads/tortoise'])
    await expect(pushBranch(checkout.repository, wire, await makePush())).rejects.toMatchObject({
      problems: [{ code: 'git.conflict', message: expect.stringContaining('hidden ref') }],
    })
  })

  it('says so when the server does not have the base commit', async () => {
    commitAs(checkout.dir, 'notes.md', 'not pushed\n')
    await expect(pushBranch(checkout.repository, wire, await makePush())).rejects.toMatchObject({
      problems: [{ code: 'git.remote', message: expect.stringContaining('does not have the base commit') }],
    })
    expect(await remoteHead(wire, branch)).toBeUndefined()
  })
})

describe('the deletion of a branch', () => {
  it('succeeds only at the commit that was read', async () => {
    const push = await makePush()
    await pushBranch(checkout.repository, wire, push)
    const other = git(checkout.dir, ['rev-parse', 'main'])
    await expect(deleteBranch(wire, { branch, from: other })).rejects.toMatchObject({
      problems: [{ code: 'git.moved' }],
    })
    expect(await remoteHead(wire, branch)).toBe(push.to)
    await deleteBranch(wire, { branch, from: push.to })
    expect(await remoteHead(wire, branch)).toBeUndefined()
  })
})

function countBytes() {
  const sizes: number[] = []
  const counting: HttpClient = {
    request: async (asked) => {
      const answer = await http.request(asked)
      async function* counted() {
        for await (const part of answer.body ?? []) {
          sizes.push(part.length)
          yield part
        }
      }
      return { ...answer, body: counted() }
    },
  }
  return { counting, total: () => sizes.reduce((sum, size) => sum + size, 0) }
}

describe('a commit of the server', () => {
  const pushAs = (text: string): string => {
    const other = join(checkout.root, 'other')
    git(checkout.root, ['clone', '--quiet', checkout.bare, other])
    git(other, ['checkout', '--quiet', '-b', branch])
    const id = commitAs(other, 'notes.md', text)
    git(other, ['push', '--quiet', 'origin', branch])
    return id
  }

  it('is read without any change to the clone', async () => {
    const id = pushAs('hello\n')
    const base = git(checkout.dir, ['rev-parse', 'main'])
    const objects = () => git(checkout.dir, ['count-objects', '--verbose'])
    const untouched = objects()
    const { commit } = await fetchCommit(checkout.repository, wire, { id, base })
    expect(commit).toMatchObject({ parent: [base], committer: { email: 'ada@example.com' } })
    expect(objects()).toBe(untouched)
    expect(git(checkout.dir, ['rev-parse', '--is-shallow-repository'])).toBe('false')
  })

  it.each([
    ['without the objects that the base has', 'main', 3000],
    ['without its history, when the server does not know the base', undefined, 400_000],
  ])('is read %s', async (_how, known, limit) => {
    for (const size of [200_000, 300_000])
      commitAs(checkout.dir, 'big.bin', randomBytes(size).toString('hex'))
    git(checkout.dir, ['push', '--quiet', 'origin', 'main'])
    const id = pushAs('hello\n')
    const base = known === undefined ? 'b'.repeat(40) : git(checkout.dir, ['rev-parse', known])
    const { counting, total } = countBytes()
    await fetchCommit(checkout.repository, { ...wire, http: counting }, { id, base })
    expect(total()).toBeLessThan(limit)
  })

  it('is stored bit for bit', async () => {
    const id = pushAs('hello\n')
    const { store } = await fetchCommit(checkout.repository, wire, {
      id,
      base: git(checkout.dir, ['rev-parse', 'main']),
    })
    expect(await store()).toBe(id)
  })

  it('is read even when the clone and the server share no history', async () => {
    const id = pushAs('hello\n')
    const { commit } = await fetchCommit(checkout.repository, wire, { id, base: 'b'.repeat(40) })
    expect(commit.message).toContain('change notes.md')
  })

  it('that does not exist any more stops with a hint', async () => {
    const base = git(checkout.dir, ['rev-parse', 'main'])
    await expect(fetchCommit(checkout.repository, wire, { id: 'c'.repeat(40), base })).rejects.toMatchObject({
      problems: [{ code: 'git.remote' }],
    })
  })
})

describe('the test server', () => {
  it('accepts a gzipped request, because git compresses long ones', async () => {
    const want = `want ${git(checkout.dir, ['rev-parse', 'main'])}\n`
    const answer = await fetch(`${server.url}/gitops.git/git-upload-pack`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`x-access-token:${server.token}`).toString('base64')}`,
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
      },
      body: gzipSync(`${pktLine(want)}0000${pktLine('done\n')}`),
    })
    expect((await answer.text()).slice(0, 12)).toBe('0008NAK\nPACK')
  })
})

describe('a remote that cannot be used', () => {
  const secret = 'ghs_topsecret'
  const silent = (error: unknown) => {
    const encoded = Buffer.from(`x-access-token:${secret}`).toString('base64')
    expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(
      new RegExp(`${secret}|${encoded}|hunter2`),
    )
  }

  it('refuses a wrong token without repeating it', async () => {
    const wrong = openRemote({ url: `${server.url}/gitops.git`, token: () => secret }, http)
    const error = await failure(remoteHead(wrong, branch))
    expect(error).toMatchObject({
      problems: [
        {
          code: 'git.remote',
          message: expect.stringContaining('401'),
          place: { file: expect.stringMatching(/^127\.0\.0\.1:\d+\/gitops\.git$/) },
          hint: expect.stringContaining('contents: write'),
        },
      ],
    })
    silent(error)
    silent(await failure(pushBranch(checkout.repository, wrong, await makePush())))
  })

  it('says so when there is no such repository', async () => {
    const gone = openRemote({ url: `${server.url}/none.git`, token: () => server.token }, http)
    await expect(remoteHead(gone, branch)).rejects.toMatchObject({
      problems: [{ code: 'git.remote', message: expect.stringContaining('404') }],
    })
  })

  it('says so when the server cannot be reached', async () => {
    const off = openRemote({ url: 'http://127.0.0.1:9/x.git', token: () => secret }, http)
    const error = await failure(remoteHead(off, branch))
    expect(error).toMatchObject({ problems: [{ code: 'git.remote', place: { file: '127.0.0.1:9/x.git' } }] })
    silent(error)
  })

  it.each([
    ['a user and a password', `https://x-access-token:${secret}@example.com/acme/gitops.git`],
    ['a token as the user', `https://${secret}@example.com/acme/gitops.git`],
    ['another protocol than HTTP', `ssh://git:hunter2@example.com/acme/gitops.git?token=${secret}`],
    ['no scheme', `${secret}@example.com:acme/gitops.git`],
  ])('refuses a URL with %s, and shows only its host and path', (_what, url) => {
    const error = (() => {
      try {
        return openRemote({ url }, http)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toMatchObject({ problems: [{ code: 'git.remote' }] })
    silent(error)
  })
})
