import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import http from 'isomorphic-git/http/node'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Forge } from '../../../../plugin/deliver/forges/forge.ts'
import { giteaForge } from '../../../../plugin/deliver/forges/gitea/forge.ts'
import { gitlabForge } from '../../../../plugin/deliver/forges/gitlab/forge.ts'
import { gitWriter } from '../../../../plugin/deliver/git/git-writer.ts'
import { openRemote } from '../../../../plugin/deliver/git/smart-http.ts'
import type { PullOptions } from '../../../../plugin/deliver/pulls/job.ts'
import { readReviews } from '../../../../plugin/deliver/pulls/read-reviews.ts'
import { syncPulls } from '../../../../plugin/deliver/pulls/sync-pulls.ts'
import { changeKey } from '../../../../plugin/deliver/record/commit-message.ts'
import { readBlock } from '../../../../plugin/deliver/record/hidden-block.ts'
import type { PullOutcome, ScopedProposal } from '../../../../plugin/model/proposal.ts'
import { inert } from '../../../../plugin/model/text/inert.ts'
import { markdown } from '../../../../plugin/model/text/markdown.ts'
import { giteaProgram, giteaVersion } from '../../../lab/gitea/parts.mjs'
import { type GiteaServer, startGitea } from '../../../lab/gitea-server.ts'
import { startGitLabServer } from '../../../lab/gitlab-server.ts'
import {
  after,
  author,
  before,
  type Checkout,
  changeOf,
  deployment,
  git,
  makeCheckout,
  now,
  proposalOf,
} from '../lab.ts'

/** Long before every pull request of these tests. */
const since = new Date('2020-01-01T00:00:00Z')

const branch = 'tortoise/right-size'

/** A forge of the lab, and the actions of its users. */
interface Ground {
  readonly forge: Forge
  /** URL that commits are pushed to. */
  readonly remote: string
  readonly token: string
  readonly say: (pull: number, login: string, body: string) => Promise<unknown>
  readonly merge: (pull: number) => Promise<unknown>
  /** Changes a pull request as a user: `eve` may change it, but not push. */
  readonly change: (pull: number, login: 'ada' | 'eve', patch: Patch) => Promise<unknown>
  /** Opens a pull request from a fork of `eve` whose branch is named like ours, and closes it. */
  readonly fromFork: (body: string) => Promise<unknown>
  readonly close: () => Promise<unknown>
}

/** What a user changes. */
interface Patch {
  readonly label?: string
  readonly state?: 'open' | 'closed'
  readonly body?: string
}

async function gitlab({ bare }: Checkout): Promise<Ground> {
  const server = await startGitLabServer({ gitdir: bare, members: { ada: 40, eve: 20 } })
  const { url, token, project: repository } = server
  return {
    forge: await gitlabForge({ url, repository, token: () => token }),
    remote: `${url}/${repository}.git`,
    token,
    say: async (pull, login, body) => server.say(pull, login, body),
    merge: async (pull) => server.merge(pull),
    change: async (pull, login, { label, state, body }) =>
      server.change(pull, login, {
        ...(label === undefined ? {} : { add_labels: label }),
        ...(state === undefined ? {} : { state_event: state === 'open' ? 'reopen' : 'close' }),
        ...(body === undefined ? {} : { description: body }),
      }),
    fromFork: async (body) => server.fork('eve', branch, body),
    close: server.close,
  }
}

let real: Promise<GiteaServer> | undefined
let repositories = 0
const home = fs.mkdtempSync(join(tmpdir(), 'gitea-'))
afterAll(async () => {
  await (await real)?.close()
  fs.rmSync(home, { recursive: true, force: true })
})

