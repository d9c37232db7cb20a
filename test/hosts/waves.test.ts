import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type Load, manifestOf, type PullStory } from './pull-story.ts'

const size = { asks: 120, uses: 100, memory: 1024, usesMemory: 200 }
const staging: Load = { name: 'api', cluster: 'staging', ...size }
const prod: Load = { name: 'api', cluster: 'prod', ...size }
const settings = 'health: { days: 0.5 }'
const waves = '  waves: { order: [{ cluster: staging }] }'
let story: PullStory
afterEach(() => story.close())

const reasons = async (): Promise<readonly string[]> => {
  const { stdout } = await story.run()
  const { skipped } = JSON.parse(stdout) as { skipped: { cluster?: string; reason: string }[] }
  return [...new Set(skipped.filter(({ cluster }) => cluster === 'prod').map(({ reason }) => reason))]
}

describe('waves', () => {
  it('change a value in production only when it held in staging', async () => {
    story = await beginPulls({ loads: [staging, prod], settings, deliver: waves })
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 1, scope: 'staging' }])
    expect(await reasons()).toEqual(['waits until this value changed in staging and held there'])
    story.server.state.pulls.merge(1)
    // The window ends a day after the merge, so its half day is over.
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 2, scope: 'prod' }])
  }, 60_000)

  it('wait while the change is followed', async () => {
    story = await beginPulls({ loads: [staging, prod], deliver: waves })
    await story.pulls()
    story.server.state.pulls.merge(1)
    expect(await story.pulls()).toEqual([])
    expect(await reasons()).toEqual([
      expect.stringMatching(/^waits until the change of \d{4}-\d\d-\d\d has held in staging$/),
    ])
  }, 60_000)

  it('never bring to production what did harm in staging', async () => {
    story = await beginPulls({ loads: [staging, prod], settings, deliver: waves })
    await story.pulls()
    story.server.state.pulls.merge(1)
    const killed = { ...staging, killed: 0.7, usesMemory: 300 }
    story.see([killed, prod])
    expect(await story.pulls()).toMatchObject([{ scope: 'take back staging shop Deployment/api' }])
    story.server.state.pulls.merge(2)
    story.see([staging, prod])
    expect(await story.pulls()).toEqual([])
    expect(await reasons()).toEqual(['not changed here, because the value was taken back in staging'])
  }, 60_000)

  it('let a workload that runs in no earlier wave change after enough days of usage', async () => {
    const other: Load = { ...prod, name: 'web' }
    story = await beginPulls({ loads: [staging, prod, other], deliver: waves })
    const [first, second] = await story.pulls()
    expect([first?.scope, second?.scope].sort()).toEqual(['prod', 'staging'])
    const { stdout } = await story.run()
    const { changes } = JSON.parse(stdout) as { changes: { cluster: string; workload: { name: string } }[] }
    expect(new Set(changes.map(({ cluster, workload }) => `${cluster} ${workload.name}`))).toEqual(
      new Set(['staging api', 'prod web']),
    )
  }, 60_000)
})

describe('waves in a clone that ends too early', () => {
  it('let nothing go on, because what held is not known', async () => {
    story = await beginPulls({ loads: [staging, prod], settings, deliver: waves, depth: 1 })
    expect(await reasons()).toEqual([expect.stringContaining('does not have the commits that say what held')])
  }, 60_000)
})

describe('waves over a base that both clusters read', () => {
  it('change the cluster of the first wave alone, even where shared lines may be edited', async () => {
    const base = manifestOf({ name: 'api', asks: 120, memory: 1024 })
    const overlay = 'resources: [../base]\n'
    story = await beginPulls({
      loads: [staging, prod],
      settings: `${settings}\nedit: { allowShared: true }`,
      deliver: waves,
      files: {
        'base/app.yaml': base,
        'base/kustomization.yaml': 'resources: [app.yaml]\n',
        'staging/kustomization.yaml': overlay,
        'prod/kustomization.yaml': overlay,
      },
    })
    const [pull] = await story.pulls()
    expect(pull).toMatchObject({ action: 'opened', scope: 'staging' })
    expect(story.git('diff', '--name-only', 'main', pull?.branch ?? '').split('\n')).toEqual([
      'staging/kustomization.yaml',
    ])
  }, 60_000)
})

describe('a budget', () => {
  const loads: readonly Load[] = ['a', 'b', 'c'].map((name) => ({ ...prod, name }))

  it('of workloads holds over runs: merged ones count until their days are over', async () => {
    story = await beginPulls({
      loads,
      deliver: '  budget: { workloads: 2 }\n  pullRequests: { grouping: workload }',
    })
    const scopes = (await story.pulls()).map(({ scope }) => scope)
    expect(scopes.sort()).toEqual(['prod shop Deployment/a', 'prod shop Deployment/b'])
    expect(await reasons()).toEqual(['waits for the budget: 2 workloads at once in a cluster'])
    story.server.state.pulls.merge(1)
    expect((await story.pulls()).map(({ scope, action }) => [scope, action])).toEqual([
      ['prod shop Deployment/b', 'unchanged'],
    ])
  }, 60_000)

  it('of memory lowers no more than its share in a day, and one workload at least', async () => {
    story = await beginPulls({
      loads,
      deliver: '  budget: { memory: 1 }\n  pullRequests: { grouping: workload }',
    })
    expect((await story.pulls()).map(({ scope }) => scope)).toEqual(['prod shop Deployment/a'])
    expect(await reasons()).toEqual(['waits for the budget: 1 % of the requested memory a day in a cluster'])
  }, 60_000)
})
