import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { demoCheckout, git } from './program.ts'
import { runStep } from './runner.ts'

const token = 'ghs_1234_scheduled-run-token-0000000000'
const repository = 'shop/gitops'

async function* lines(): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed })
  yield* openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 })
}

describe.skipIf(!hasPrometheus())('the scheduled Action on a real Prometheus and a real Git server', () => {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-scheduled-'))
  const bare = join(root, `${repository}.git`)
  const cache = join(root, 'usage')
  let [prometheus, server, github]: [PrometheusLab?, GitServer?, GitHubServer?] = []

  beforeAll(async () => {
    mkdirSync(bare, { recursive: true })
    git(bare, 'init', '--quiet', '--bare', '--initial-branch=main')
    const checkout = demoCheckout()
    git(checkout.directory, 'push', '--quiet', bare, 'main')
    checkout.remove()
    prometheus = await startPrometheus(lines())
    server = await startGitServer(root, token)
    github = await startGitHubServer({ gitdir: bare, repository, token })
  }, 180_000)
  afterAll(async () => {
    await Promise.all([prometheus?.close(), server?.close(), github?.close()])
    rmSync(root, { recursive: true, force: true })
  })

  const scheduled = () =>
    runStep(
      {
        'github-token': token,
        'prometheus-url': prometheus?.url ?? '',
        cluster: 'prod',
        until: '2026-09-14T00:00:00Z',
        mode: 'pull-request',
        cache,
      },
      {
        directory: mkdtempSync(join(root, 'runner-')),
        clone: ['--depth=1', `file://${bare}`],
        env: {
          GITHUB_REPOSITORY: repository,
          GITHUB_SERVER_URL: server?.url ?? '',
          GITHUB_API_URL: github?.url ?? '',
        },
      },
    )

  it('opens a pull request from what Prometheus holds, and keeps finished days', async () => {
    const ended = await scheduled()
    expect(ended.status, ended.stdout).toBe(0)
    expect(ended.outputs).toMatchObject({ changed: 'true', 'pull-request-number': '1' })
    expect(ended.stdout).toMatch(/^::notice title=/m)
    expect(readdirSync(cache, { recursive: true }).length).toBeGreaterThan(10)
    expect(git(bare, 'rev-list', '--count', 'main..tortoise/right-size-prod').trim()).toBe('1')
  })

  it('run again finds the days where it left them and changes nothing', async () => {
    const head = git(bare, 'rev-parse', 'tortoise/right-size-prod')
    const ended = await scheduled()
    expect(ended.status, ended.stdout).toBe(0)
    expect(git(bare, 'rev-parse', 'tortoise/right-size-prod')).toBe(head)
    expect(github?.pulls).toHaveLength(1)
  })
})
