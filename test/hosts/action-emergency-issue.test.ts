import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { git, read } from './program.ts'
import { hasNode24, type Step } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeEach(async () => {
  shop = await openShop({ token: 'ghs_issue-token-0000000000000000000000000', writers: ['ada'] })
})
afterEach(() => shop.close())

interface FormField {
  readonly attributes: { readonly label: string }
}

/** What GitHub writes when the form of the docs is sent with some fields filled. */
function formWith(answers: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL('../../docs/examples/issue-forms/emergency.yml', import.meta.url), 'utf8')
  const { body } = parse(text) as { readonly body: readonly FormField[] }
  const labels = body.map(({ attributes: { label } }) => label)
  expect(labels).toEqual(expect.arrayContaining(Object.keys(answers)))
  return labels.map((label) => `### ${label}\n\n${answers[label] ?? '_No response_'}`).join('\n\n')
}

const form = formWith({ Workloads: 'shop/Deployment/catalog', Cluster: 'prod', For: '4h' })

interface Labelled {
  readonly action?: string
  readonly body?: string | null
  readonly login?: string
  readonly type?: 'User' | 'Bot'
  readonly label?: string
  readonly labels?: readonly string[]
  readonly mode?: string
  /** Who wrote the issue, and who edited its text last. */
  readonly author?: string
  readonly editor?: string
  readonly state?: 'open' | 'closed'
  readonly inputs?: Readonly<Record<string, string>>
}

/** A person labels an issue, and the workflow runs. */
function label({ action = 'labeled', body = form, ...given }: Labelled = {}): Promise<Step> {
  const { login = 'ada', type = 'User', label: name = 'tortoise/emergency', labels = [name] } = given
  const { author = 'ada', editor, state = 'open', mode = 'direct', inputs } = given
  const event = {
    action,
    sender: { login, type },
    issue: {
      ...{ number: 7, title: 'Flash sale', body, state, user: { login: author, type: 'User' } },
      labels: labels.map((one) => ({ name: one })),
    },
    ...(action.endsWith('labeled') ? { label: { name } } : {}),
  }
  if (editor !== undefined)
    shop.github.state.issueEdits.set(7, { login: editor, at: new Date().toISOString() })
  return shop.step(
    { mode, 'github-token': shop.token, ...inputs },
    { event, env: { GITHUB_EVENT_NAME: 'issues' }, clone: [] },
  )
}

const file = 'apps/overlays/prod/catalog-hpa.yaml'
const minimum = (): string | undefined =>
  /minReplicas: (\d+)/.exec(git(shop.bare, 'show', `main:${file}`))?.[1]
const replies = (): readonly string[] => (shop.github.state.comments.get(7) ?? []).map(({ body }) => body)

