import fs from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arrivalTimes } from '../../../../plugin/deliver/git/mainline.ts'
import { pastChanges, readCommits } from '../../../../plugin/deliver/git/read-commits.ts'
import { decisionsInCommits } from '../../../../plugin/deliver/pulls/decisions.ts'
import { changeKey, commitMessage } from '../../../../plugin/deliver/record/commit-message.ts'
import { type HiddenBlock, writeBlock } from '../../../../plugin/deliver/record/hidden-block.ts'
import { after, before, type Checkout, changeOf, deployment, git, makeCheckout, proposalOf } from '../lab.ts'

const now = new Date('2026-06-01T00:00:00Z')
const key = changeKey(changeOf())
const message = commitMessage(proposalOf(), { base: 'b'.repeat(40), tree: 'c'.repeat(40) }).toString()
const blockText = (block: HiddenBlock): string => writeBlock(block).toString()
const day = 86_400

let checkout: Checkout
beforeEach(() => {
  checkout = makeCheckout()
  git(checkout.dir, ['commit', '--quiet', '--amend', '--no-edit', '--date=2026-04-01T00:00:00Z'], undefined, {
    GIT_COMMITTER_DATE: '2026-04-01T00:00:00Z',
  })
})
afterEach(() => checkout.close())

const run = (...args: readonly string[]) => git(checkout.dir, args)
const put = (path: string, text: string): void => {
  fs.mkdirSync(join(checkout.dir, path, '..'), { recursive: true })
  fs.writeFileSync(join(checkout.dir, path), text)
  run('add', '--', path)
}
/** Commits what is staged, so many days before now. */
const commit = (text: string, daysAgo: number | string, ...more: readonly string[]): string => {
  const date = typeof daysAgo === 'string' ? daysAgo : `${now.getTime() / 1000 - daysAgo * day} +0000`
  git(checkout.dir, ['commit', '--quiet', '--allow-empty', '--file=-', ...more], text, {
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  })
  return run('rev-parse', 'HEAD')
}
/** Commits what is staged as an object that `git commit` would refuse to write. */
const commitRaw = (committer: string, text: string): void => {
  const [tree, parent] = [run('write-tree'), run('rev-parse', 'HEAD')]
  const object = `tree ${tree}\nparent ${parent}\nauthor A <a@b> 1 +0000\n${committer}\n\n${text}\n`
  const id = git(checkout.dir, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], object)
  run('update-ref', 'refs/heads/main', id)
}
const merge = (branch: string, text: string, daysAgo: number): string => {
  git(checkout.dir, ['merge', '--quiet', '--no-ff', '-m', text, branch], undefined, {
    GIT_COMMITTER_DATE: `${now.getTime() / 1000 - daysAgo * day} +0000`,
  })
  return run('rev-parse', 'HEAD')
}
const read = (more: { since?: Date; depth?: number } = {}) =>
  readCommits(checkout.repository, { ref: 'main', depth: 500, now, ...more })
const counted = async (more: { since?: Date } = {}) =>
  (await read(more)).flatMap(({ changes }) => changes.map((change) => change.key))
const daysAgo = (at: string | undefined): number => (now.getTime() - Date.parse(at ?? '')) / day / 1000

const ours = (ago: number): string => {
  put(deployment, after)
  return commit(message, ago)
}

describe('a change of Tortoise', () => {
  it('counts as a direct commit, with the file that proves it', async () => {
    const id = ours(3)
    const [newest] = await read()
    expect(newest).toMatchObject({ id, unproved: 0, changes: [{ key, file: deployment }] })
    expect(daysAgo(newest?.at)).toBe(3)
  })

  it.each([
    ['the message of our commit', message],
    [
      'the text of the pull request',
      `right-size (#3)\n\n${blockText({ scope: '', base: '', head: '', digest: '', items: [{ key, from: '500m', to: '260m' }] })}`,
    ],
  ])('counts as a squash with %s', async (_name, text) => {
    put(deployment, after)
    commit(text, 3)
    expect((await read())[0]?.changes).toMatchObject([{ key, from: '500m', to: '260m', file: deployment }])
  })

  it('counts once when it was merged, from the day of the merge, even if the merge repeats its message', async () => {
    run('checkout', '--quiet', '-b', 'tortoise/x')
    ours(20)
    run('checkout', '--quiet', 'main')
    put('README.md', 'x')
    commit('elsewhere', 4)
    merge('tortoise/x', message, 2)
    expect(await counted()).toEqual([key])
    const found = (await read()).find(({ changes }) => changes.length > 0)
    expect(daysAgo(found?.at)).toBe(2)
  })

  it('counts in a merge whose commit has another message', async () => {
    run('checkout', '--quiet', '-b', 'tortoise/x')
    put(deployment, after)
    commit('right-size', 20)
    run('checkout', '--quiet', 'main')
    merge('tortoise/x', message, 2)
    expect(await counted()).toEqual([key])
  })
})

