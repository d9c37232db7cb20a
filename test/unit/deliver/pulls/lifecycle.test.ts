import { afterEach, describe, expect, it } from 'vitest'
import { readBlock } from '../../../../plugin/deliver/record/hidden-block.ts'
import type { GitHubLab } from '../../../lab/github-state.ts'
import { deployment, git } from '../lab.ts'
import { beginStory, type Story } from './story.ts'

const branch = 'tortoise/right-size'
let story: Story
const begin = async (lab: Partial<GitHubLab> = {}) => {
  story = await beginStory(lab)
}
afterEach(() => story.close())

const head = (ref = branch) => git(story.checkout.bare, ['rev-parse', ref])
const close = (number: number) => story.server.state.pulls.change(number, { state: 'closed' })
const first = async (to = 300) => (await story.run([{ to }])).pulls[0]

describe('a pull request', () => {
  it('has one commit on the base branch that changes nothing else in the tree', async () => {
    await begin()
    expect(await first()).toMatchObject({ action: 'opened', number: 1, branch })
    expect(story.cpu(branch)).toBe('300m')
    expect(git(story.checkout.bare, ['diff', '--name-only', 'main', branch])).toBe(deployment)
    const modes = (ref: string) =>
      git(story.checkout.bare, ['ls-tree', '-r', ref, '--', 'scripts', 'vendor', 'apps/current', 'apps/web'])
    expect(modes(branch)).toBe(modes('main'))
    expect(git(story.checkout.bare, ['rev-list', '--count', `main..${branch}`])).toBe('1')
    expect(git(story.checkout.bare, ['fsck', '--strict', '--no-dangling'])).toBe('')
  })

  it('stays unchanged when the run finds nothing new', async () => {
    await begin()
    await first()
    const before = story.writes().length
    expect(await first()).toMatchObject({ action: 'unchanged' })
    expect(story.writes()).toHaveLength(before)
  })

  it('stays unchanged while its value differs by less than `settle`', async () => {
    await begin()
    await first(300)
    expect(await first(310)).toMatchObject({ action: 'unchanged' })
    expect(story.cpu(branch)).toBe('300m')
  })

  it('is updated when its value changed', async () => {
    await begin()
    await first(300)
    expect(await first(400)).toMatchObject({ action: 'updated', number: 1 })
    expect(story.cpu(branch)).toBe('400m')
    expect(git(story.checkout.bare, ['rev-list', '--count', `main..${branch}`])).toBe('1')
  })

  it('is not rebuilt when other files of the base branch changed', async () => {
    await begin()
    await first()
    const before = head()
    story.person('main', 'notes.md', 'x\n')
    expect(await first()).toMatchObject({ action: 'unchanged' })
    expect(head()).toBe(before)
  })

  it('is rebuilt when its file changed on the base branch, so that it has no conflict', async () => {
    await begin()
    await first()
    const base = story.person(
      'main',
      deployment,
      '# new head\nresources:\n  requests:\n    cpu: 500m # tuned by hand\n',
    )
    expect(await first()).toMatchObject({ action: 'updated', number: 1 })
    expect(head(`${branch}^`)).toBe(base)
    expect(git(story.checkout.bare, ['show', `${branch}:${deployment}`])).toContain('# new head')
  })

  it('is no longer updated after somebody committed to its branch, and one comment says so', async () => {
    await begin()
    await first()
    const theirs = story.person(branch, 'notes.md', 'mine\n')
    expect(await first(400)).toMatchObject({ action: 'blocked' })
    expect(await first(400)).toMatchObject({ action: 'blocked' })
    expect(head()).toBe(theirs)
    expect(story.server.state.comments.get(1)).toHaveLength(1)
  })

  it('keeps a value that a reviewer edited, and after the merge the edit is a bound', async () => {
    await begin()
    await first(300)
    story.person(branch, deployment, '# api\nresources:\n  requests:\n    cpu: 420m # tuned by hand\n')
    expect(await first(300)).toMatchObject({ action: 'blocked' })
    git(story.checkout.dir, ['push', '--quiet', 'origin', `+origin/${branch}:main`])
    git(story.checkout.dir, ['fetch', '--quiet', 'origin'])
    git(story.checkout.bare, ['update-ref', 'refs/heads/main', head()])
    Object.assign(story.server.state.pulls.all[0] ?? {}, {
      state: 'closed',
      merged_at: '2026-03-01T05:00:00Z',
    })
    const after = await story.run([{ to: 300 }])
    expect(after).toMatchObject({ pulls: [], left: [expect.stringContaining('set by a person')] })
    expect(await first(600)).toMatchObject({ action: 'opened' })
  })

  it('declines its values when it is closed, until they change by more than `reconsider`', async () => {
    await begin()
    await first(300)
    close(1)
    expect(await story.run([{ to: 320 }])).toMatchObject({
      pulls: [],
      left: [expect.stringContaining('declined')],
    })
    expect(await first(200)).toMatchObject({ action: 'opened', number: 2 })
  })

  it('is opened again by `retry` of a user with push access only', async () => {
    await begin({ writers: ['ada'] })
    await first(300)
    close(1)
    story.later(1)
    story.server.say(1, 'mallory', '/tortoise retry')
    expect((await story.run([{ to: 300 }])).pulls).toEqual([])
    story.server.say(1, 'ada', '/tortoise retry')
    expect(await first(300)).toMatchObject({ action: 'opened' })
  })

  it('is reopened when its snooze ends', async () => {
    await begin({ writers: ['ada'] })
    await first(300)
    story.server.say(1, 'ada', 'not in this sprint\n\n/tortoise snooze 30d')
    const slept = await story.run([{ to: 300 }], { gone: 'snoozed by ada' })
    expect(slept.left).toEqual(['snoozed until 2026-03-31 by ada in #1'])
    expect(slept.pulls).toMatchObject([{ action: 'closed', number: 1 }])
    story.later(31)
    expect(await first(300)).toMatchObject({ action: 'reopened', number: 1 })
    expect(story.server.pulls).toHaveLength(1)
  })

  it.each([
    ['/tortoise ignore', 'ignored by ada in #1'],
    ['/tortoise ignore Deployment/api requests.cpu', 'ignored by ada in #1'],
    ['/tortoise pin 500m', 'pinned at 500m by ada in #1'],
  ])('obeys %s', async (said, reason) => {
    await begin({ writers: ['ada'] })
    await first(300)
    story.server.say(1, 'ada', said)
    expect((await story.run([{ to: 300 }], { gone: reason })).left).toEqual([reason])
  })

  it('is closed with one comment that gives the reason, and reopened instead of opened twice', async () => {
    await begin()
    await first(300)
    const gone = 'the current values are within the tolerance'
    expect((await story.run([], { gone })).pulls).toMatchObject([{ action: 'closed', reason: gone }])
    expect(story.server.state.comments.get(1)).toMatchObject([{ body: expect.stringContaining(gone) }])
    expect(readBlock(story.server.pulls[0]?.body ?? '')).toMatchObject({ closed: gone })
    expect(await first(250)).toMatchObject({ action: 'reopened', number: 1 })
    expect(story.server.pulls).toHaveLength(1)
    expect(story.cpu(branch)).toBe('250m')
  })

  it('stays open when the run cannot determine whether its values are still needed', async () => {
    await begin()
    await first()
    expect((await story.run([])).pulls).toMatchObject([{ action: 'unchanged' }])
    expect(story.server.pulls).toMatchObject([{ state: 'open' }])
  })

  it('is not opened again after its merge was reverted', async () => {
    await begin()
    await first(300)
    story.server.state.pulls.merge(1)
    expect((await story.run([{ to: 300 }])).pulls).toEqual([])
    story.person('main', deployment, '# api\nresources:\n  requests:\n    cpu: 500m # tuned by hand\n')
    expect((await story.run([{ to: 300 }])).left).toEqual(['reverted by a person after #1'])
    expect(await first(150)).toMatchObject({ action: 'opened', number: 2 })
  })

  it('is replaced by one for the new owners when CODEOWNERS changed', async () => {
    await begin()
    await story.run([{ to: 300, scope: 'prod team-a' }])
    const { pulls } = await story.run([{ to: 300, scope: 'prod team-b' }], {
      gone: 'another pull request contains its values',
    })
    expect(pulls.map(({ action }) => action)).toEqual(['closed', 'opened'])
    expect(story.server.pulls.filter(({ state }) => state === 'open')).toMatchObject([
      { head: { ref: expect.stringContaining('prod-team-b') } },
    ])
  })
})

