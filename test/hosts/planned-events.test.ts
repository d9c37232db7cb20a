import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  autoscaler,
  checkout,
  commits,
  emergency,
  kustomization,
  read,
  run,
  work,
} from './emergency-ground.ts'
import { git, tortoise } from './program.ts'

describe('a planned event', () => {
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString()

  /** Settings with one event, committed. */
  function plan(from: string, to: string, least: number | string = 12): void {
    const text = read('tortoise.yaml').replace(/events:.*\n/, '')
    const wanted = typeof least === 'number' ? `minReplicas: ${least}` : least
    const event = `{ name: sale, match: { namespace: shop }, from: "${from}", to: "${to}", ${wanted} }`
    writeFileSync(join(work.root, 'tortoise.yaml'), `${text}events: [${event}]\n`)
    git(work.root, 'commit', '--quiet', '--all', '--message=event')
  }
  /** The Deployment was observed, and nothing is recommended from it. */
  const observed = (): readonly object[] => [
    {
      cluster: 'prod',
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      window: { from: at(-24 * 14), to: at(0) },
      days: 14,
      coverage: 1,
      containers: [{ container: 'app', oomKills: 0 }],
    },
  ]
  const minimumAfterRun = async (observations: readonly object[] = []): Promise<string> => {
    await run(observations)
    return kustomization.minimum().replace(/ #.*/, '')
  }

  it('raises the minimum before it begins, keeps it, and restores it after', async () => {
    checkout(kustomization)
    plan(at(48), at(72))
    expect(await minimumAfterRun()).toBe('3')
    plan(at(12), at(36))
    expect(await minimumAfterRun()).toBe('12')
    const before = commits()
    expect(await minimumAfterRun()).toBe('12')
    expect(commits()).toBe(before)
    expect(git(work.root, 'log', '-1', '--format=%B')).toContain('Planned: sale (until ')
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('3')
    expect(await minimumAfterRun()).toBe('3')
  }, 60_000)

  it('raises no minimum above the maximum, and restores none that a person set meanwhile', async () => {
    checkout(kustomization)
    plan(at(-1), at(36), 50)
    expect(await minimumAfterRun()).toBe('20')
    writeFileSync(join(work.root, 'apps/web/hpa.yaml'), autoscaler('7', '20'))
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('7')
  }, 60_000)

  it('is restored although an emergency began during it', async () => {
    checkout(kustomization)
    plan(at(-1), at(36))
    expect(await minimumAfterRun()).toBe('12')
    await emergency('start', '--namespace', 'shop')
    expect(kustomization.minimum()).toMatch(/^20/)
    await emergency('stop', '--namespace', 'shop')
    expect(kustomization.minimum()).toMatch(/^12/)
    plan(at(-36), at(-1))
    expect(await minimumAfterRun()).toBe('3')
  }, 60_000)

  it('raises requests with their limits, and the minimum to the maximum, and restores them', async () => {
    checkout(kustomization)
    const resources = (): readonly string[] => {
      const manifest = read('apps/web/app.yaml')
      return [...manifest.matchAll(/(?:requests|limits): (\{.*\})/g)].map(([, text = '']) => text)
    }
    const before = resources()
    plan(at(-1), at(36), 'minReplicas: max, minRequests: { app: { cpu: 500m, memory: 1Gi } }')
    expect(await minimumAfterRun()).toBe('20')
    expect(resources()).toEqual(['{ cpu: 500m, memory: 1024Mi }', '{ memory: 1024Mi }'])
    const message = git(work.root, 'log', '-1', '--format=%B')
    expect(message).toMatch(
      /Planned: sale \(until .*\): the request is at least 500m, and nothing is lowered\./,
    )
    expect(message).toMatch(/Planned: sale \(until .*\): at least 20 pods run/)
    const commit = commits()
    await run()
    expect(commits()).toBe(commit)
    plan(at(-36), at(-1))
    // Without usage nothing is made smaller but the number of pods.
    expect(await minimumAfterRun()).toBe('3')
    expect(resources()).not.toEqual(before)
    await run(observed())
    expect(resources()).toEqual(before)
  }, 60_000)

  it.each([
    ['nothing', 'leadHours: 1', 'needs `minReplicas` or `minRequests`'],
    ['no amounts', 'minRequests: {}', 'needs `minReplicas` or `minRequests`'],
    ['an amount that is none', 'minRequests: { app: { cpu: much } }', 'must be an amount of CPU'],
  ])('that wants %s is refused', async (_name, wanted, says) => {
    checkout(kustomization)
    plan(at(1), at(2), wanted)
    const { status, stderr } = await tortoise(['plan', '--snapshot', 'x.json'], { cwd: work.root })
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)])
  })

  it('keeps what it raised above an emergency when that is stopped, and both go back after it', async () => {
    checkout(kustomization)
    const cpu = (): string => /requests: \{ cpu: (\w+),/.exec(read('apps/web/app.yaml'))?.[1] ?? ''
    await emergency('start', '--namespace', 'shop', '--factor', '1.5')
    expect(cpu()).toBe('300m')
    plan(at(-1), at(36), 'minRequests: { app: { cpu: 600m } }')
    await run()
    expect(cpu()).toBe('600m')
    expect((await emergency('stop', '--namespace', 'shop')).stderr).toContain(
      'a planned event raised values above those of the emergency, which stay: shop/Deployment/web; stop it again after the event',
    )
    expect(cpu()).toBe('600m')
    plan(at(-36), at(-1))
    await run(observed())
    expect(cpu()).toBe('600m')
    await emergency('stop', '--namespace', 'shop')
    expect(cpu()).toBe('200m')
  }, 60_000)

  it('whose match fits no workload is warned of', async () => {
    checkout(kustomization)
    plan(at(-1), at(36))
    expect(await run()).not.toContain('the planned event')
    const text = read('tortoise.yaml').replace('match: { namespace: shop }', 'match: { namespace: shpo }')
    writeFileSync(join(work.root, 'tortoise.yaml'), text)
    git(work.root, 'commit', '--quiet', '--all', '--message=typo')
    expect(await run()).toContain(
      'the planned event sale matches no workload that has recommendations ({ namespace: shpo }), so nothing is raised for it',
    )
    plan(at(-1), at(36), 'minRequests: { app: { cpu: 500m }, ap: { cpu: 500m } }')
    expect(await run()).toContain(
      'the planned event sale names containers that no workload has which it matches (ap), so their requests are not raised',
    )
  }, 60_000)

  it('that ends before it begins is refused with its place', async () => {
    checkout(kustomization)
    plan(at(2), at(1))
    const { status, stderr } = await tortoise(['plan', '--snapshot', 'x.json'], { cwd: work.root })
    expect([status, stderr]).toEqual([2, expect.stringContaining('must be after `from`')])
  })
})
