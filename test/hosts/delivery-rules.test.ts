import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { beginPulls, type PullStory, pathOf } from './pull-story.ts'

const loads = ['api', 'web', 'cart'].map((name) => ({ name, asks: 500, uses: 100 }))
const branch = 'tortoise/right-size-prod'
let story: PullStory
afterEach(() => story.close())

const rules = (ways: Readonly<Record<string, string>>): string =>
  `rules:\n${Object.entries(ways)
    .map(([name, way]) => `  - { match: { workload: Deployment/${name} }, delivery: ${way} }`)
    .join('\n')}`
const cpu = (name: string, ref = 'main') =>
  /cpu: (\S+)/.exec(story.git('show', `${ref}:${pathOf({ name })}`))?.[1]
const run = async (mode = 'pull-request') => {
  const { args, env } = story.command()
  const file = args[args.indexOf('--settings') + 1] ?? ''
  writeFileSync(file, readFileSync(file, 'utf8').replace(/mode: [\w-]+/, `mode: ${mode}`))
  const { status, stdout, stderr } = await story.run()
  if (status !== 0) throw new Error(`${stderr} ${Object.keys(env)}`)
  return JSON.parse(stdout)
}

describe('rules say how changes are delivered', () => {
  it('as pull requests, directly, or not at all', async () => {
    story = await beginPulls({ loads, settings: rules({ api: 'direct', cart: 'report' }) })
    const base = story.git('rev-parse', 'main')
    const { delivery, skipped } = await run()
    expect(delivery).toMatchObject({
      mode: 'pull-request',
      pulls: [{ action: 'opened', branch, number: 1 }],
      direct: { mode: 'commit', branch: 'main', created: true, commit: story.git('rev-parse', 'main') },
    })
    expect(story.git('rev-parse', 'main^')).toBe(base)
    expect(['api', 'web', 'cart'].map((name) => cpu(name))).toEqual(['250m', '500m', '500m'])
    expect([cpu('web', branch), cpu('cart', branch)]).toEqual(['250m', '500m'])
    expect(skipped).toMatchObject([
      { workload: 'Deployment/cart', reason: 'only reported, because a rule sets delivery: report' },
    ])
  })

  it('and a second run finds nothing to do', async () => {
    story = await beginPulls({ loads, settings: rules({ api: 'direct', cart: 'report' }) })
    await run()
    const head = story.git('rev-parse', 'main')
    const { delivery } = await run()
    expect(delivery.pulls).toMatchObject([{ action: 'unchanged', number: 1 }])
    expect(delivery.direct).toBeUndefined()
    expect(story.git('rev-parse', 'main')).toBe(head)
  })

  it('as pull requests where the rest goes directly', async () => {
    story = await beginPulls({ loads, settings: rules({ web: 'pull-request' }) })
    const { delivery } = await run('direct')
    expect(delivery).toMatchObject({ pulls: [{ action: 'opened', branch }], direct: { created: true } })
    expect(['api', 'web', 'cart'].map((name) => cpu(name))).toEqual(['250m', '500m', '250m'])
    expect(cpu('web', branch)).toBe('250m')
  })

  it('and mode report writes nothing, whatever they say', async () => {
    story = await beginPulls({ loads, settings: rules({ api: 'direct', web: 'pull-request' }) })
    const base = story.git('rev-parse', 'main')
    await run('report')
    expect(story.git('for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads')).toBe(
      `${base} main`,
    )
    expect(story.server.requests).toEqual([])
  })
})
