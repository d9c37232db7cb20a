import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, type PullStory, pathOf } from './pull-story.ts'

/** It requests 1 GiB and uses 200 MiB, so its memory is lowered; CPU stays. */
const api: Load = { name: 'api', asks: 120, uses: 100, memory: 1024, usesMemory: 200 }
const web: Load = { name: 'web', asks: 500, uses: 100 }
const branch = 'tortoise/right-size-prod'
let story: PullStory
afterEach(() => story.close())

const memory = (ref: string): readonly string[] =>
  [...story.git('show', `${ref}:${pathOf(api)}`).matchAll(/memory: (\S+)/g)].map(([, text = '']) => text)
const comments = (number: number): readonly string[] =>
  (story.server.state.comments.get(number) ?? []).map(({ body = '' }) => body)
const bodyOf = (number: number): string => story.server.pulls[number - 1]?.body ?? ''

/** A pull request that lowers the memory of api, merged: the window of its evidence ends a day after that. */
async function merged(settings = '', loads: readonly Load[] = [api]): Promise<void> {
  story = await beginPulls({ loads, settings })
  expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 1, branch }])
  story.server.state.pulls.merge(1)
}

describe('a merged change after which containers are killed', () => {
  it('is taken back by one urgent pull request, with figures, and is not proposed again', async () => {
    await merged()
    const [lowered] = memory('main')
    expect(lowered).not.toBe('1024Mi')
    story.see([{ ...api, killed: 0.3, usesMemory: 300 }])
    const [opened, ...rest] = await story.pulls()
    expect(rest).toEqual([])
    expect(opened).toMatchObject({ action: 'opened', number: 2, scope: 'take back prod shop Deployment/api' })
    expect(memory(opened?.branch ?? '')).toEqual(['1024Mi', '1024Mi'])
    expect(story.server.pulls[1]?.title).toBe(
      'fix(resources): take back values of Deployment/api that did harm: raise 2',
    )
    expect(bodyOf(2)).toContain('because the last change did harm')
    expect(bodyOf(2)).toContain(`Tortoise changed it from 1024Mi to ${lowered}`)
    expect(bodyOf(2)).toContain('app was OOM-killed once in')
    expect(comments(1)).toMatchObject([
      expect.stringMatching(
        /^\*\*These values did harm\.\*\*[\s\S]*Tortoise proposes the earlier values again\./,
      ),
    ])
    // Nothing new is said by a run that finds nothing new.
    const writes = () => story.server.requests.filter(({ method }) => method !== 'GET').length
    const before = writes()
    expect(await story.pulls()).toMatchObject([{ action: 'unchanged', number: 2 }])
    expect(writes()).toBe(before)
    story.server.state.pulls.merge(2)
    story.see([api])
    expect(await story.pulls()).toEqual([])
    expect(memory('main')).toEqual(['1024Mi', '1024Mi'])
  })

  it('comes before all limits of pull requests', async () => {
    story = await beginPulls({
      loads: [api, web],
      deliver: '  pullRequests: { maxOpen: 1, grouping: workload }',
    })
    expect(await story.pulls()).toMatchObject([{ action: 'opened' }, { action: 'queued' }])
    story.server.state.pulls.merge(1)
    expect(await story.pulls()).toMatchObject([{ action: 'opened', scope: 'prod shop Deployment/web' }])
    story.see([{ ...api, killed: 0.3, usesMemory: 300 }, web])
    expect(await story.pulls()).toMatchObject([
      { action: 'opened', scope: 'take back prod shop Deployment/api' },
      { action: 'unchanged', scope: 'prod shop Deployment/web' },
    ])
  })

  it('stays where settings say so, and the comment promises nothing', async () => {
    await merged('health: { takeBack: false }')
    story.see([{ ...api, killed: 0.3, usesMemory: 150 }])
    const pulls = await story.pulls()
    expect(pulls.filter(({ scope }) => scope.startsWith('take back'))).toEqual([])
    expect(comments(1)[0]).toMatch(/^\*\*These values did harm\.\*\*/)
    expect(comments(1)[0]).not.toContain('proposes the earlier values')
  })
})

describe('a merged change that held', () => {
  it('is commented once when its days are over, with figures and what it saves', async () => {
    await merged('health: { days: 0.5 }')
    await story.pulls()
    expect(comments(1)).toMatchObject([
      expect.stringMatching(
        /^\*\*These values held\.\*\* They save \d+\.\d\d USD a month\.\n\n- `prod shop\/Deployment\/api`: held; 0 OOM kills/,
      ),
    ])
    await story.pulls()
    expect(comments(1)).toHaveLength(1)
  })

  it('is not commented before, and is listed with its state in JSON', async () => {
    await merged()
    const { stdout } = await story.run()
    expect(JSON.parse(stdout).followed).toMatchObject([
      {
        field: 'requests.memory',
        verdict: 'open',
        edit: { from: '1024Mi' },
        cost: { aMonth: expect.any(Number) },
      },
      { field: 'limits.memory', verdict: 'open' },
    ])
    expect(comments(1)).toEqual([])
  })
})

describe('a run that is only about what is urgent', () => {
  const pullsOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout).delivery?.pulls ?? []

  it('reads no usage and asks the forge nothing while no change is followed', async () => {
    story = await beginPulls({ loads: [api] })
    const before = story.server.requests.length
    const ended = await story.run('--urgent', '--snapshot', '/nowhere.json')
    expect(ended.status, ended.stderr).toBe(0)
    expect(JSON.parse(ended.stdout)).toMatchObject({ recommendations: [], delivery: null })
    expect(story.server.requests.length).toBe(before)
  })

  it('takes back what did harm, and leaves other pull requests as they are', async () => {
    story = await beginPulls({ loads: [api, web], deliver: '  pullRequests: { grouping: workload }' })
    expect(await story.pulls()).toMatchObject([{ number: 1 }, { number: 2 }])
    story.server.state.pulls.merge(1)
    // Later usage would close the pull request of web, and change that of nobody here.
    story.see([
      { ...api, killed: 0.3, usesMemory: 300 },
      { ...web, uses: 480 },
    ])
    expect(pullsOf(await story.run('--urgent'))).toMatchObject([
      { action: 'opened', scope: 'take back prod shop Deployment/api' },
    ])
    expect(story.server.pulls.map(({ state }) => state)).toEqual(['closed', 'open', 'open'])
    expect(await story.pulls()).toMatchObject([
      { number: 2, action: 'closed' },
      { number: 3, action: 'unchanged' },
    ])
  }, 60_000)
})
