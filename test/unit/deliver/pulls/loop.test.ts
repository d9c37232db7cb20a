import fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver } from '../../../../plugin/deliver/commit.ts'
import { readCommits } from '../../../../plugin/deliver/git/read-commits.ts'
import { decisionsInCommits } from '../../../../plugin/deliver/pulls/decisions.ts'
import { resolveChange } from '../../../../plugin/deliver/pulls/resolve-change.ts'
import { changeKey } from '../../../../plugin/deliver/record/commit-message.ts'
import {
  after,
  before,
  type Checkout,
  changeOf,
  deployment,
  makeCheckout,
  now,
  optionsOf,
  proposalOf,
} from '../lab.ts'

let checkout: Checkout
beforeEach(() => {
  checkout = makeCheckout()
})
afterEach(() => checkout.close())

const day = 86_400_000
const texts: Readonly<Record<string, string>> = { '500m': before, '260m': after }
const later = (days: number) => new Date(now.getTime() + days * day)

/** Makes a direct commit of Tortoise that changes the value. */
async function flip(from: string, to: string, days: number): Promise<void> {
  const edits = [{ file: deployment, before: texts[from] ?? '', after: texts[to] ?? '' }]
  const proposal = proposalOf({ changes: [changeOf({ from, to })], edits })
  const gitdir = join(checkout.dir, '.git')
  await deliver(proposal, optionsOf({ branch: 'main' }), { fs, gitdir, now: later(days) })
}

async function judged(to: number, days: number) {
  const commits = await readCommits(checkout.repository, { ref: 'main', depth: 100, now: later(days) })
  const rules = { reconsider: 20, settle: 5, rememberDays: 30, now: later(days) }
  return resolveChange(decisionsInCommits(commits), { key: changeKey(changeOf()), from: 500, to }, rules)
}

describe('direct commits that undo each other', () => {
  beforeEach(async () => {
    await flip('500m', '260m', 0)
    await flip('260m', '500m', 1)
  })

  it('are made once', async () => {
    expect(await judged(260, 2)).toEqual({ to: 260 })
  })

  it('stop before the third identical change', async () => {
    await flip('500m', '260m', 2)
    await flip('260m', '500m', 3)
    expect(await judged(260, 4)).toEqual({
      reason: expect.stringMatching(/^flips: set to this value 2 times since 2026-03-01/),
    })
    expect(await judged(262, 4)).toEqual({ reason: expect.stringMatching(/^flips/) })
  })

  it('are made with another value, and after `rememberDays`', async () => {
    await flip('500m', '260m', 2)
    await flip('260m', '500m', 3)
    expect(await judged(400, 4)).toEqual({ to: 400 })
    expect(await judged(260, 60)).toEqual({ to: 260 })
  })
})
