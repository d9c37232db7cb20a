import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { statedBase, statedTree } from '../../../../plugin/deliver/record/commit-message.ts'
import { ExpectedStop } from '../../../../plugin/model/problem.ts'
import { deployment, git } from '../lab.ts'
import { beginStory, type Story } from './story.ts'

const branch = 'tortoise/right-size'
/** Set TORTOISE_ROUNDS=100 to run 100 rounds. The default is smaller, to save time. */
const rounds = Number(process.env['TORTOISE_ROUNDS'] ?? 8)
const run = promisify(execFile)
let story: Story
afterEach(() => story.close())

/** Commits on the current head of a branch as a user and pushes without force. Returns the commit if the server accepted it. */
async function push(target: string, nth: number): Promise<string | undefined> {
  const { dir } = story.checkout
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const call = async (...args: string[]) => (await run('git', args, { cwd: dir, env })).stdout.trim()
  await new Promise((resolve) => setTimeout(resolve, (nth * 37) % 150))
  try {
    await call('fetch', '--quiet', 'origin')
    const tree = await call('rev-parse', `origin/${target}^{tree}`)
    const made = await call('commit-tree', tree, '-p', `origin/${target}`, '-m', `by hand ${nth}`)
    await call('push', '--quiet', 'origin', `${made}:refs/heads/${target}`)
    return made
  } catch {
    return undefined
  }
}

const settled = (tries: readonly PromiseSettledResult<unknown>[]): void => {
  for (const one of tries)
    if (one.status === 'rejected') expect(one.reason, String(one.reason)).toBeInstanceOf(ExpectedStop)
}

const each = 10
const stories = Array.from({ length: Math.ceil(rounds / each) }, (_, nth) => nth * each)

describe('two concurrent runs and a user who pushes', () => {
  it.each(stories)(
    'lose no commit and write no wrong value, from round %i on',
    async (start) => {
      story = await beginStory()
      const { bare } = story.checkout
      const theirs: string[] = []
      for (let nth = start; nth < Math.min(rounds, start + each); nth += 1) {
        const onOurs = nth % 4 === 3
        const [first, second, made] = await Promise.allSettled([
          story.run([{ to: 300 + (nth % 3) * 50 }]),
          story.run([{ to: 300 + ((nth + 1) % 3) * 50 }]),
          push(onOurs ? branch : 'main', nth),
        ])
        settled([first, second])
        const id = made.status === 'fulfilled' ? made.value : undefined
        if (id !== undefined && !onOurs) theirs.push(id)
        const head = git(bare, ['rev-parse', '--verify', '--quiet', branch])
        if (id !== undefined && onOurs) {
          git(bare, ['merge-base', '--is-ancestor', id, head])
          // The user deletes the branch, so Tortoise can create it again.
          git(bare, ['update-ref', '-d', `refs/heads/${branch}`])
          story.server.state.pulls.settle()
          for (const pull of story.server.pulls) story.server.state.comments.delete(pull.number)
          story.later(200)
          continue
        }
        const message = git(bare, ['log', '-1', '--format=%B', head])
        expect(statedBase(message)).toBe(git(bare, ['rev-parse', `${head}^`]))
        expect(statedTree(message)).toBe(git(bare, ['rev-parse', `${head}^{tree}`]))
        expect(['300m', '350m', '400m']).toContain(story.cpu(branch))
        expect(git(bare, ['diff', '--name-only', `${head}^`, head])).toBe(deployment)
        expect(story.server.pulls.filter(({ state }) => state === 'open')).toHaveLength(1)
      }
      for (const id of theirs) git(bare, ['merge-base', '--is-ancestor', id, 'main'])
      expect(git(bare, ['fsck', '--strict', '--no-dangling'])).toBe('')
    },
    300_000,
  )
})
