import { afterEach, describe, expect, it } from 'vitest'
import { seenOn } from '../../../lab/github-seen.ts'
import type { GitHubLab } from '../../../lab/github-state.ts'
import { deployment, git } from '../lab.ts'
import { beginStory, type Story, type StoryRun, type Want } from './story.ts'

let story: Story
afterEach(() => story.close())

/** Set TORTOISE_KILLS=1 to kill the run after each request. The default is every fifth, to save time. */
const stride = Number(process.env['TORTOISE_KILLS'] ?? 5)
const names = ['api', 'web', 'cart']
const wants: readonly Want[] = names.map((name) => ({ name, to: 300, scope: name }))
const how: StoryRun = { options: { labels: ['resources'], checks: true } }

/** Three workloads on main. */
async function begin(lab: Partial<GitHubLab> = {}): Promise<void> {
  story = await beginStory(lab)
  const { dir } = story.checkout
  const blob = git(dir, ['rev-parse', `HEAD:${deployment}`])
  for (const name of names.slice(1))
    git(dir, ['update-index', '--add', '--cacheinfo', `100644,${blob},apps/${name}/deployment.yaml`])
  git(dir, ['commit', '--quiet', '--message', 'three'])
  git(dir, ['push', '--quiet', 'origin', 'main'])
}

/** A client that fails after its nth request: the server has executed the request, but the run gets no response. */
function dying(nth: number): typeof fetch {
  let asked = 0
  return async (...request) => {
    asked += 1
    if (asked > nth) throw new Error('killed')
    const answer = await fetch(...request)
    if (asked === nth) throw new Error('killed')
    return answer
  }
}

const kill = async (nth: number, some: readonly Want[], run: StoryRun): Promise<boolean> =>
  story.run(some, { ...run, fetch: dying(nth) }).then(
    () => false,
    () => true,
  )

async function expectSame(
  prepare: () => Promise<void>,
  some: readonly Want[],
  run: StoryRun,
): Promise<number> {
  await prepare()
  await story.run(some, run)
  await story.run(some, run)
  const whole = seenOn(story.server.state)
  await story.close()
  for (let nth = 1; ; nth += stride) {
    await prepare()
    const killed = await kill(nth, some, run)
    await story.run(some, run)
    expect(seenOn(story.server.state), `killed after request ${nth}`).toEqual(whole)
    if (!killed) return nth - 1
    await story.close()
  }
}

describe('a run that is killed', () => {
  it('while it opens a pull request is completed by the next run, after any request', async () => {
    expect(await expectSame(begin, wants, how)).toBeGreaterThanOrEqual(30)
  }, 600_000)

  it('while it updates a value and closes an obsolete pull request is completed by the next run', async () => {
    const prepare = async () => {
      await begin()
      await story.run(wants.slice(0, 2), how)
    }
    const run = { ...how, gone: 'the workload is gone' }
    expect(await expectSame(prepare, [{ name: 'web', to: 400, scope: 'web' }], run)).toBeGreaterThan(10)
  }, 600_000)

  it('while GitHub signs its commits leaves no temporary branch after the next run', async () => {
    const prepare = () => begin({ tokenOf: 'person' })
    expect(await expectSame(prepare, wants.slice(0, 2), how)).toBeGreaterThanOrEqual(30)
  }, 600_000)
})
