import { afterEach, describe, expect, it } from 'vitest'
import { autoscaler } from './emergency-ground.ts'
import { type Ended, tortoise } from './program.ts'
import { beginPulls, type PullStory } from './pull-story.ts'

let story: PullStory | undefined
afterEach(async () => {
  await story?.close()
  story = undefined
})

describe('an emergency by pull request', () => {
  const api = { name: 'api', asks: 500, uses: 100 }
  const web = { name: 'web', asks: 100, uses: 300 }
  const hpa = autoscaler('3', '20').replaceAll('web', 'api').replace('  namespace: shop\n', '')

  it('is opened at once, stays beside those of runs, and is closed when it is stopped', async () => {
    story = await beginPulls({
      loads: [api, web],
      files: { 'prod/api/hpa.yaml': hpa },
      deliver: '  pullRequests: { maxOpen: 1 }',
    })
    const [command] = [story.command]
    const start = async (...more: readonly string[]): Promise<Ended> => {
      const { args, env } = command()
      const where = args.slice(1, args.indexOf('--snapshot'))
      return tortoise(['emergency', ...more, '--workload', 'Deployment/api', '-o', 'json', ...where], { env })
    }
    expect(await story.pulls()).toMatchObject([{ action: 'opened', number: 1 }])
    const begun = await start('start', '--for', '2h', '--reason', 'sale')
    expect(begun.status, begun.stderr).toBe(0)
    expect(JSON.parse(begun.stdout).delivery.pulls).toMatchObject([{ action: 'opened', number: 2 }])
    expect(story.server.pulls[1]?.title).toMatch(/^fix\(resources\): emergency for Deployment\/api until /)
    expect(story.server.pulls[1]?.body).toContain('Reason: sale')
    expect(await story.pulls()).toMatchObject([
      { number: 2, action: 'unchanged' },
      { number: 1, action: 'unchanged' },
    ])
    const stopped = await start('stop')
    expect(stopped.status, stopped.stderr).toBe(0)
    expect(story.server.pulls.map(({ state }) => state)).toEqual(['open', 'closed'])
  }, 60_000)

  const begin = async (): Promise<void> => {
    story = await beginPulls({
      loads: [api, web],
      files: {
        'prod/api/hpa.yaml': hpa,
        'prod/web/hpa.yaml': autoscaler('3', '20').replace('  namespace: shop\n', ''),
      },
    })
  }
  const emergencyOf = (name: string, ...more: readonly string[]): Promise<Ended> => {
    if (story === undefined) throw new Error('no story')
    const { args, env } = story.command()
    const where = args.slice(1, args.indexOf('--snapshot'))
    return tortoise(['emergency', ...more, '--workload', `Deployment/${name}`, '-o', 'json', ...where], {
      env,
    })
  }
  const titles = () =>
    (story?.server.pulls ?? []).map(({ title, state }) => `${state} ${title.split(' until')[0]}`)

  it('does not replace that of another workload, and its stop closes only its own', async () => {
    await begin()
    await emergencyOf('api', 'start')
    await emergencyOf('web', 'start')
    const name = 'fix(resources): emergency for Deployment'
    expect(titles()).toEqual([`open ${name}/api`, `open ${name}/web`])
    await emergencyOf('web', 'stop')
    expect(titles()).toEqual([`open ${name}/api`, `closed ${name}/web`])
    expect((await emergencyOf('web', 'stop')).status).toBe(2)
    expect(titles()).toEqual([`open ${name}/api`, `closed ${name}/web`])
  }, 60_000)

  it('ends by a pull request that the next run keeps open, and by halves where a squash replaced its message', async () => {
    await begin()
    await emergencyOf('api', 'start', '--direct')
    const minimum = (): string =>
      /minReplicas: (\d+)/.exec(story?.git('show', 'main:prod/api/hpa.yaml') ?? '')?.[1] ?? ''
    expect(minimum()).toBe('20')
    await emergencyOf('api', 'stop')
    const number = story?.server.pulls.length ?? 0
    await story?.pulls()
    expect(story?.server.pulls[number - 1]?.state).toBe('open')
    story?.server.state.pulls.merge(number, { commit_message: story.server.pulls[number - 1]?.body ?? '' })
    expect(minimum()).toBe('10')
    const open = await story?.pulls()
    const [next] = (open ?? []).filter(({ branch }) =>
      /minReplicas: 5\b/.test(story?.git('show', `${branch}:prod/api/hpa.yaml`) ?? ''),
    )
    expect(next?.action).toMatch(/opened|updated/)
  }, 60_000)
})
