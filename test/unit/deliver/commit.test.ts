import fs from 'node:fs'
import { join } from 'node:path'
import { Octokit } from 'octokit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DeliverOptions, deliver } from '../../../plugin/deliver/commit.ts'
import type { Proposal } from '../../../plugin/model/proposal.ts'
import { type GitServer, startGitServer } from '../../lab/git-server.ts'
import {
  after,
  before,
  type Checkout,
  commitAs,
  deployment,
  git,
  makeCheckout,
  now,
  optionsOf,
  proposalOf,
} from './lab.ts'

let checkout: Checkout
let server: GitServer
beforeEach(async () => {
  checkout = makeCheckout()
  server = await startGitServer(checkout.root)
})
afterEach(async () => {
  await server.close()
  checkout.close()
})

const branch = 'tortoise/main'
const later = (days: number) => new Date(now.getTime() + days * 86_400_000)
const ports = (dir = checkout.dir, at = now) => ({
  fs,
  gitdir: join(dir, '.git'),
  now: at,
  octokit: (options: { auth: string; baseUrl: string }) =>
    new Octokit({ ...options, throttle: { enabled: false }, retry: { enabled: false } }),
})
const remote = () => ({ url: `${server.url}/gitops.git`, token: () => server.token })
const pushed = (parts: Partial<DeliverOptions> = {}) => optionsOf({ remote: remote(), ...parts })
const proposalTo = (text: string): Proposal =>
  proposalOf({ edits: [{ file: deployment, before, after: text }] })
const freshClone = (name: string, ...flags: string[]): string => {
  const dir = join(checkout.root, name)
  git(checkout.root, ['clone', '--quiet', ...flags, `file://${checkout.bare}`, dir])
  return dir
}
const pushes = () => server.requests.filter((line) => line.startsWith('POST') && /receive/.test(line)).length
const head = (dir: string, ref = branch) => git(dir, ['rev-parse', ref])
const surroundings = (dir: string) => [
  git(dir, ['status', '--porcelain=v2', '--branch']),
  git(dir, ['symbolic-ref', 'HEAD']),
  fs.readFileSync(join(dir, '.git/index')).toString('hex'),
]

describe('mode report', () => {
  it('does nothing', async () => {
    expect(await deliver(proposalOf(), optionsOf({ mode: 'report' }), ports())).toEqual({
      mode: 'report',
      created: false,
    })
    expect(git(checkout.dir, ['branch', '--list']).split('\n')).toEqual(['* main'])
  })
})

