import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, type PullStory, pathOf } from './pull-story.ts'

const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 100, uses: 300 }
let story: PullStory
afterEach(() => story.close())

const rule = (name: string, deliver: string) =>
  `  - { match: { workload: Deployment/${name} }, delivery: ${deliver} }`
const cpu = (ref: string, name: string) =>
  /cpu: (\S+)/.exec(story.git('show', `${ref}:${pathOf({ name })}`))?.[1]

describe('a rule lets its values merge', () => {
  it('in a pull request of their own; the rest waits for a person', async () => {
    story = await beginPulls({
      loads: [api, web],
      settings: `rules:\n${rule('web', 'auto-merge')}`,
      lab: { merge: { state: 'CLEAN' } },
    })
    const pulls = await story.pulls()
    expect(pulls.map(({ scope, merging }) => [scope, merging])).toEqual([
      ['prod auto-merge', 'merged'],
      ['prod', undefined],
    ])
    expect([cpu('main', 'api'), cpu('main', 'web')]).toEqual(['500m', expect.not.stringMatching(/^100m$/)])
  })
})

describe('auto-merge is limited to classes', () => {
  it.each([
    ['increases only', 'increasesOnly: true', [undefined, 'armed']],
    ['below a percentage', 'below: 100', ['armed', undefined]],
    ['clusters', 'clusters: [staging]', [undefined, undefined]],
  ])('%s', async (_name, limit, merging) => {
    const deliver = `  pullRequests: { grouping: workload, autoMerge: { enabled: true, ${limit} } }`
    story = await beginPulls({ loads: [api, web], deliver })
    const pulls = [...(await story.pulls())].sort((a, b) => (a.scope < b.scope ? -1 : 1))
    expect(pulls.map((one) => one.merging)).toEqual(merging)
  })
})

describe('pull requests are grouped', () => {
  const staging: Load = { name: 'api', asks: 500, uses: 100, cluster: 'staging' }
  it.each([
    ['owner', ['prod', 'staging']],
    ['source', ['prod prod', 'staging staging']],
    ['workload', ['prod shop Deployment/api', 'prod shop Deployment/web', 'staging shop Deployment/api']],
    ['all', ['']],
  ])('by %s', async (grouping, scopes) => {
    story = await beginPulls({
      loads: [api, web, staging],
      deliver: `  pullRequests: { grouping: ${grouping} }`,
    })
    expect((await story.pulls()).map(({ scope }) => scope).sort()).toEqual(scopes)
  })

  it('with a cap: those that raise a request first, the rest is listed in the dashboard', async () => {
    story = await beginPulls({
      loads: [api, web],
      deliver: '  pullRequests: { grouping: workload, maxOpen: 1, dashboard: true }',
    })
    expect((await story.pulls()).map(({ action, scope }) => [action, scope])).toEqual([
      ['opened', 'prod shop Deployment/web'],
      ['queued', 'prod shop Deployment/api'],
    ])
    expect(story.server.state.issues[0]?.body).toMatch(
      /### Waiting for a free slot \(1\)\n\nThe limits are 1 open .*\n\n- .*prod shop Deployment\/api/,
    )
  })
})
