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
  function plan(from: string, to: string, minReplicas = 12): void {
    const text = read('tortoise.yaml').replace(/events:.*\n/, '')
    const event = `{ name: sale, match: { namespace: shop }, from: "${from}", to: "${to}", minReplicas: ${minReplicas} }`
    writeFileSync(join(work.root, 'tortoise.yaml'), `${text}events: [${event}]\n`)
    git(work.root, 'commit', '--quiet', '--all', '--message=event')
  }
  const minimumAfterRun = async (): Promise<string> => {
    await run()
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
  }, 60_000)

  it('that ends before it begins is refused with its place', async () => {
    checkout(kustomization)
    plan(at(2), at(1))
    const { status, stderr } = await tortoise(['plan', '--snapshot', 'x.json'], { cwd: work.root })
    expect([status, stderr]).toEqual([2, expect.stringContaining('must be after `from`')])
  })
})
