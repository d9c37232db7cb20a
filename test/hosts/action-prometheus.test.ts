import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { git } from './program.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

async function* lines(): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed })
  yield* openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 })
}

describe.skipIf(!hasPrometheus() || !hasNode24)(
  'the scheduled Action on a real Prometheus and a real Git server',
  () => {
    let prometheus: PrometheusLab
    let shop: Shop

    beforeAll(async () => {
      prometheus = await startPrometheus(lines())
      shop = await openShop({ token: 'ghs_1234_scheduled-run-token-0000000000' })
    })
    afterAll(async () => {
      await Promise.all([prometheus?.close(), shop?.close()])
    })

    const cache = () => join(shop.root, 'usage')
    const scheduled = () =>
      shop.step({
        'github-token': shop.token,
        'prometheus-url': prometheus.url,
        cluster: 'prod',
        until: '2026-09-14T00:00:00Z',
        mode: 'pull-request',
        cache: cache(),
      })

    it('opens a pull request from what Prometheus holds, and keeps finished days', async () => {
      expect(existsSync(cache())).toBe(false)
      const ended = await scheduled()
      expect(ended.status, ended.stdout).toBe(0)
      expect(ended.outputs).toMatchObject({ changed: 'true', 'pull-request-number': '1' })
      expect(ended.stdout).toMatch(/^::notice title=/m)
      expect(readdirSync(cache(), { recursive: true }).length).toBeGreaterThan(10)
      expect(git(shop.bare, 'rev-list', '--count', 'main..tortoise/right-size-prod').trim()).toBe('1')
    })

    it('run again finds the days where it left them and changes nothing', async () => {
      const head = git(shop.bare, 'rev-parse', 'tortoise/right-size-prod')
      const ended = await scheduled()
      expect(ended.status, ended.stdout).toBe(0)
      expect(git(shop.bare, 'rev-parse', 'tortoise/right-size-prod')).toBe(head)
      expect(shop.github.pulls).toHaveLength(1)
    })
  },
)
