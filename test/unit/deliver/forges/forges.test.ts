import http from 'isomorphic-git/http/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
import { branch, forges, type Ground, since } from './forges-ground.ts'

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
