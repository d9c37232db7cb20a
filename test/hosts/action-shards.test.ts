import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoFiles, git } from './program.ts'
import { hasNode24, type Step } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const token = 'ghs_1234_eyJhbGciOi.J9fake-token.for-tests-only-0001'
const snapshot = join(demoFiles, 'snapshot.json')
const shards = 3

describe.skipIf(!hasNode24)('the Action in several jobs', () => {
  let [alone, shared]: [Shop, Shop] = [] as never
  beforeAll(async () => {
    alone = await openShop({ token })
    shared = await openShop({ token })
  })
  afterAll(() => Promise.all([alone.close(), shared.close()]))

  const run = (shop: Shop, inputs: Readonly<Record<string, string>>): Promise<Step> =>
    shop.step({ 'github-token': token, snapshot, mode: 'pull-request', ...inputs })
  const parts = (): string => join(shared.root, 'parts')

  it('opens the pull requests that one job opens, from the parts of all shards', async () => {
    mkdirSync(parts())
    for (let nth = 1; nth <= shards; nth += 1) {
      const part = join(parts(), `${nth}.json`)
      const ended = await run(shared, { shard: `${nth}/${shards}`, part })
      expect(ended).toMatchObject({ status: 0, stderr: '' })
      expect(JSON.parse(ended.outputs['pull-requests'] ?? '')).toEqual([])
    }
    expect(shared.github.pulls).toEqual([])
    const one = await run(alone, {})
    const merged = await run(shared, { merge: parts() })
    expect(merged).toMatchObject({ status: 0, stderr: '' })
    for (const count of ['changes', 'workloads', 'raised', 'kept', 'unsure', 'skipped'])
      expect([count, merged.outputs[count]]).toEqual([count, one.outputs[count]])
    const textsOf = ({ github, bare }: Shop) =>
      github.pulls
        .map(({ head, title, body }) => ({
          title,
          branch: head.ref,
          // The hidden block has the time and the ids of commits, which differ.
          body: body?.split('<!--')[0],
          tree: git(bare, 'rev-parse', `${head.ref}^{tree}`),
        }))
        .sort((a, b) => (a.branch < b.branch ? -1 : 1))
    expect(textsOf(shared).length).toBeGreaterThan(1)
    expect(textsOf(shared)).toEqual(textsOf(alone))
  }, 240_000)

  it('changes nothing when the same parts are merged again', async () => {
    const again = await run(shared, { merge: parts() })
    expect(again.status).toBe(0)
    const pulls = JSON.parse(again.outputs['pull-requests'] ?? '') as readonly { readonly action: string }[]
    expect(pulls.map(({ action }) => action)).toEqual(pulls.map(() => 'unchanged'))
  })

  it('does not deliver when a file that the proof reads changed on the server', async () => {
    const clone = join(shared.root, 'later')
    git(shared.root, 'clone', '--quiet', shared.bare, clone)
    git(clone, 'rm', '--quiet', 'envs/prod/search.yaml')
    git(clone, 'commit', '--quiet', '--message=remove')
    git(clone, 'push', '--quiet', 'origin', 'HEAD:main')
    const ended = await run(shared, { merge: parts() })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/was planned on commit \w{10}; the merge is on commit \w{10}/)
  })

  it.each([
    [{ shard: '1/3' }, 'a job that plans a shard has the inputs shard and part, and not merge'],
    [{ shard: '4/3', part: 'x.json' }, '--shard 4/3 is not a part of a run'],
    [
      { part: 'x.json', merge: 'parts' },
      'a job that plans a shard has the inputs shard and part, and not merge',
    ],
    [{ merge: 'none' }, 'there is no part file none'],
    [{ merge: 'parts', snapshot: '' }, 'and none is named'],
  ])('says what is wrong with the inputs %j', async (inputs, message) => {
    const ended = await run(shared, inputs)
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain(message)
  })
})
