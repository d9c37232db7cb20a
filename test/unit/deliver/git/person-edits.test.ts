import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { personEdits } from '../../../../plugin/deliver/git/person-edits.ts'
import { readCommits } from '../../../../plugin/deliver/git/read-commits.ts'
import { changeKey, commitMessage } from '../../../../plugin/deliver/record/commit-message.ts'
import { after, before, type Checkout, changeOf, deployment, git, makeCheckout, proposalOf } from '../lab.ts'

const now = new Date('2026-06-01T00:00:00Z')
const day = 86_400
const key = changeKey(changeOf())
const message = commitMessage(proposalOf(), { base: 'b'.repeat(40), tree: 'c'.repeat(40) }).toString()

let checkout: Checkout
beforeEach(() => {
  checkout = makeCheckout()
  git(checkout.dir, ['commit', '--quiet', '--amend', '--no-edit', '--date=2026-04-01T00:00:00Z'], undefined, {
    GIT_COMMITTER_DATE: '2026-04-01T00:00:00Z',
  })
})
afterEach(() => checkout.close())

function commit(text: string, daysAgo: number, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(checkout.dir, path, '..'), { recursive: true })
    fs.writeFileSync(join(checkout.dir, path), content)
    git(checkout.dir, ['add', '--', path])
  }
  const date = `${now.getTime() / 1000 - daysAgo * day} +0000`
  git(checkout.dir, ['-c', 'user.name=ann', 'commit', '--quiet', '--file=-'], text, {
    GIT_AUTHOR_NAME: 'ann',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  })
}

const site = changeOf().site
const found = async (holdDays = 7) => {
  const since = new Date(now.getTime() - holdDays * day * 1000)
  const ours = await readCommits(checkout.repository, { ref: 'main', depth: 100, now })
  return personEdits(checkout.repository, { ref: 'main', since, now, ours })(site, key)
}
const raised = before.replace('500m', '900m')

describe('the last edit of a value by a person', () => {
  it('is none in a file that nobody changed', async () => {
    expect(await found()).toBeUndefined()
  })

  it('is the commit that changed the scalar, with its author and time', async () => {
    commit('more room for the campaign', 2, { [deployment]: raised })
    commit('docs', 1, { 'README.md': 'x' })
    expect(await found()).toMatchObject({ by: 'ann', at: '2026-05-30T00:00:00.000Z', daysAgo: 2 })
  })

  it('is not one that changed something else in the file', async () => {
    commit('a comment', 2, { [deployment]: before.replace('tuned by hand', 'tuned by ann') })
    expect(await found()).toBeUndefined()
  })

  it('is not one that writes the same amount in another notation', async () => {
    commit('cores', 2, { [deployment]: before.replace('500m', '"0.5"') })
    expect(await found()).toBeUndefined()
  })

  it('is not one of Tortoise, and not one before it', async () => {
    commit('more room', 3, { [deployment]: raised })
    commit('less', 2, { [deployment]: before })
    commit(message, 1, { [deployment]: after })
    expect(await found()).toBeUndefined()
  })

  it('is one after that of Tortoise', async () => {
    commit(message, 3, { [deployment]: after })
    commit('more room', 2, { [deployment]: raised })
    expect(await found()).toMatchObject({ by: 'ann', daysAgo: 2 })
  })

  it('is not one that is older than the span', async () => {
    commit('more room', 10, { [deployment]: raised })
    expect(await found()).toBeUndefined()
  })

  it('is a merge that brought it', async () => {
    git(checkout.dir, ['checkout', '--quiet', '-b', 'work'])
    commit('more room', 20, { [deployment]: raised })
    git(checkout.dir, ['checkout', '--quiet', 'main'])
    git(
      checkout.dir,
      ['-c', 'user.name=bob', 'merge', '--quiet', '--no-ff', '-m', 'merge', 'work'],
      undefined,
      {
        GIT_AUTHOR_NAME: 'bob',
        GIT_COMMITTER_DATE: `${now.getTime() / 1000 - day} +0000`,
      },
    )
    expect(await found()).toMatchObject({ by: 'bob', daysAgo: 1 })
  })
})