describe('a local commit', () => {
  it('is written to its branch; HEAD, index and work tree stay unchanged', async () => {
    fs.writeFileSync(join(checkout.dir, 'apps/api.yaml'), 'somebody is working here\n')
    const untouched = surroundings(checkout.dir)
    const delivery = await deliver(proposalOf(), optionsOf(), ports())
    expect(delivery).toEqual({ mode: 'commit', branch, commit: head(checkout.dir), created: true })
    expect(git(checkout.dir, ['diff', '--stat', 'main', branch])).toMatch(/deployment.yaml .* 2 \+-\n 1 file/)
    expect(surroundings(checkout.dir)).toEqual(untouched)
    expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('is not made a second time', async () => {
    const first = await deliver(proposalOf(), optionsOf(), ports())
    const second = await deliver(proposalOf(), optionsOf(), ports(checkout.dir, later(1)))
    expect(second).toEqual({ ...first, created: false })
  })

  it('is rebuilt as one commit when the base branch moved', async () => {
    await deliver(proposalOf(), optionsOf(), ports())
    const base = commitAs(checkout.dir, 'notes.md', 'x\n')
    await deliver(proposalOf(), optionsOf(), ports())
    expect(git(checkout.dir, ['rev-list', '--parents', '--max-count=1', branch])).toBe(
      `${head(checkout.dir)} ${base}`,
    )
  })

  it('is rebuilt as one commit when the values changed', async () => {
    await deliver(proposalOf(), optionsOf(), ports())
    await deliver(proposalTo(before.replace('500m', '300m')), optionsOf(), ports())
    expect(git(checkout.dir, ['rev-list', '--count', `main..${branch}`])).toBe('1')
    expect(git(checkout.dir, ['show', `${branch}:${deployment}`])).toContain('300m')
  })

  it.each([
    ['on top of one by Tortoise', () => deliver(proposalOf(), optionsOf(), ports())],
    ['on the base', async () => git(checkout.dir, ['branch', branch])],
  ])('keeps a commit that Tortoise did not make (%s) and says what to do', async (_where, prepare) => {
    await prepare()
    git(checkout.dir, ['checkout', '--quiet', branch])
    const theirs = commitAs(checkout.dir, 'notes.md', 'mine\n')
    git(checkout.dir, ['checkout', '--quiet', 'main'])
    await expect(deliver(proposalOf(), optionsOf(), ports())).rejects.toMatchObject({
      problems: [
        {
          code: 'git.conflict',
          message: expect.stringMatching(
            /tortoise\/main has a commit that Tortoise did not make: \w{10} "change notes.md"/,
          ),
          hint: expect.stringContaining('delete tortoise/main'),
        },
      ],
    })
    expect(head(checkout.dir)).toBe(theirs)
  })

  it("by Tortoise's own identity counts as foreign without its trailers", async () => {
    git(checkout.dir, ['checkout', '--quiet', '-b', branch])
    const bot = { GIT_COMMITTER_EMAIL: 'tortoise@example.com' }
    git(checkout.dir, ['commit', '--quiet', '--allow-empty', '--message', 'format'], '', bot)
    expect(git(checkout.dir, ['show', '--no-patch', '--format=%ce'])).toBe('tortoise@example.com')
    git(checkout.dir, ['checkout', '--quiet', 'main'])
    await expect(deliver(proposalOf(), optionsOf(), ports())).rejects.toMatchObject({
      problems: [{ code: 'git.conflict' }],
    })
  })

  it('that somebody amended counts as foreign', async () => {
    await deliver(proposalOf(), optionsOf(), ports())
    git(checkout.dir, ['checkout', '--quiet', branch])
    fs.appendFileSync(join(checkout.dir, deployment), '# and this\n')
    git(checkout.dir, ['commit', '--quiet', '--all', '--amend', '--no-edit'])
    git(checkout.dir, ['checkout', '--quiet', 'main'])
    await expect(deliver(proposalOf(), optionsOf(), ports())).rejects.toMatchObject({
      problems: [{ code: 'git.conflict', message: expect.stringContaining('that Tortoise did not make') }],
    })
  })

  it('replaces a branch that has no commit of its own', async () => {
    git(checkout.dir, ['branch', branch])
    expect(await deliver(proposalOf(), optionsOf(), ports())).toMatchObject({ created: true })
  })

  it('is not written to a branch that is checked out', async () => {
    await deliver(proposalOf(), optionsOf(), ports())
    git(checkout.dir, ['checkout', '--quiet', branch])
    const change = proposalTo(before.replace('500m', '300m'))
    await expect(deliver(change, optionsOf(), ports())).rejects.toMatchObject({
      problems: [{ code: 'git.conflict', message: expect.stringContaining('checked out') }],
    })
    expect(await deliver(proposalOf(), optionsOf(), ports())).toMatchObject({ created: false })
  })

  it('can be made on the base branch itself, as a fast-forward', async () => {
    const base = head(checkout.dir, 'main')
    const delivery = await deliver(proposalOf(), optionsOf({ branch: 'main' }), ports())
    expect(delivery).toMatchObject({ branch: 'main', commit: head(checkout.dir, 'main'), created: true })
    expect(head(checkout.dir, 'main^')).toBe(base)
  })

  it('is not made when the base branch already has the values', async () => {
    commitAs(checkout.dir, deployment, after)
    const same = proposalOf({ edits: [{ file: deployment, before: after, after }] })
    expect(await deliver(same, optionsOf(), ports())).toEqual({ mode: 'commit', created: false })
    expect(await deliver(proposalOf({ edits: [] }), optionsOf(), ports())).toMatchObject({ created: false })
  })
})

describe('delivery refuses', () => {
  it('a proposal that was refuted', async () => {
    const refuted = proposalOf({ proof: { ...proposalOf().proof, verdict: 'refuted' } })
    await expect(deliver(refuted, optionsOf(), ports())).rejects.toThrow('only a proved proposal')
  })

  it.each([
    ['another branch', { branch: 'release' }],
    ['a branch name with ..', { branch: 'tortoise/../main' }],
    ['a branch name with a line break', { branch: 'tortoise/x\n0000 evil' }],
    ['a branch name with a space', { branch: 'tortoise/x y' }],
    ['a branch name that ends with .lock', { branch: 'tortoise/x.lock' }],
  ])('a commit on %s', async (_what, parts) => {
    await expect(deliver(proposalOf(), optionsOf(parts), ports())).rejects.toMatchObject({
      problems: [{ code: 'settings.invalid' }],
    })
  })
})

describe('a pushed commit', () => {
  it('is on the server, and the second run neither commits nor pushes', async () => {
    const first = await deliver(proposalOf(), pushed(), ports())
    expect(first).toMatchObject({ created: true, pushedTo: expect.stringMatching(/^127.*\/gitops\.git$/) })
    expect(head(checkout.bare)).toBe(first.commit)
    const second = await deliver(proposalOf(), pushed(), ports(checkout.dir, later(1)))
    expect(second).toEqual({ mode: 'commit', branch, commit: first.commit, created: false })
    expect(pushes()).toBe(1)
  })

  it.each([['--depth=1'], ['--no-local']])(
    'is recognised by a fresh clone (%s), which neither commits nor pushes',
    async (flag) => {
      const first = await deliver(proposalOf(), pushed(), ports())
      const fresh = freshClone('fresh', flag, '--single-branch')
      const second = await deliver(proposalOf(), pushed(), ports(fresh, later(1)))
      expect(second).toEqual({ mode: 'commit', branch, commit: first.commit, created: false })
      expect(head(fresh)).toBe(first.commit)
      expect(pushes()).toBe(1)
      expect(git(fresh, ['fsck', '--strict', '--no-dangling'])).toBe('')
    },
  )

  it.each([['--depth=1'], ['--no-local']])(
    'is replaced by a fresh clone (%s) when the base branch moved',
    async (flag) => {
      await deliver(proposalOf(), pushed(), ports())
      const base = commitAs(checkout.dir, 'notes.md', 'x\n')
      git(checkout.dir, ['push', '--quiet', 'origin', 'main'])
      const fresh = freshClone('fresh', flag, '--single-branch')
      const second = await deliver(proposalOf(), pushed(), ports(fresh, later(1)))
      expect(second).toMatchObject({ created: true, commit: head(checkout.bare) })
      expect(head(checkout.bare, `${branch}^`)).toBe(base)
      expect(git(checkout.bare, ['fsck', '--strict', '--no-dangling'])).toBe('')
      expect(git(fresh, ['fsck', '--strict', '--no-dangling'])).toBe('')
    },
  )

  it('does not replace a foreign commit that only the server has', async () => {
    await deliver(proposalOf(), pushed(), ports())
    const other = freshClone('other')
    git(other, ['checkout', '--quiet', branch])
    const theirs = commitAs(other, 'notes.md', 'mine\n')
    git(other, ['push', '--quiet', 'origin', branch])
    const change = proposalTo(before.replace('500m', '300m'))
    await expect(deliver(change, pushed(), ports(freshClone('fresh', '--depth=1')))).rejects.toMatchObject({
      problems: [{ code: 'git.conflict', message: expect.stringContaining('that Tortoise did not make') }],
    })
    expect(head(checkout.bare)).toBe(theirs)
    expect(pushes()).toBe(1)
  })

  it('is pushed by the next run when the first run made it but did not push', async () => {
    const { commit } = await deliver(proposalOf(), optionsOf(), ports())
    const second = await deliver(proposalOf(), pushed(), ports(checkout.dir, later(1)))
    expect(second).toMatchObject({ commit, created: false, pushedTo: expect.any(String) })
    expect(head(checkout.bare)).toBe(commit)
  })

  it('is pushed again after somebody deleted the branch on the server', async () => {
    const { commit } = await deliver(proposalOf(), pushed(), ports())
    git(checkout.bare, ['update-ref', '-d', `refs/heads/${branch}`])
    await deliver(proposalOf(), pushed(), ports())
    expect(head(checkout.bare)).toBe(commit)
  })

  it("can be made on the server's base branch, but never replaces newer commits there", async () => {
    const stale = freshClone('stale')
    const direct = pushed({ branch: 'main' })
    const { commit } = await deliver(proposalOf(), direct, ports())
    expect(head(checkout.bare, 'main')).toBe(commit)
    expect(await deliver(proposalOf(), direct, ports(stale, later(1)))).toMatchObject({
      commit,
      created: false,
    })
    const behind = freshClone('behind')
    commitAs(checkout.dir, 'notes.md', 'x\n')
    git(checkout.dir, ['push', '--quiet', 'origin', 'main'])
    const next = proposalOf({ edits: [{ file: deployment, before: after, after: before }] })
    await expect(deliver(next, direct, ports(behind))).rejects.toMatchObject({
      problems: [{ code: 'git.moved', message: expect.stringContaining('main moved to') }],
    })
    expect(head(checkout.bare, 'main')).toBe(head(checkout.dir, 'main'))
    expect(head(behind, 'main')).toBe(commit)
  })
})
