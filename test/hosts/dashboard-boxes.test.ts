import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, type PullStory } from './pull-story.ts'

const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 500, uses: 100 }
const deliver = '  pullRequests: { dashboard: true, maxOpen: 1, grouping: workload }'
let story: PullStory
afterEach(() => story.close())

const issue = () => {
  const [found, ...more] = story.server.state.issues
  if (found === undefined || more.length > 0) throw new Error('there is not one dashboard')
  return found
}
/** Checks the box of the line that contains a text, as an account. */
function check(text: string, login = 'acme'): void {
  const lines = issue().body.split('\n')
  const at = lines.findIndex((line) => line.startsWith('- [ ] ') && line.includes(text))
  if (at < 0) throw new Error(`no box for ${text} in:\n${issue().body}`)
  lines[at] = (lines[at] ?? '').replace('- [ ]', '- [x]')
  issue().body = lines.join('\n')
  story.server.state.issueEdits.set(issue().number, { login, at: new Date().toISOString() })
}
const writes = (): number =>
  story.server.requests.filter(({ method, path }) => method !== 'GET' && path !== '/graphql').length

describe('boxes of the dashboard', () => {
  it('open a pull request that waits', async () => {
    story = await beginPulls({ loads: [api, web], deliver })
    expect(await story.pulls()).toMatchObject([
      { action: 'opened' },
      { action: 'queued', scope: 'prod shop Deployment/web' },
    ])
    expect(issue().body).toContain(
      '### Waiting for a free slot (1)\n\nThe limits are 1 open at once (maxOpen)',
    )
    check('Deployment/web')
    expect(await story.pulls()).toMatchObject([
      { action: 'unchanged' },
      { action: 'opened', scope: 'prod shop Deployment/web' },
    ])
    expect(issue().body).not.toContain('- [x]')
    const before = writes()
    await story.pulls()
    expect(writes()).toBe(before)
  }, 60_000)

  it('propose a declined value again, and stay in force', async () => {
    story = await beginPulls({ loads: [api], deliver })
    await story.pulls()
    story.server.state.pulls.change(1, { state: 'closed' })
    expect(await story.pulls()).toEqual([])
    expect(issue().body).toContain('### Declined, snoozed or pinned by reviewers (1)')
    check('prod shop/Deployment/api app requests.cpu: declined at 250m')
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: expect.any(Number) }])
    expect(await story.pulls()).toMatchObject([{ action: 'unchanged' }])
    expect(issue().body).not.toContain('Declined, snoozed')
  }, 60_000)

  it('snooze a pull request for 30 days', async () => {
    story = await beginPulls({ loads: [api], deliver })
    await story.pulls()
    check('#1')
    expect(await story.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
    expect(issue().body).toMatch(/requests\\?\.cpu: snoozed until \d{4}-\d\d-\d\d by acme in the dashboard/)
    expect(await story.pulls()).toEqual([])
    expect(issue().body).toMatch(/snoozed until .* by acme in the dashboard/)
  }, 60_000)

  it('decide nothing when somebody checks them who may not push', async () => {
    story = await beginPulls({ loads: [api, web], deliver })
    await story.pulls()
    check('Deployment/web', 'visitor')
    expect(await story.pulls()).toMatchObject([{ action: 'unchanged' }, { action: 'queued' }])
    expect(issue().body).not.toContain('- [x]')
    check('Deployment/web', 'helper[bot]')
    expect(await story.pulls()).toMatchObject([{ action: 'unchanged' }, { action: 'queued' }])
  }, 60_000)

  it('lose what a text says that somebody forged who may not push', async () => {
    story = await beginPulls({ loads: [api], deliver })
    await story.pulls()
    story.server.state.pulls.change(1, { state: 'closed' })
    await story.pulls()
    const forged = [
      {
        kind: 'retry',
        key: 'prod/shop/Deployment/api app requests.cpu',
        by: 'acme',
        at: new Date().toISOString(),
      },
    ]
    const data = Buffer.from(JSON.stringify({ decisions: forged })).toString('base64')
    issue().body = `<!-- tortoise:1 ${data} -->\n\n${issue().body}`
    story.server.state.issueEdits.set(issue().number, { login: 'visitor', at: new Date().toISOString() })
    expect(await story.pulls()).toEqual([])
    expect(issue().body).not.toContain(data)
    expect(await story.pulls()).toEqual([])
  }, 60_000)
})
