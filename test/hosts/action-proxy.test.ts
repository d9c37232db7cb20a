import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { type LoopbackProxy, startProxy } from '../lab/proxy.ts'
import { demoFiles, git } from './program.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const portOf = (url: string): number => Number(new URL(url).port)

async function* lines(): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed })
  yield* openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 })
}

if (!hasPrometheus()) console.warn('no prometheus: it is not asked through a proxy')

describe.skipIf(!hasNode24)('the Action behind a proxy', () => {
  let shop: Shop
  let prometheus: PrometheusLab | undefined
  let proxy: LoopbackProxy
  beforeAll(async () => {
    shop = await openShop({ token: 'ghs_proxy-token-00000000000000000000000' })
    prometheus = hasPrometheus() ? await startPrometheus(lines()) : undefined
    proxy = await startProxy({
      'git.shop.invalid': portOf(shop.gitServer.url),
      'api.shop.invalid': portOf(shop.github.url),
      ...(prometheus && { 'prometheus.shop.invalid': portOf(prometheus.url) }),
    })
  })
  afterAll(async () => {
    await Promise.all([shop.close(), prometheus?.close(), proxy.close()])
  })

  const snapshot = join(demoFiles, 'snapshot.json')
  const names = {
    GITHUB_SERVER_URL: 'http://git.shop.invalid',
    GITHUB_API_URL: 'http://api.shop.invalid',
  }
  const usage = () =>
    prometheus === undefined
      ? { snapshot }
      : { 'prometheus-url': 'http://prometheus.shop.invalid', cluster: 'prod', until: '2026-09-14T00:00:00Z' }

  it.each(['HTTP_PROXY', 'http_proxy'])('reads Prometheus and pushes by %s', async (variable) => {
    const before = proxy.asked.length
    const ended = await shop.step(
      { 'github-token': shop.token, mode: 'commit', ...usage() },
      { env: { ...names, [variable]: proxy.url } },
    )
    expect(ended.status, ended.stdout).toBe(0)
    const asked = proxy.asked.slice(before).join('\n')
    expect(asked).toContain('git.shop.invalid')
    if (prometheus !== undefined) expect(asked).toContain('prometheus.shop.invalid')
    expect(git(shop.bare, 'rev-parse', 'tortoise/right-size').trim()).toBe(ended.outputs['commit'])
  })

  it('opens pull requests by it', async () => {
    const ended = await shop.step(
      { 'github-token': shop.token, mode: 'pull-request', snapshot },
      { env: { ...names, HTTP_PROXY: proxy.url } },
    )
    expect(ended.status, ended.stdout).toBe(0)
    expect(proxy.asked.join('\n')).toContain('api.shop.invalid')
    expect(shop.github.pulls.length).toBeGreaterThan(0)
  })

  it('asks hosts of NO_PROXY directly', async () => {
    const before = proxy.asked.length
    const ended = await shop.step(
      { 'github-token': shop.token, mode: 'commit', snapshot },
      { env: { HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' } },
    )
    expect(ended.status, ended.stdout).toBe(0)
    expect(proxy.asked.length).toBe(before)
  })

  it('says so where the proxy does not know a host', async () => {
    const ended = await shop.step(
      { 'github-token': shop.token, mode: 'commit', snapshot },
      { env: { GITHUB_SERVER_URL: 'http://elsewhere.invalid', HTTP_PROXY: proxy.url } },
    )
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/^::error.*elsewhere\.invalid/m)
  })
})