describe('sixty wanted pull requests', () => {
  it('result in ten open ones and a queue, and a second run opens no more', async () => {
    await begin()
    for (let nth = 0; nth < 60; nth += 1)
      git(story.checkout.dir, [
        'update-index',
        '--add',
        '--cacheinfo',
        `100644,${git(story.checkout.dir, ['rev-parse', `HEAD:${deployment}`])},apps/w${nth}/deployment.yaml`,
      ])
    git(story.checkout.dir, ['commit', '--quiet', '--message', 'sixty'])
    git(story.checkout.dir, ['push', '--quiet', 'origin', 'main'])
    const wants = Array.from({ length: 60 }, (_, nth) => ({ to: 300, name: `w${nth}`, scope: `w${nth}` }))
    for (const _ of [1, 2]) {
      const { pulls } = await story.run(wants)
      expect(pulls.filter(({ action }) => action === 'queued')).toHaveLength(50)
      expect(story.server.pulls).toHaveLength(10)
    }
    story.server.state.pulls.merge(1)
    const capped = await story.run(wants, { options: { maxNewPerHour: 10 } })
    expect(capped.pulls.filter(({ action }) => action === 'opened')).toHaveLength(0)
  })
})

describe('the hourly limit', () => {
  it('opens as many pull requests in the next hour, and the rest stay in the queue', async () => {
    await begin()
    const { dir } = story.checkout
    const blob = git(dir, ['rev-parse', `HEAD:${deployment}`])
    const entries = Array.from({ length: 8 }, (_, nth) => `100644 ${blob}\tapps/w${nth}/deployment.yaml\n`)
    git(dir, ['update-index', '--index-info'], entries.join(''))
    git(dir, ['commit', '--quiet', '--message', 'eight'])
    git(dir, ['push', '--quiet', 'origin', 'main'])
    const wants = Array.from({ length: 8 }, (_, nth) => ({ to: 300, name: `w${nth}`, scope: `w${nth}` }))
    const opened = async (): Promise<number> => {
      const { pulls } = await story.run(wants, { options: { maxNewPerHour: 3 } })
      return pulls.filter(({ action }) => action === 'opened').length
    }
    expect([await opened(), await opened()]).toEqual([3, 0])
    story.later(1 / 12)
    expect([await opened(), await opened()]).toEqual([3, 0])
    story.later(1 / 12)
    expect(await opened()).toBe(2)
  })
})