async function gitea({ dir }: Checkout): Promise<Ground> {
  real ??= startGitea(giteaProgram() ?? '', home)
  const server = await real
  repositories += 1
  const { repository } = await server.host(`gitops-${repositories}`, (origin) => {
    git(dir, ['remote', 'set-url', 'origin', origin])
    git(dir, ['push', '--quiet', 'origin', 'main'])
  })
  const { url, token } = server
  const at = `/repos/${repository}`
  return {
    forge: await giteaForge({ url, repository, token: () => token }),
    remote: `${url}/${repository}.git`,
    token,
    say: (pull, login, body) => server.ask('POST', `${at}/issues/${pull}/comments`, { body }, login),
    merge: (pull) => server.ask('POST', `${at}/pulls/${pull}/merge`, { Do: 'squash' }),
    change: (pull, login, patch) => changeOnGitea(server, `${at}/${pull}`, login, patch),
    fromFork: async (body) => {
      const fork = z
        .object({ full_name: z.string() })
        .parse(await server.ask('POST', `${at}/forks`, {}, 'eve'))
      const file = { content: 'eA==', message: 'x', branch }
      await server.ask('POST', `/repos/${fork.full_name}/contents/forged.txt`, file, 'eve')
      const draft = { head: `eve:${branch}`, base: 'main', title: 'x', body }
      const made = z
        .object({ number: z.number() })
        .parse(await server.ask('POST', `${at}/pulls`, draft, 'eve'))
      await server.ask('PATCH', `${at}/pulls/${made.number}`, { state: 'closed' }, 'eve')
    },
    close: async () => undefined,
  }
}

/**
 * Changes a pull request as a user. Gitea lets nobody change one who cannot push, so `eve` may push until she has done it:
 * access counts as it is when a run reads the pull request.
 */
async function changeOnGitea(server: GiteaServer, place: string, login: string, { label, ...patch }: Patch) {
  const [, at = '', pull = ''] = /^(.*)\/(\d+)$/.exec(place) ?? []
  const access = (permission: string) =>
    login === 'ada' ? undefined : server.ask('PUT', `${at}/collaborators/${login}`, { permission })
  await access('write')
  if (label !== undefined) {
    const made = await server.ask('POST', `${at}/labels`, { name: label, color: '#112233' })
    const { id } = z.object({ id: z.number() }).parse(made)
    await server.ask('POST', `${at}/issues/${pull}/labels`, { labels: [id] }, login)
  }
  if (Object.keys(patch).length > 0) await server.ask('PATCH', `${at}/pulls/${pull}`, patch, login)
  await access('read')
}

const forges = [
  { name: 'GitLab', open: gitlab, missing: false },
  { name: `a real Gitea ${giteaVersion}`, open: gitea, missing: giteaProgram() === undefined },
]

let checkout: Checkout
let ground: Ground

/** One run that proposes a CPU request, or nothing. */
async function run(
  cpu: string | undefined,
  more: Partial<PullOptions> = {},
  armed = false,
): Promise<PullOutcome | undefined> {
  git(checkout.dir, ['fetch', '--quiet', 'origin', 'main'])
  const wire = openRemote({ url: ground.remote, token: () => ground.token }, http)
  const writer = gitWriter(checkout.repository, wire, { author, now })
  const baseId = git(checkout.dir, ['rev-parse', 'FETCH_HEAD'])
  const changes = [changeOf({ to: cpu ?? '' })]
  const edits = [{ file: deployment, before, after: after.replace('260m', cpu ?? '') }]
  const parts: readonly ScopedProposal[] =
    cpu === undefined ? [] : [{ scope: '', proposal: proposalOf({ changes, edits }) }]
  const texts = {
    title: inert`right-size to ${cpu ?? ''}`,
    body: markdown`report of ${cpu ?? ''}`,
    autoMerge: armed,
  }
  const wanted = parts.map((part) => ({ ...part, ...texts }))
  const options = {
    base: 'main',
    baseId,
    prefix: branch,
    maxOpen: 10,
    maxNewPerHour: 100,
    labels: ['resources'],
    checks: true,
    now: new Date(),
    ...more,
  }
  const { forge } = ground
  const pulls = await forge.pulls(since)
  const obsolete = new Map(pulls.map(({ number }) => [number, 'the workload is gone']))
  const [outcome] = await syncPulls(wanted, { options, obsolete, ports: { forge, writer, pulls } })
  return outcome
}

const shown = async (number = 1) => (await ground.forge.pulls(since)).find((pull) => pull.number === number)
const cpuAt = (ref: string): string => {
  git(checkout.dir, ['fetch', '--quiet', 'origin', ref])
  return git(checkout.dir, ['show', `FETCH_HEAD:${deployment}`])
}

