import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFiles, git } from './program.ts'
import { hasNode24, type Step } from './runner.ts'
import { commentEvent, openShop, type Shop, type ShopRun } from './shop.ts'

const inputs = { snapshot: join(demoFiles, 'snapshot.json'), mode: 'pull-request' }
let shop: Shop
const step = (run: ShopRun = {}): Promise<Step> => shop.step({ ...inputs, 'github-token': shop.token }, run)

beforeAll(async () => {
  shop = await openShop({ token: 'ghs_comment-token-000000000000000000000', writers: ['ada'] })
  const first = await step()
  expect(first, first.stdout).toMatchObject({ status: 0 })
})
afterAll(() => shop.close())

let comments = 100

/** A person writes below a pull request, and the workflow runs. */
async function say(pull: number, login: string, body: string): Promise<Step & { readonly id: number }> {
  shop.github.say(pull, login, body)
  const id = ++comments
  const event = commentEvent(pull, login, { id, body })
  return { ...(await step({ event, env: { GITHUB_EVENT_NAME: 'issue_comment' } })), id }
}

const pullOf = (branch: RegExp) => {
  const found = shop.github.pulls.find(({ head }) => branch.test(head.ref))
  if (found === undefined) throw new Error(`no pull request from ${branch}`)
  return found
}
const writes = (): number => shop.github.requests.filter(({ method }) => method !== 'GET').length

describe.skipIf(!hasNode24)('a comment command answered by the Action', () => {
  it('a value is pinned and a workload ignored at once, and the comment gets its signs', async () => {
    const pull = pullOf(/prod/)
    const pin = '/tortoise pin 800m Deployment/cart cart requests.cpu'
    const ended = await say(pull.number, 'ada', `${pin}\n/tortoise ignore StatefulSet/mailer`)
    expect(ended, ended.stdout).toMatchObject({ status: 0, stderr: '' })
    expect(pull.body).toContain('**`800m`**')
    expect(pull.body).not.toContain('StatefulSet/mailer')
    expect(shop.github.state.reactions.get(ended.id)).toEqual(['eyes', '+1'])
  })

  it('a command that is deleted is taken back', async () => {
    const pull = pullOf(/prod$/)
    shop.github.state.comments.set(pull.number, [])
    const user = { login: 'ada', type: 'User' }
    const comment = { id: 1, user, body: '/tortoise ignore', created_at: '2026-01-01T00:00:00Z' }
    const event = { action: 'deleted', issue: { number: pull.number, pull_request: {} }, comment }
    await step({ event, env: { GITHUB_EVENT_NAME: 'issue_comment' } })
    expect(pull.body).toContain('StatefulSet/mailer')
  })

  it('one workload gets a pull request of its own', async () => {
    const before = shop.github.pulls.length
    const ended = await say(pullOf(/prod/).number, 'ada', '/tortoise split Deployment/checkout')
    expect(ended.status, ended.stdout).toBe(0)
    expect(shop.github.pulls).toHaveLength(before + 1)
    expect(pullOf(/checkout/)).toMatchObject({ state: 'open' })
    expect(pullOf(/prod$/).body).not.toContain('Deployment/checkout')
  })

  it('all of it is snoozed: the pull request closes and says why', async () => {
    const pull = pullOf(/staging/)
    const ended = await say(pull.number, 'ada', 'Not now, please.\n\n/tortoise snooze 30d\n')
    expect(ended.status, ended.stdout).toBe(0)
    expect(pull.state).toBe('closed')
    expect(shop.github.state.comments.get(pull.number)?.at(-1)?.body).toMatch(
      /^Closed by Tortoise: snoozed until .* by ada/,
    )
    const closed = JSON.parse(ended.outputs['pull-requests'] ?? '') as readonly object[]
    expect(closed).toContainEqual(expect.objectContaining({ number: pull.number, action: 'closed' }))
    expect(ended.outputs['pull-request-numbers']?.split('\n')).not.toContain(String(pull.number))
  })

  it('what means nothing is explained once', async () => {
    const pull = pullOf(/prod$/)
    const [one, two] = [
      await say(pull.number, 'ada', '/tortoise pin 1'),
      await say(pull.number, 'ada', '/tortoise sleep'),
    ]
    expect([one, two].map(({ id }) => shop.github.state.reactions.get(id))).toEqual([
      ['confused'],
      ['confused'],
    ])
    const said = shop.github.state.comments
      .get(pull.number)
      ?.filter(({ body }) => body.includes('matches no value of this pull request'))
    expect(said).toHaveLength(1)
    expect(one.stdout).toContain('the command matches no value of the pull request')
  })

  it.each([
    ['a stranger', 'mallory', '/tortoise ignore', 'mallory has no push access'],
    ['words without a command', 'ada', 'looks good to me', 'the comment has no command'],
  ])('%s changes nothing and costs no look at usage', async (_name, login, body, why) => {
    const before = writes()
    const ended = await say(pullOf(/prod$/).number, login, body)
    expect(ended).toMatchObject({ status: 0, outputs: { changed: 'false', changes: '0' } })
    expect(ended.stdout).toContain(`Nothing to do: ${why}.`)
    expect(writes()).toBe(before)
    expect(shop.github.state.reactions.get(ended.id)).toBeUndefined()
  })

  it.each<readonly [string, { action?: string; sender?: object; bot?: boolean; body?: string }, string]>([
    [
      'edited into a comment by somebody without push access',
      { action: 'edited' },
      'mallory has no push access',
    ],
    ['deleted by somebody without push access', { action: 'deleted' }, 'mallory has no push access'],
    [
      'in a comment of a bot that a person edited',
      { action: 'edited', sender: { type: 'User', login: 'ada' }, bot: true },
      'a bot wrote the comment',
    ],
    ['in a code block', { body: '```\n/tortoise ignore\n```' }, 'the command matches no value'],
  ])(
    'a command %s is not obeyed',
    async (_name, { bot = false, body = '/tortoise ignore', ...more }, why) => {
      const pull = pullOf(/prod$/)
      const before = pull.body
      const event = commentEvent(pull.number, 'ada', { id: ++comments, body })
      const user = bot ? { login: 'helper[bot]', type: 'Bot' } : event.comment.user
      const sender = { type: 'User', login: 'action' in more ? 'mallory' : 'ada' }
      const ended = await step({
        event: { ...event, comment: { ...event.comment, user }, sender, ...more },
        env: { GITHUB_EVENT_NAME: 'issue_comment' },
      })
      expect(ended.stdout).toContain(why)
      expect(pull).toMatchObject({ body: before, state: 'open' })
    },
  )

  it('a command below the pull request of a person is not ours to answer', async () => {
    git(shop.bare, 'branch', 'feature', 'main')
    const ended = await say(9999, 'ada', '/tortoise ignore')
    expect(ended.stdout).toContain('Nothing to do: #9999 is not a pull request of Tortoise.')
  })
})