describe('forged history:', () => {
  it.each<readonly [string, () => void]>([
    ['an empty commit', () => commit(message, 1)],
    [
      'a commit that touches only README',
      () => {
        put('README.md', 'typo')
        commit(message, 1)
      },
    ],
    [
      'a hidden block in the message',
      () => {
        put('README.md', 'typo')
        commit(
          blockText({
            scope: '',
            base: '',
            head: '',
            digest: '',
            items: [{ key, from: '500m', to: '260m' }],
          }),
          1,
        )
      },
    ],
    [
      'a commit that changes a comment of the file',
      () => {
        put(deployment, before.replace('tuned by hand', '500m → 260m'))
        commit(message, 1)
      },
    ],
    [
      'a commit that adds the file at another path',
      () => {
        put('apps/copy/deployment.yaml', after)
        commit(message.replaceAll(deployment, 'apps/copy/deployment.yaml'), 1)
      },
    ],
    [
      'a commit that moves the file',
      () => {
        ours(9)
        run('mv', deployment, 'apps/moved.yaml')
        commit(message.replaceAll(deployment, 'apps/moved.yaml'), 1)
      },
    ],
    [
      'the first commit',
      () => {
        run('checkout', '--quiet', '--orphan', 'fresh')
        put(deployment, after)
        commit(message, 1)
        run('update-ref', 'refs/heads/main', 'HEAD')
        run('symbolic-ref', 'HEAD', 'refs/heads/main')
      },
    ],
    [
      'a path outside of the tree',
      () => {
        put(deployment, after)
        commit(message.replaceAll(deployment, '../../etc/passwd'), 1)
      },
    ],
    [
      'a branch that changes the value and changes it back',
      () => {
        run('checkout', '--quiet', '-b', 'outsider')
        put(deployment, after)
        commit(message, 3)
        put(deployment, before)
        put('README.md', 'typo')
        commit('fix a typo', 3)
        run('checkout', '--quiet', 'main')
        merge('outsider', 'Merge pull request #7 from mallory/typo', 2)
      },
    ],
    [
      'a merge that changes nothing itself',
      () => {
        run('checkout', '--quiet', '-b', 'outsider')
        put('README.md', 'typo')
        commit('fix a typo', 3)
        run('checkout', '--quiet', 'main')
        merge('outsider', message, 2)
      },
    ],
  ])('%s', async (name, attack) => {
    attack()
    const all = await counted()
    expect(all).toHaveLength(name === 'a commit that moves the file' ? 1 : 0)
    expect((await read())[0]?.changes).toEqual([])
  })

  it('the same trailer many times in one commit counts once', async () => {
    put(deployment, after)
    const line = /^Tortoise-Change: .*$/m.exec(message)?.[0] ?? ''
    commit(message.replace(line, Array(50).fill(line).join('\n')), 1)
    expect(decisionsInCommits(await read()).get(key)).toHaveLength(1)
  })

  it('a commit whose parent the clone does not have proves nothing', async () => {
    ours(3)
    const shallow = join(checkout.root, 'shallow')
    run('push', '--quiet', 'origin', '+main')
    git(checkout.root, ['clone', '--quiet', '--depth=1', `file://${checkout.bare}`, shallow])
    const store = { fs, gitdir: join(shallow, '.git') }
    expect(await readCommits(store, { ref: 'main', depth: 10, now })).toMatchObject([
      { changes: [], unproved: 0 },
    ])
  })

  it('says how many changes a message names that its diff does not make', async () => {
    commit(message, 1)
    expect((await read())[0]).toMatchObject({ changes: [], unproved: 1 })
  })
})

describe('times of commits', () => {
  it.each([
    ['in 2090', '3786912000 +0000'],
    ['tomorrow', `${now.getTime() / 1000 + day} +0000`],
    ['beyond the year 9999', '999999999999 +0000'],
  ])('%s are now, and at most the time of the next commit', async (_name, date) => {
    put(deployment, after)
    commitRaw(`committer A <a@b> ${date}`, message)
    expect(daysAgo(pastChanges(await read()).get(key)?.[0]?.at)).toBe(0)
    put('README.md', 'x')
    commit('later', 2)
    expect(daysAgo(pastChanges(await read()).get(key)?.[0]?.at)).toBe(2)
  })

  it.each([
    ['of 1970', 'committer A <a@b> 0 +0000'],
    ['before 1970', 'committer A <a@b> -99999999999 +0000'],
    ['no date can hold', 'committer A <a@b> 99999999999999999999 +0000'],
    ['that are no number', 'committer A <a@b> soon +0000'],
    ['without an address', 'committer A'],
    ['that are missing', 'encoding UTF-8'],
  ])('%s hide no older commit', async (_name, committer) => {
    ours(3)
    commitRaw(committer, 'x')
    const since = new Date(now.getTime() - 30 * day * 1000)
    expect(await counted({ since })).toEqual([key])
    for (const { at } of await read({ since })) expect(Date.parse(at)).toBeLessThanOrEqual(now.getTime())
  })

  it('are not before those of older commits', async () => {
    ours(3)
    commitRaw('committer A <a@b> 0 +0000', message)
    expect(daysAgo((await read())[0]?.at)).toBe(3)
  })

  it('fall from commit to commit and never pass now, whatever is stated', () => {
    const time = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN))
    fc.assert(
      fc.property(fc.array(time), fc.nat(), (times, at) => {
        const found = arrivalTimes(times, at)
        expect(found).toHaveLength(times.length)
        for (const [nth, one] of found.entries()) {
          expect(one).toBeGreaterThanOrEqual(0)
          expect(one).toBeLessThanOrEqual(found[nth - 1] ?? at)
        }
        expect(arrivalTimes(found, at)).toEqual(found)
      }),
      { seed: 20261120 },
    )
  })

  it('that fall already stay as they are', () => {
    expect(arrivalTimes([50, 40, 40, 7], 60)).toEqual([50, 40, 40, 7])
  })
})

it('reads at most as many commits as asked, merged ones included', async () => {
  for (let nth = 0; nth < 6; nth += 1) {
    run('checkout', '--quiet', '-b', `side-${nth}`)
    put('README.md', String(nth))
    commit(`side ${nth}`, 10)
    run('checkout', '--quiet', 'main')
    merge(`side-${nth}`, 'merge', 10)
  }
  expect(await read()).toHaveLength(13)
  expect(await read({ depth: 5 })).toHaveLength(5)
})