beforeEach(() => {
  checkout = makeCheckout()
})
afterEach(async () => {
  await ground?.close()
  checkout.close()
})

describe.each(forges)('$name', ({ name, open, missing }) => {
  const claim = missing ? ` (skipped: ${name} is not built, see npm run lab:gitea)` : ''
  const claims = it.skipIf(missing)

  claims(`has one pull request, which is updated when the value changes${claim}`, async () => {
    ground = await open(checkout)
    expect(await run('260m')).toMatchObject({ action: 'opened', branch, number: 1 })
    expect(await shown()).toMatchObject({
      state: 'open',
      base: 'main',
      branch,
      labels: ['resources'],
      title: 'right-size to 260m',
    })
    expect(await run('260m')).toMatchObject({ action: 'unchanged', number: 1 })
    expect(await run('300m')).toMatchObject({ action: 'updated', number: 1 })
    expect(cpuAt(branch)).toContain('cpu: 300m')
    const pull = await shown()
    expect(pull?.head).toBe(readBlock(pull?.body ?? '')?.head)
    expect(pull?.title).toBe('right-size to 300m')
  })

  claims(
    `gets the reason when it closes a pull request, and reopens it instead of opening a second${claim}`,
    async () => {
      ground = await open(checkout)
      await run('260m')
      expect(await run(undefined)).toMatchObject({ action: 'closed', number: 1 })
      expect(await shown()).toMatchObject({ state: 'closed' })
      expect((await ground.forge.comments(1)).map(({ body }) => body.split('\n')[0])).toEqual([
        'Closed by Tortoise: the workload is gone.',
      ])
      expect(await run('300m')).toMatchObject({ number: 1 })
      expect(await shown()).toMatchObject({ state: 'open' })
      expect(await ground.forge.pulls(since)).toHaveLength(1)
    },
  )

  claims(
    `lists every pull request from one branch, closed ones too, and none of a fork${claim}`,
    async () => {
      ground = await open(checkout)
      await run('260m')
      await ground.change(1, 'ada', { state: 'closed' })
      await ground.fromFork('x')
      const listed = await ground.forge.pullsFrom(branch)
      expect(listed).toMatchObject([{ number: 1, branch, base: 'main', state: 'closed' }])
      expect(await ground.forge.pullsFrom('tortoise/other')).toEqual([])
    },
  )

  claims(`accepts commands of users with push access only${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    await ground.say(1, 'eve', '/tortoise ignore')
    await ground.say(1, 'ada', '/tortoise snooze 30d')
    const { reviewed } = await readReviews(ground.forge, await ground.forge.pulls(since), {
      now: new Date(),
      days: 30,
    })
    const [commented] = reviewed
    expect(commented?.comments.map(({ author: login }) => login)).toEqual(['ada'])
    expect(readBlock(commented?.pull.body ?? '')?.items[0]?.key).toBe(changeKey(changeOf()))
  })

  const reviews = async () =>
    readReviews(ground.forge, await ground.forge.pulls(since), { now: new Date(), days: 30 })
  const bodyOf = async () => (await shown())?.body ?? ''

  claims(`counts a label only from users with push access${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    await ground.change(1, 'eve', { label: 'tortoise/ignore' })
    expect((await reviews()).reviewed).toMatchObject([{ marks: [] }])
    await ground.change(1, 'ada', { label: 'tortoise/snooze-30d' })
    const at = expect.stringMatching(/^20/)
    expect((await reviews()).reviewed).toMatchObject([
      { marks: [{ command: { verb: 'snooze', days: 30 }, by: 'ada', at }] },
    ])
  })

  claims(`counts a closing only from users with push access${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    await ground.change(1, 'eve', { state: 'closed' })
    expect((await reviews()).reviewed[0]).not.toHaveProperty('closedBy')
    await ground.change(1, 'ada', { state: 'open' })
    await ground.change(1, 'ada', { state: 'closed' })
    expect((await reviews()).reviewed).toMatchObject([{ closedBy: 'ada' }])
  })

  claims(`counts a reopening only from users with push access${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    await run(undefined)
    await ground.change(1, 'eve', { state: 'open' })
    expect(readBlock((await reviews()).pulls[0]?.body ?? '')?.closed).toBeUndefined()
    expect(await run(undefined)).toMatchObject({
      action: 'blocked',
      reason: expect.stringContaining('reopened'),
    })
    await ground.change(1, 'ada', { state: 'closed' })
    await ground.change(1, 'ada', { state: 'open' })
    expect(readBlock((await reviews()).pulls[0]?.body ?? '')?.closed).toBe('the workload is gone')
  })

  claims(
    `counts a box only from users with push access, if the forge says who checked it${claim}`,
    async () => {
      ground = await open(checkout)
      await run('260m')
      const body = `${await bodyOf()}\n- [x] <!-- /tortoise snooze 30d --> snooze`
      await ground.change(1, 'eve', { body })
      const [first] = (await reviews()).reviewed
      expect(first).toMatchObject({
        marks: [],
        pull: { body: expect.stringContaining('- [ ]  <!-- /tortoise') },
      })
      await ground.change(1, 'ada', { body: `${body}!` })
      const [second] = (await reviews()).reviewed
      const mark = { command: { verb: 'snooze' }, by: 'ada' }
      expect(second).toMatchObject({ marks: ground.forge.name === 'Gitea' ? [] : [mark] })
    },
  )

  claims(`ignores a pull request from a fork, whatever its branch is named${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    await ground.fromFork(await bodyOf())
    expect((await ground.forge.pulls(since)).map(({ author: by, state }) => [by.login, state])).toEqual([
      [expect.stringMatching(/^(ada|tortoise)$/), 'open'],
    ])
  })

  claims(`lists merged pull requests, and returns the open one when it is opened twice${claim}`, async () => {
    ground = await open(checkout)
    await run('260m')
    const again = await ground.forge.open({ branch, base: 'main', title: inert`x`, body: markdown`y` })
    expect(again.number).toBe(1)
    await ground.merge(1)
    expect(await shown()).toMatchObject({ state: 'merged', branch })
    expect(cpuAt('main')).toContain('cpu: 260m')
  })

  claims(`merges at once with auto-merge when no check is pending${claim}`, async () => {
    ground = await open(checkout)
    const outcome = await run('260m', { checks: false }, true)
    expect(outcome).toMatchObject({ action: 'opened', merging: expect.stringMatching(/^(merged|armed)$/) })
    // Gitea first checks whether the merge is possible, and merges a moment later.
    await expect.poll(() => cpuAt('main'), { timeout: 180_000 }).toContain('cpu: 260m')
  })

  claims(`has one dashboard issue, and statuses that are not sent twice${claim}`, async () => {
    ground = await open(checkout)
    const { forge } = ground
    expect(await forge.findIssue('<!-- board -->')).toBeUndefined()
    await forge.writeIssue({ title: inert`Board`, body: markdown`one <!-- board -->` }, undefined)
    const found = await forge.findIssue('<!-- board -->')
    await forge.writeIssue({ title: inert`Board`, body: markdown`two <!-- board -->` }, found?.number)
    expect(await forge.findIssue('<!-- board -->')).toEqual({
      number: found?.number,
      author: { login: await forge.account(), isBot: false },
      body: 'two <!-- board -->',
    })
    const commit = git(checkout.dir, ['rev-parse', 'main'])
    const good = { context: 'tortoise/proof', state: 'success', description: inert`ok` } as const
    await forge.check(commit, [good])
    await forge.check(commit, [good])
    await forge.check(commit, [{ ...good, state: 'failure' }])
  })

  claims(`names the refused request without the token${claim}`, async () => {
    ground = await open(checkout)
    await expect(
      ground.forge.open({ branch: 'tortoise/none', base: 'main', title: inert`x`, body: markdown`y` }),
    ).rejects.toMatchObject({
      problems: [
        {
          code: 'forge.refused',
          message: expect.stringMatching(/refused to open a (pull|merge) request \(HTTP 4\d\d\)/),
        },
      ],
    })
  })
})