describe.skipIf(!hasNode24)('an issue with the label tortoise/emergency', () => {
  it('raises the workloads that its form names, says so, and ends when it is closed', async () => {
    const begun = await label()
    expect(begun, begun.stdout).toMatchObject({ status: 0 })
    expect(minimum()).toBe('12')
    const message = git(shop.bare, 'log', '-1', '--format=%B', 'main')
    expect(message).toContain('Flash sale (issue 7)')
    expect(message).toMatch(/^Tortoise-Emergency: until \d{4}-/m)
    expect(replies()).toEqual([
      expect.stringMatching(
        /^Begun by ada, until \d{4}-.*: 1 value raised\. Commit `\w{10}` on `main`\.\n\n- prod .*`Deployment\/catalog` hpa\.minReplicas: `3` → \*\*`12`\*\*\n\n<!-- tortoise:1 \S+ -->$/,
      ),
    ])
    // What the text says by then does not matter.
    const ended = await label({ action: 'closed', body: 'namespaces: payments <b>', editor: 'eve' })
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    expect(minimum()).toBe('6')
    expect(replies()[1]).toMatch(/^Ended by ada\. [\s\S]*: `12` → \*\*`6`\*\*\n\n<!--/)
  })

  it('is ended once, and not by another issue of the same workload', async () => {
    await label()
    shop.github.state.comments.set(8, shop.github.state.comments.get(7) ?? [])
    shop.github.state.comments.set(7, [{ user: { login: 'eve' }, body: replies()[0] ?? '', created_at: '' }])
    const other = await label({ action: 'closed' })
    expect(other.stdout).toContain('no emergency is on that Tortoise began for #7')
    expect(minimum()).toBe('12')
    shop.github.state.comments.set(7, shop.github.state.comments.get(8) ?? [])
    await label({ action: 'closed' })
    const again = await label({ action: 'unlabeled', labels: [] })
    expect(again.stdout).toContain('no emergency is on that Tortoise began for #7')
    expect(minimum()).toBe('6')
  })

  it('that is closed after its emergency ended gets that as the answer', async () => {
    await label()
    const checkout = join(shop.root, 'by-hand')
    git(shop.root, 'clone', '--quiet', shop.bare, checkout)
    writeFileSync(join(checkout, file), read(checkout, file).replace('minReplicas: 12', 'minReplicas: 3'))
    git(checkout, 'commit', '--quiet', '--all', '--message=by hand')
    git(checkout, 'push', '--quiet', 'origin', 'HEAD:main')
    const ended = await label({ action: 'closed' })
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    expect(replies()[1]).toMatch(/^It is over already\./)
  })

  it('names what was not raised', async () => {
    const body = 'workloads: shop/Deployment/catalog\n  shop/StatefulSet/mailer\n**Cluster:** prod'
    const begun = await label({ body })
    expect(begun, begun.stdout).toMatchObject({ status: 0 })
    expect(replies()[0]).toMatch(/Not raised:\n\n- StatefulSet\/mailer has no HPA in Git/)
  })

  it.each<[string, Labelled]>([
    ['somebody who may not push wrote', { author: 'eve' }],
    ['somebody who may not push edited', { editor: 'eve' }],
  ])('whose text %s begins nothing, and says so', async (_, given) => {
    expect((await label(given)).status).toBe(1)
    expect(replies()).toEqual([expect.stringContaining('is by eve, who may not push')])
    expect(minimum()).toBe('3')
  })

  it('is read from lines too, and opens a pull request in that mode', async () => {
    const body = 'The sale is on!\r\n\r\n- workloads: `shop/Deployment/catalog`\r\n- cluster: prod\r\n'
    const begun = await label({ body, mode: 'pull-request' })
    expect(begun, begun.stdout).toMatchObject({ status: 0 })
    expect(shop.github.pulls.map(({ title }) => title)).toEqual([expect.stringContaining('emergency')])
    const number = shop.github.pulls[0]?.number
    expect(replies()[0]).toContain(`Waits for a merge: [#${number}]`)
    const ended = await label({ action: 'unlabeled', body, mode: 'pull-request' })
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    expect(shop.github.pulls.map(({ state }) => state)).toEqual(['closed'])
    expect(replies()[1]).toContain(`Closed without a merge: [#${number}]`)
  })

  it('is a commit that waits on its own branch in mode commit', async () => {
    const begun = await label({ mode: 'commit' })
    expect(begun, begun.stdout).toMatchObject({ status: 0 })
    expect(replies()[0]).toMatch(/on `tortoise\/emergency-\S+` waits for a merge\./)
    expect(minimum()).toBe('3')
  })

  it('begins although no comment may be written', async () => {
    await shop.close()
    const token = 'ghs_silent-token-00000000000000000000000000'
    shop = await openShop({ token, writers: ['ada'], permissions: { pull_requests: 'read', issues: 'read' } })
    const begun = await label()
    expect(begun, begun.stdout).toMatchObject({ status: 0 })
    expect([minimum(), replies()]).toEqual(['12', []])
    expect(begun.stdout).toContain('issues: write')
  })

  it('that names nothing that is known gets the problem and how to write it, and the step fails', async () => {
    const ended = await label({ body: 'workloads: shop/Deployment/nothing\nEverything is down' })
    expect(ended.status).toBe(1)
    expect(replies()).toEqual([expect.stringContaining('could not begin the emergency')])
    expect(replies()[0]).toContain('`workloads: shop/Deployment/web`')
    expect((await label({ body: null })).stdout).toContain('the emergency names no workload')
    const hidden = await label({ body: `${form}\n<!--\nworkloads: shop/Deployment/cart\n-->` })
    expect(hidden.stdout).toContain('has HTML, which may hide what it names')
    expect((await label({ inputs: { workloads: 'shop/Deployment/web' } })).stdout).toContain(
      'the inputs workloads and namespaces cannot be used for an issue',
    )
    expect(minimum()).toBe('3')
  })

  it('of another repository than the one that is changed begins nothing', async () => {
    await shop.close()
    const settings = 'deliver: { github: { repository: shop/other, tokenEnv: GITHUB_TOKEN } }\n'
    const files = { '.github/tortoise-operator.yaml': settings }
    shop = await openShop({ token: 'ghs_other-token-0000000000000000000000000', writers: ['ada'], files })
    expect((await label()).stdout).toContain(
      'the issue is of shop/gitops, and deliver.github.repository is shop/other',
    )
    expect(shop.github.requests).toEqual([])
  })

  it.each<[string, Labelled, RegExp]>([
    ['who may not push', { login: 'eve' }, /eve has no push access/],
    ['a bot', { type: 'Bot' }, /a bot made the change/],
    ['another label', { label: 'bug' }, /not about the label/],
    [
      'another label of a labelled issue',
      { label: 'bug', labels: ['bug', 'tortoise/emergency'] },
      /not about/,
    ],
    ['a label on a closed issue', { state: 'closed' }, /#7 is closed/],
    ['an edit of its text', { action: 'edited' }, /not about the label/],
    ['an issue without the label that is closed', { action: 'closed', labels: [] }, /not about the label/],
  ])('by %s begins and ends nothing', async (_, given, why) => {
    const before = shop.github.requests.filter(({ method }) => method !== 'GET').length
    const ended = await label(given)
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    expect(ended.stdout).toMatch(why)
    expect([minimum(), replies()]).toEqual(['3', []])
    expect(shop.github.requests.filter(({ method }) => method !== 'GET').length).toBe(before)
  })
})
