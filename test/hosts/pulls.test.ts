import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, manifestOf, type PullStory, pathOf } from './pull-story.ts'

const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 100, uses: 300 }
let story: PullStory
const begin = async (more: Partial<Parameters<typeof beginPulls>[0]> = {}) => {
  story = await beginPulls({ loads: [api, web], ...more })
}
afterEach(() => story.close())

const branch = 'tortoise/right-size-prod'
const cpu = (ref: string, name = 'api') =>
  /cpu: (\S+)/.exec(story.git('show', `${ref}:${pathOf({ name })}`))?.[1]
const pull = (number: number) => {
  const found = story.server.pulls[number - 1]
  if (found === undefined) throw new Error(`there is no #${number}`)
  return found
}
const set = (number: number, patch: object) => story.server.state.pulls.change(number, patch)
const said = (number: number) =>
  (story.server.state.comments.get(number) ?? []).map(({ body }) => body).join('\n')

/** Closed pull requests of others, updated after those of the story. */
function othersClose(count: number): void {
  const [mine] = story.server.pulls
  if (mine === undefined) throw new Error('there is no pull request')
  const [before, now] = [new Date(Date.now() - 3_600_000).toISOString(), new Date().toISOString()]
  for (const one of story.server.pulls) Object.assign(one, { updated_at: before })
  const all = story.server.pulls as (typeof mine)[]
  for (let nth = 0; nth < count; nth += 1)
    all.push({
      ...mine,
      number: 1000 + nth,
      body: 'a change of somebody',
      state: 'closed',
      head: { ...mine.head, ref: `feature/${nth}`, label: `acme:feature/${nth}` },
      updated_at: now,
      closed_at: now,
    })
}

describe('decisions in a busy repository', () => {
  it.each([250, 10_000])(
    'count after %i pull requests of others, with few requests',
    async (count) => {
      await begin()
      await story.pulls()
      set(1, { state: 'closed' })
      expect(await story.pulls()).toEqual([])
      othersClose(count)
      const before = story.server.requests.length
      expect(await story.pulls()).toEqual([])
      expect(story.server.requests.length - before).toBeLessThan(20)
    },
    60_000,
  )
})

