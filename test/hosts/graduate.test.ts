import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, type PullStory } from './pull-story.ts'

const api: Load = { name: 'api', asks: 120, uses: 100, memory: 2048, usesMemory: 200 }
const settings = 'health: { days: 0.5 }\nrecommend: { restDays: 0 }'
const graduate = (more = ''): string => `  graduate: { enabled: true, after: 1${more} }
  pullRequests: { dashboard: true }`
let story: PullStory
afterEach(() => story.close())

const run = async () => {
  const { status, stdout, stderr } = await story.run()
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
const dashboard = (): string => story.server.state.issues.at(-1)?.body ?? ''

describe('workloads whose changes held', () => {
  it('get pull requests that are merged automatically, and lose that when one did harm', async () => {
    story = await beginPulls({ loads: [api], settings, deliver: graduate(', upTo: direct') })
    expect((await run()).delivery.pulls).toMatchObject([{ action: 'opened', number: 1, scope: 'prod' }])
    story.server.state.pulls.merge(1)

    const second = await run()
    expect(second.earned).toMatchObject([{ held: 1, delivery: 'auto-merge' }])
    expect(second.delivery.pulls).toMatchObject([{ scope: 'prod auto-merge', merging: expect.any(String) }])
    expect(dashboard()).toContain('Delivery that workloads earned')
    expect(dashboard()).toMatch(
      /prod shop\/Deployment\/api: pull requests are merged automatically; 1 change held$/m,
    )

    story.see([{ ...api, killed: 0.7, usesMemory: 400 }])
    const third = await run()
    expect(third.earned).toMatchObject([{ held: 0, lostAt: expect.any(String) }])
    expect(third.delivery.pulls).toMatchObject([
      { action: 'closed', scope: 'prod auto-merge' },
      { action: 'opened', scope: 'take back prod shop Deployment/api' },
    ])
    expect(third.delivery.pulls[1].merging).toBeUndefined()
    expect(dashboard()).toMatch(
      /api: as settings say; 0 changes held since a change did harm on \d{4}-\d\d-\d\d/,
    )
  }, 120_000)

  it('are committed to directly at the last step; a workload with a rule stays as the rule says', async () => {
    const web: Load = { ...api, name: 'web' }
    const cart: Load = { ...api, name: 'cart' }
    const rules = `rules:
  - { match: { workload: Deployment/cart }, delivery: pull-request }
  - { match: { workload: Deployment/web }, delivery: report }`
    const deliver = `  graduate: { enabled: true, after: 1, upTo: direct }
  pullRequests: { autoMerge: { enabled: true } }`
    story = await beginPulls({ loads: [api, web, cart], settings: `${settings}\n${rules}`, deliver })
    await run()
    story.server.state.pulls.merge(1)
    const head = story.git('rev-parse', 'main')
    const second = await run()
    const earned = new Map(
      second.earned.map(({ workload, delivery }: { workload: { name: string }; delivery?: string }) => [
        workload.name,
        delivery,
      ]),
    )
    expect(earned.get('api')).toBe('direct')
    expect(earned.get('cart')).toBeUndefined()
    expect(second.delivery.direct).toMatchObject({ created: true, branch: 'main' })
    expect(story.git('rev-parse', 'main^')).toBe(head)
    expect(story.git('diff', '--name-only', 'main^', 'main')).toBe('prod/api/app.yaml')
  }, 120_000)

  it('keep what reviewers declined before they earned anything', async () => {
    const deliver = `  graduate: { enabled: true, after: 1, upTo: direct }
  pullRequests: { autoMerge: { enabled: true } }`
    const both: Load = { ...api, asks: 500 }
    story = await beginPulls({ loads: [both], settings, deliver })
    const [first] = (await run()).delivery.pulls
    story.server.state.pulls.change(first.number, { state: 'closed' })
    expect((await run()).delivery.pulls).toEqual([])
    // What was tried and declined in a pull request earns nothing, and stays declined.
    const last = await run()
    expect(last.delivery.direct).toBeUndefined()
    expect(last.delivery.pulls).toEqual([])
  }, 120_000)

  it('earn nothing where settings do not say so', async () => {
    story = await beginPulls({ loads: [api], settings })
    await run()
    story.server.state.pulls.merge(1)
    const second = await run()
    expect(second.earned).toBeUndefined()
    expect(second.delivery.pulls).toMatchObject([{ scope: 'prod' }])
  }, 60_000)
})