describe('two hundred workloads', () => {
  it('need at most 25 requests for one pull request, and the next run writes nothing', async () => {
    await begin()
    const { dir } = story.checkout
    const blob = git(dir, ['rev-parse', `HEAD:${deployment}`])
    const entries = Array.from({ length: 200 }, (_, nth) => `100644 ${blob}\tapps/w${nth}/deployment.yaml\n`)
    git(dir, ['update-index', '--index-info'], entries.join(''))
    git(dir, ['commit', '--quiet', '--message', 'two hundred'])
    git(dir, ['push', '--quiet', 'origin', 'main'])
    const wants = Array.from({ length: 200 }, (_, nth) => ({ to: 300, name: `w${nth}` }))
    const how = { options: { labels: ['resources'], checks: true } }
    expect((await story.run(wants, how)).pulls).toMatchObject([{ action: 'opened', number: 1 }])
    expect(story.server.requests.length).toBeLessThanOrEqual(25)
    const before = story.writes().length
    expect((await story.run(wants, how)).pulls).toMatchObject([{ action: 'unchanged' }])
    expect(story.writes()).toHaveLength(before)
    expect(git(story.checkout.bare, ['diff', '--name-only', 'main', branch]).split('\n')).toHaveLength(200)
  })
})

describe('auto-merge', () => {
  it.each([
    ['is armed while the branch rules are not met', {}, 'armed'],
    ['merges at once when no check is pending', { state: 'CLEAN' as const }, 'merged'],
    ['enters the merge queue if the branch has one', { state: 'CLEAN' as const, queue: true }, 'queued'],
    ['is refused if the repository does not allow it', { autoMerge: false }, 'refused'],
  ])('%s', async (_name, merge, merging) => {
    await begin({ merge })
    const { pulls } = await story.run([{ to: 300 }], { autoMerge: true })
    expect(pulls).toMatchObject([{ action: 'opened', merging }])
  })
})

describe('a token', () => {
  it('without a needed permission stops the run and names the permission', async () => {
    await begin({ permissions: { contents: 'read' } })
    await expect(first()).rejects.toMatchObject({
      problems: [{ code: 'forge.refused', hint: expect.stringContaining('contents: write') }],
    })
    expect(story.server.pulls).toEqual([])
  })

  it('that expires during the run is renewed', async () => {
    let asked = 0
    await begin({
      before: () => {
        asked += 1
        return asked === 4 ? { status: 401, data: { message: 'Bad credentials' } } : undefined
      },
    })
    expect(await first()).toMatchObject({ action: 'opened' })
  })
})