describe('a pull request of the program', () => {
  it('is proposed, and unchanged by a run that finds nothing new', async () => {
    await begin()
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 1, branch }])
    expect([cpu(branch), cpu(branch, 'web')]).toEqual(['250m', expect.stringMatching(/^3\d0m$/)])
    const before = story.server.requests.filter(({ method }) => method !== 'GET').length
    expect(await story.pulls()).toMatchObject([{ action: 'unchanged', number: 1 }])
    expect(story.server.requests.filter(({ method }) => method !== 'GET')).toHaveLength(before)
  })

  it('is parted when a person asks for a split, and each part is proved by itself', async () => {
    await begin()
    await story.pulls()
    story.server.say(1, 'acme', '/tortoise split Deployment/web')
    expect(await story.pulls()).toMatchObject([
      { action: 'updated', number: 1 },
      { action: 'opened', number: 2 },
    ])
    const names = (ref: string) => story.git('diff', '--name-only', 'main', ref)
    expect([names(branch), names(pull(2).head.ref)]).toEqual([pathOf(api), pathOf(web)])
  })

  it.each([
    ['the label', () => story.server.label(1, 'acme', 'tortoise/snooze-30d')],
    [
      'the box',
      () =>
        set(1, {
          body: (pull(1).body ?? '').replace('- [ ] <!-- /tortoise snooze', '- [x] <!-- /tortoise snooze'),
        }),
    ],
  ])('is snoozed by %s for days from then on, however old it is', async (_name, mark) => {
    await begin()
    await story.pulls()
    Object.assign(pull(1), { created_at: '2020-01-01T00:00:00Z' })
    mark()
    expect(await story.pulls()).toMatchObject([
      { action: 'closed', number: 1, reason: expect.stringContaining('snoozed until') },
    ])
    expect(said(1)).toContain('snoozed until')
    expect(await story.pulls()).toEqual([])
    for (const event of story.server.state.pulls.events.get(1) ?? [])
      event.created_at = '2020-01-01T00:00:00Z'
    Object.assign(pull(1), { closed_at: '2020-01-01T00:00:00Z' })
    expect(await story.pulls()).toMatchObject([{ action: 'reopened', number: 1 }])
    expect(pull(1).body).not.toContain('- [x]')
  })

  it('that a person closed and opened again goes on', async () => {
    await begin()
    await story.pulls()
    set(1, { state: 'closed' })
    expect(await story.pulls()).toEqual([])
    set(1, { state: 'open' })
    story.see([{ ...api, uses: 400 }, web])
    expect(await story.pulls()).toMatchObject([{ action: 'updated', number: 1 }])
    expect(story.server.pulls).toHaveLength(1)
  })

  it('that we closed and a person opened again is left to them, red', async () => {
    await begin({ deliver: '  pullRequests: { checks: true }' })
    await story.pulls()
    story.see([
      { ...api, uses: 470 },
      { ...web, uses: 94 },
    ])
    expect(await story.pulls()).toMatchObject([
      { action: 'closed', reason: 'the current values are within the tolerance' },
    ])
    set(1, { state: 'open' })
    expect(await story.pulls()).toMatchObject([
      { action: 'blocked', number: 1, reason: expect.stringContaining('reopened it') },
    ])
    expect(pull(1).state).toBe('open')
    const shown = story.server.state.statuses.get(pull(1).head.sha)
    expect(shown?.find(({ context }) => context === 'tortoise/freshness')).toMatchObject({
      state: 'failure',
      description: 'the current values are within the tolerance',
    })
    expect(story.server.state.comments.get(1)).toHaveLength(1)
  })

  it('is closed when a person made the change on the base', async () => {
    await begin({ loads: [api] })
    await story.pulls()
    story.commit({ [pathOf(api)]: manifestOf({ name: 'api', asks: 250 }) })
    story.see([{ ...api, uses: 225 }])
    expect(await story.pulls()).toMatchObject([
      { action: 'closed', reason: 'the base branch already has these values' },
    ])
  })

  it('is closed when its workload is gone', async () => {
    await begin({ loads: [api] })
    await story.pulls()
    story.commit({
      [pathOf(api)]: '# retired\n',
      'prod/other.yaml': manifestOf({ name: 'other', asks: 100 }),
    })
    expect(await story.pulls()).toMatchObject([
      { action: 'closed', reason: 'the workload or the field no longer exists' },
    ])
  })

  it('follows its values to their new owners', async () => {
    await begin({ files: { CODEOWNERS: 'prod/ @acme/shop\n' } })
    await story.pulls()
    story.commit({ CODEOWNERS: 'prod/ @acme/payments\n' })
    expect((await story.pulls()).map(({ action, scope, reason }) => [action, scope, reason])).toEqual([
      ['closed', 'prod acme/shop', 'another pull request contains its values'],
      ['opened', 'prod acme/payments', undefined],
    ])
  })

  it('lets its values rest after the merge, even if another message replaced its own', async () => {
    await begin({ loads: [api] })
    await story.pulls()
    story.server.state.pulls.merge(1, { commit_title: 'sizes', commit_message: 'by the team' })
    expect(cpu('main')).toBe('250m')
    expect(await story.pulls()).toEqual([])
  })

  it('merged and reverted by a person is a decision; retry takes it back; a second revert stops the loop', async () => {
    await begin({ loads: [api], settings: 'recommend: { restDays: 0 }' })
    const revert = () => story.commit({ [pathOf(api)]: manifestOf(api) }, 'Revert "right-size"')
    const left = async () => JSON.parse((await story.run()).stdout).skipped[0]?.reason
    await story.pulls()
    story.server.state.pulls.merge(1)
    expect(cpu('main')).toBe('250m')
    revert()
    expect(await left()).toBe('reverted by a person after #1')
    story.server.say(1, 'acme', '/tortoise retry')
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
    story.server.state.pulls.merge(2)
    revert()
    expect(await left()).toBe('reverted by a person after #2')
    story.commit({ [pathOf(api)]: manifestOf({ name: 'api', asks: 480 }) })
    expect(await left()).toMatch(/^flips: #2 set it to this value/)
  })
})
