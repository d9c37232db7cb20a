import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, describe, expect, it } from 'vitest'
import historySchema from '../../config/history.schema.json' with { type: 'json' }
import { tortoise } from './program.ts'
import { beginPulls, type Load, manifestOf, type PullStory, pathOf } from './pull-story.ts'

const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 100, uses: 300 }
let story: PullStory
afterEach(() => story.close())

/** `explain --history` in a fresh clone. */
function explain(label: string, ...more: readonly string[]) {
  const where = story.command().args.slice(1, 5)
  return tortoise(['explain', label, '--history', ...where, ...more])
}

async function past(label: string) {
  const { stdout, stderr, status } = await explain(label, '-o', 'json')
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('error')])
  const found = JSON.parse(stdout)
  const validate = new Ajv2020({ strict: false }).compile(historySchema)
  validate(found)
  expect(validate.errors).toBeNull()
  return found
}

const asks = (cpu: number) => ({ [pathOf(api)]: manifestOf({ name: 'api', asks: cpu }) })

describe('tortoise explain --history', () => {
  it('lists what Tortoise set, by which pull request and rules, what was reverted, and what people edited', async () => {
    story = await beginPulls({ loads: [api, web] })
    await story.pulls()
    story.server.state.pulls.merge(1)
    const ours = story.git('rev-parse', 'main')
    const revert = story.commit(asks(500), `Revert\n\nThis reverts commit ${ours}.`)
    story.commit({ 'notes.md': 'x\n' }, 'elsewhere')
    const edit = story.commit(asks(450), 'tune the api')
    const { fields, complete } = await past('prod/shop/Deployment/api')
    expect(complete).toBe(true)
    expect(fields).toMatchObject([
      {
        field: 'requests.cpu',
        container: 'app',
        now: '450m',
        events: [
          {
            kind: 'set',
            from: '500m',
            to: '250m',
            file: pathOf(api),
            rules: expect.arrayContaining(['step.down']),
            evidence: expect.stringMatching(/^[0-9a-f]{8}$/),
            commit: { id: ours, pull: 1 },
          },
          { kind: 'reverted', from: '250m', to: '500m', commit: { id: revert, by: 'Owner' } },
          { kind: 'edited', from: '500m', to: '450m', commit: { id: edit, subject: 'tune the api' } },
        ],
      },
    ])
    const { stdout } = await explain('Deployment/api')
    expect(stdout).toContain('app requests.cpu: 450m now')
    expect(stdout).toContain(`500m → 250m  set by github in ${ours.slice(0, 10)} (#1)  cpu.price, `)
    expect(stdout).toContain(`500m → 450m  edited by Owner in ${edit.slice(0, 10)}  "tune the api"`)
    expect((await past('Deployment/web')).fields).toMatchObject([{ events: [{ kind: 'set', from: '100m' }] }])
  })

  it('reads the hidden block where the text of a pull request became the message', async () => {
    story = await beginPulls({ loads: [api] })
    await story.pulls()
    story.server.state.pulls.merge(1, { commit_message: story.server.pulls[0]?.body ?? '' })
    expect((await past('Deployment/api')).fields).toMatchObject([
      { now: '250m', events: [{ kind: 'set', from: '500m', to: '250m', rules: [], commit: { pull: 1 } }] },
    ])
  })

  it('names one of several commits as such, and knows equal values in other words', async () => {
    story = await beginPulls({ loads: [api] })
    await story.pulls()
    story.server.state.pulls.merge(1)
    story.commit({ [pathOf(api)]: manifestOf(api).replace('500m', '"0.25"') })
    expect((await past('Deployment/api')).fields[0].events).toHaveLength(1)
    story.commit(asks(400))
    expect((await past('Deployment/api')).fields[0].events[1]).toMatchObject({ kind: 'edited', among: 2 })
  })

  it('has a past for a workload that is gone, and none for one we never touched', async () => {
    story = await beginPulls({ loads: [api, { ...web, uses: 95 }] })
    await story.pulls()
    story.server.state.pulls.merge(1)
    story.commit({ [pathOf(api)]: '# retired\n' })
    const { fields } = await past('Deployment/api')
    expect(fields).toMatchObject([{ events: [{ kind: 'set' }] }])
    expect(fields[0]).not.toHaveProperty('now')
    expect((await explain('Deployment/web')).stdout).toContain('100m now, never set by Tortoise')
  })

  it('stops with what is known for a workload of no name here', async () => {
    story = await beginPulls({ loads: [api] })
    expect(await explain('Deployment/nope')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Known workloads: shop/Deployment/api'),
    })
  })
})

describe('decisions without a forge', () => {
  const planned = async () => {
    const { args } = story.command()
    const { stdout } = await tortoise(['plan', ...args.slice(1)])
    return JSON.parse(stdout)
  }

  it('are read from the commits of the base branch: a revert holds, an edit bounds', async () => {
    story = await beginPulls({ loads: [{ ...api, uses: 225 }], settings: 'recommend: { restDays: 0 }' })
    await story.pulls()
    story.server.state.pulls.merge(1)
    const ours = story.git('rev-parse', '--short=10', 'main')
    expect(await planned()).toMatchObject({ skipped: [], changes: [] })
    story.commit(asks(500))
    expect(await planned()).toMatchObject({
      changes: [],
      skipped: [{ reason: `reverted by a person after ${ours}` }],
    })
    story.commit(asks(400))
    expect(await planned()).toMatchObject({
      changes: [],
      skipped: [{ reason: `set by a person after ${ours}` }],
    })
  })
})
