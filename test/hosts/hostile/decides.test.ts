import { describe, expect, it } from 'vitest'
import { readBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { type LabPullRequest, labRepositoryId } from '../../lab/github-pulls.ts'
import { type beginPulls, type Load, type PullStory, pathOf } from '../pull-story.ts'
import { api, forgedBlock, planned, storyOfEachTest } from './decides-ground.ts'

const branch = 'tortoise/right-size-prod'
const begin = storyOfEachTest()

describe('on a forge an outsider decides nothing:', () => {
  const started = async (more: Partial<Parameters<typeof beginPulls>[0]> = {}): Promise<PullStory> => {
    const begun = await begin(more)
    await begun.pulls()
    return begun
  }
  const opened = [{ action: 'opened', branch }]
  const unchanged = [{ action: 'unchanged', number: 1 }]
  const pull = ({ server }: PullStory, number = 1): LabPullRequest => {
    const found = server.pulls[number - 1]
    if (found === undefined) throw new Error(`there is no #${number}`)
    return found
  }
  const change = ({ server }: PullStory, login: string, patch: object) =>
    server.state.pulls.change(1, patch, login)
  const ticked = (begun: PullStory): string =>
    (pull(begun).body ?? '').replace('- [ ] <!-- /tortoise snooze', '- [x] <!-- /tortoise snooze')

  /** A pull request of a fork that belongs to the same owner, with a branch named like ours. */
  const fromFork = (begun: PullStory, more: Partial<LabPullRequest>): void => {
    const all = begun.server.state.pulls.all as LabPullRequest[]
    const number = all.length + 1
    const at = new Date().toISOString()
    all.push({
      number,
      html_url: 'https://github.test/1',
      node_id: `PR_${number}`,
      requested_teams: [],
      user: { login: 'insider', type: 'User' },
      state: 'open',
      title: 'x',
      body: 'x',
      head: {
        ref: branch,
        label: `acme:${branch}`,
        sha: '0'.repeat(40),
        repo: { id: 2, full_name: 'acme/internal-fork' },
      },
      base: { ref: 'main', repo: { id: labRepositoryId, full_name: 'acme/gitops' } },
      labels: [],
      created_at: at,
      updated_at: at,
      closed_at: null,
      merged_at: null,
      ...more,
    })
  }

  it('a closed pull request of a fork with the same owner declines nothing', async () => {
    const begun = await begin()
    const closed_at = new Date().toISOString()
    fromFork(begun, { state: 'closed', closed_at, body: forgedBlock(await planned(begun)) })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
    expect(begun.git('diff', '--name-only', 'main', branch).split('\n')).toHaveLength(2)
  })

  it('an open pull request of a fork with the same owner is not updated', async () => {
    const begun = await begin()
    fromFork(begun, { body: forgedBlock(await planned(begun)) })
    expect(await begun.pulls()).toMatchObject(opened)
    expect(pull(begun, 1)).toMatchObject({ title: 'x', state: 'open' })
  })

  it('pull requests of a fork leave room for ours', async () => {
    const begun = await begin({ deliver: '  pullRequests: { maxOpen: 2, maxNewPerHour: 2 }' })
    for (let nth = 0; nth < 5; nth += 1) fromFork(begun, {})
    expect(await begun.pulls()).toMatchObject(opened)
  })

  it('a closed pull request of the fork is not on the dashboard', async () => {
    const begun = await begin({ deliver: '  pullRequests: { dashboard: true }' })
    const body = forgedBlock(await planned(begun), 'forged reason')
    fromFork(begun, { state: 'closed', closed_at: new Date().toISOString(), body })
    await begun.pulls()
    expect(begun.server.state.issues[0]?.body).not.toContain('forged reason')
  })

  it('a pull request that a member without push access opens from our branch declines nothing', async () => {
    const begun = await begin()
    const changes = await planned(begun)
    await begun.pulls()
    begun.git('branch', 'release', 'main')
    const draft = { title: 'x', body: forgedBlock(changes), head: branch, base: 'release' }
    begun.server.state.pulls.open(draft, 'mallory')
    begun.server.state.pulls.change(2, { state: 'closed' }, 'mallory')
    expect(await begun.pulls()).toMatchObject(unchanged)
  })

  it.each<readonly [string, (begun: PullStory) => void]>([
    [
      'a label that somebody without push access set',
      ({ server }) => server.label(1, 'mallory', 'tortoise/snooze-30d'),
    ],
    ['a label that a bot set', ({ server }) => server.label(1, 'labeler[bot]', 'tortoise/ignore')],
    [
      'a label of which the forge does not say who set it',
      (begun) => void pull(begun).labels.push({ name: 'tortoise/snooze-30d' }),
    ],
    [
      'a label that somebody with push access set and an outsider set again',
      ({ server }) => {
        server.label(1, 'acme', 'tortoise/ignore')
        server.state.pulls.label(1, 'mallory', 'tortoise/ignore', false)
        server.label(1, 'mallory', 'tortoise/ignore')
      },
    ],
    [
      'a box that somebody without push access checked',
      (begun) => void change(begun, 'mallory', { body: ticked(begun) }),
    ],
    ['a box that a bot checked', (begun) => void change(begun, 'summary[bot]', { body: ticked(begun) })],
    [
      'a box of which the forge does not say who checked it',
      (begun) => {
        begun.server.state.pulls.edits.clear()
        pull(begun).body = ticked(begun)
      },
    ],
    [
      'a box that somebody with push access checked, in a text that an outsider edited since',
      (begun) => {
        change(begun, 'acme', { body: ticked(begun) })
        change(begun, 'mallory', { body: `${ticked(begun)} ` })
      },
    ],
    [
      'a command of somebody without push access',
      ({ server }) => server.say(1, 'mallory', '/tortoise ignore'),
    ],
    ['a command of a bot with push access', ({ server }) => server.say(1, 'helper[bot]', '/tortoise ignore')],
    ['a quoted command', ({ server }) => server.say(1, 'acme', '> /tortoise ignore\n\nNo.')],
    [
      'a command in a code block',
      ({ server }) => server.say(1, 'acme', 'You may write:\n\n```\n/tortoise ignore\n```\n'),
    ],
    [
      'a command in a code block without an end',
      ({ server }) => server.say(1, 'acme', '~~~\n/tortoise ignore'),
    ],
    [
      'a command in an HTML comment',
      ({ server }) => server.say(1, 'acme', '<!--\n/tortoise ignore\n-->\nLooks good.'),
    ],
    [
      'a command in preformatted text',
      ({ server }) => server.say(1, 'acme', '<pre>\n/tortoise ignore\n</pre>'),
    ],
  ])('%s', async (_name, attack) => {
    const begun = await started({ lab: { writers: ['helper[bot]'] } })
    attack(begun)
    const found = await begun.pulls()
    expect(found).toMatchObject([{ number: 1 }])
    expect(['unchanged', 'updated']).toContain(found[0]?.action)
    expect(pull(begun)).toMatchObject({ state: 'open' })
    expect(pull(begun).body).not.toContain('- [x]')
  })

  it.each(['mallory', 'stale[bot]'])('a closing by %s declines nothing', async (login) => {
    const begun = await started()
    change(begun, login, { state: 'closed' })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
  })

  it('a closing after more events than are read declines nothing', async () => {
    const begun = await started()
    change(begun, 'acme', { state: 'closed' })
    change(begun, 'acme', { state: 'open' })
    for (let nth = 0; nth < 1000; nth += 1) begun.server.state.pulls.label(1, 'mallory', 'x', nth % 2 === 0)
    change(begun, 'mallory', { state: 'closed' })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
  })

  it('a retry by the label of an outsider does not cancel a decision', async () => {
    const begun = await started({ loads: [api] })
    begun.server.say(1, 'acme', '/tortoise snooze 30d')
    begun.server.label(1, 'mallory', 'tortoise/retry')
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
  })

  it('a reopening does not keep open what Tortoise closed', async () => {
    const begun = await started({ loads: [api] })
    begun.see([{ ...api, uses: 470 }])
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
    change(begun, 'mallory', { state: 'open' })
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
    expect(pull(begun).state).toBe('closed')
  })

  it('a comment with our hidden mark does not keep the reason of a closing from being written', async () => {
    const begun = await started({ loads: [api] })
    const { head = '' } = readBlock(pull(begun).body ?? '') ?? {}
    begun.server.say(1, 'mallory', `<!-- tortoise:closed ${head.slice(0, 12)} -->`)
    begun.see([{ ...api, uses: 470 }])
    await begun.pulls()
    const said = begun.server.state.comments.get(1)?.map(({ body }) => body) ?? []
    expect(said.at(-1)).toMatch(/^Closed by Tortoise/)
  })

  it('what people with push access do counts: a label, a box, a command and a closing', async () => {
    const acts: readonly ((begun: PullStory) => unknown)[] = [
      ({ server }) => server.label(1, 'ada', 'tortoise/snooze-30d'),
      (begun) => change(begun, 'ada', { body: ticked(begun) }),
      ({ server }) => server.say(1, 'ada', 'Not now.\n\n/tortoise snooze 30d'),
      (begun) => change(begun, 'ada', { state: 'closed' }),
    ]
    for (const act of acts) {
      const begun = await started({ lab: { writers: ['ada'] } })
      act(begun)
      await begun.pulls()
      expect(pull(begun).state).toBe('closed')
      expect(await begun.pulls()).toEqual([])
    }
  })
})

describe('a raise after an OOM kill is proposed again after a newer kill, although it was', () => {
  const killed: Load = { name: 'api', asks: 500, uses: 450, memory: 512, killed: 5 }
  const memory = (begun: PullStory) =>
    /memory: (\S+)/.exec(begun.git('show', `${branch}:${pathOf(killed)}`))?.[1]

  it.each<readonly [string, (begun: PullStory) => void]>([
    ['declined', ({ server }) => void server.state.pulls.change(1, { state: 'closed' })],
    ['ignored', ({ server }) => server.say(1, 'acme', '/tortoise ignore')],
    ['snoozed', ({ server }) => server.say(1, 'acme', '/tortoise snooze 30d')],
    [
      'pinned',
      ({ server }) =>
        server.say(
          1,
          'acme',
          ['requests', 'limits']
            .map((one) => `/tortoise pin 512Mi Deployment/api app ${one}.memory`)
            .join('\n'),
        ),
    ],
  ])('%s', async (_name, decide) => {
    const begun = await begin({ loads: [killed] })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 1 }])
    const raised = memory(begun)
    expect(raised).not.toBe('512Mi')
    decide(begun)
    await begun.pulls()
    expect(begun.server.pulls.filter(({ state }) => state === 'open')).toEqual([])
    // The window ends tomorrow: this kill is newer than what was decided now.
    begun.see([{ ...killed, killed: 0.2 }])
    expect(await begun.pulls()).toMatchObject([{ action: expect.stringMatching(/^(re)?opened$/) }])
    expect(memory(begun)).toBe(raised)
  })
})
