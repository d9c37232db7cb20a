import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoCheckout, demoFiles, git, tortoise } from './program.ts'

const checkout = demoCheckout()
const root = checkout.directory
afterAll(checkout.remove)

const snapshot = join(demoFiles, 'snapshot.json')
const settings = (overlay: boolean): string =>
  JSON.stringify({
    sources: [
      {
        path: 'charts/web',
        release: 'storefront',
        values: ['envs/prod/storefront.yaml'],
        cluster: 'prod',
        namespace: 'shop',
        overlay,
      },
    ],
    clusters: [{ name: 'prod' }],
    deliver: { base: 'main', branch: 'main' },
  })

const run = () => tortoise(['run', '--snapshot', snapshot, '-o', 'json'], { cwd: root })
const render = () =>
  tortoise(
    [
      'render',
      'charts/web',
      '--release',
      'storefront',
      '--namespace',
      'shop',
      '--cluster',
      'prod',
      '--values',
      '/envs/prod/storefront.yaml',
    ],
    { cwd: root },
  )
const file = 'charts/web/.tortoise/prod/shop.deployment.storefront.json'

describe('values that no source line sets, in a source that is rolled out with committed recommendations', () => {
  beforeAll(() => {
    writeFileSync(join(root, 'tortoise.yaml'), settings(true))
    git(root, 'commit', '--quiet', '--all', '--message=settings')
  })

  it('are committed to .tortoise, and only they', async () => {
    const ended = await run()
    expect(ended.status, ended.stderr).toBe(0)
    expect(git(root, 'show', '--stat=200', '--format=', 'main')).toContain(file)
    const laid = JSON.parse(git(root, 'show', `main:${file}`)) as {
      values: { container: string; field: string; value: string }[]
    }
    expect(laid).toMatchObject({
      version: 1,
      workload: { kind: 'Deployment', namespace: 'shop', name: 'storefront' },
    })
    expect(new Set(laid.values.map(({ container }) => container))).toEqual(new Set(['metrics']))
    const { stdout } = await render()
    for (const { value } of laid.values) expect(stdout).toContain(value)
  })

  it('run again, nothing is left to do', async () => {
    const head = git(root, 'rev-parse', 'main')
    const ended = await run()
    expect(ended.status).toBe(0)
    expect(git(root, 'rev-parse', 'main')).toBe(head)
  })

  it('in another source, they are skipped with a reason', async () => {
    writeFileSync(join(root, 'tortoise.yaml'), settings(false))
    git(root, 'reset', '--quiet', '--hard', 'HEAD~1')
    writeFileSync(join(root, 'tortoise.yaml'), settings(false))
    const ended = await tortoise(['plan', '--snapshot', snapshot], { cwd: root })
    expect(ended.stdout).toContain('hard-coded in the chart')
    expect(ended.stdout).not.toContain('.tortoise')
  })
})