describe.skipIf(!hasNode24)('a mark on a pull request answered by the Action', () => {
  const marked = (event: object, head: object = {}) => {
    const { number, body, head: own } = pullOf(/prod$/)
    const repo = { id: 1, full_name: 'shop/gitops' }
    const pull_request = { number, body, head: { ref: own.ref, repo, ...head }, base: { repo } }
    return step({
      event: { sender: { type: 'User' }, pull_request, ...event },
      env: { GITHUB_EVENT_NAME: 'pull_request_target' },
    })
  }

  it('a label is obeyed', async () => {
    const pull = pullOf(/prod$/)
    shop.github.label(pull.number, 'ada', 'tortoise/snooze-2w')
    const ended = await marked({ action: 'labeled', label: { name: 'tortoise/snooze-2w' } })
    expect(ended.status, ended.stdout).toBe(0)
    expect(pull.state).toBe('closed')
  })

  it.each([
    [
      'another label',
      { action: 'labeled', label: { name: 'urgent' } },
      {},
      /no label or check box of Tortoise/,
    ],
    [
      'another text with the same boxes',
      { action: 'edited', changes: { body: { from: '' } } },
      {},
      /no label/,
    ],
    ['our own edit', { action: 'closed', sender: { type: 'Bot' } }, {}, /a bot made the change/],
    [
      'the same branch name in a fork',
      { action: 'closed' },
      { repo: { id: 2, full_name: 'mallory/gitops' } },
      /is not a pull request of Tortoise/,
    ],
    [
      'the same branch name in a fork with the same owner and name',
      { action: 'closed' },
      { repo: { id: 2, full_name: 'shop/gitops' } },
      /is not a pull request of Tortoise/,
    ],
    ['a branch of a deleted fork', { action: 'closed' }, { repo: null }, /is not a pull request of Tortoise/],
    ['a branch of a person', { action: 'closed' }, { ref: 'feature' }, /is not a pull request of Tortoise/],
  ])('%s makes nothing run', async (_name, event, head, says) => {
    const before = writes()
    const ended = await marked(event, head)
    expect(ended, ended.stdout).toMatchObject({ status: 0, outputs: { changed: 'false' } })
    expect(ended.stdout).toMatch(says)
    expect(writes()).toBe(before)
  })
})
