import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsageReading } from '../../plugin/model/reading.ts'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { readTraces } from '../lab/fleet/traces.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { demoCheckout, git, tortoise } from './program.ts'

const traceFile = join(import.meta.dirname, '../../../shared/traces/cpu-avg-5min.csv.gz')
const traced = existsSync(traceFile)
const token = 'push-token-5f2c0a'
const until = '2026-09-14T00:00:00Z'

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: the run against a real one is not tested')
if (!traced) console.warn('no recorded usage traces beside the project: the CPU series are generated ones')

async function* lines(): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed, ...(traced ? { traces: readTraces(traceFile) } : {}) })
  const { from, to } = fleet.window
  yield* openMetrics(fleet, { cluster: 'prod', from, to, slowStep: 300 })
}

type Report = { readonly usage: readonly UsageReading[] }

describe.skipIf(!hasPrometheus())('a run against a real Prometheus and a real Git server', () => {
  const work = { root: '', bare: '', directory: '', remove: () => {}, settings: '' }
  let prometheus: PrometheusLab
  let server: GitServer

  beforeAll(async () => {
    work.root = mkdtempSync(join(tmpdir(), 'tortoise-run-'))
    work.bare = join(work.root, 'shop.git')
    mkdirSync(work.bare)
    git(work.bare, 'init', '--quiet', '--bare', '--initial-branch=main')
    Object.assign(work, demoCheckout())
    git(work.directory, 'push', '--quiet', work.bare, 'main')
    server = await startGitServer(work.root, token)
    work.settings = join(work.root, 'tortoise.yaml')
    const own = readFileSync(join(work.directory, 'tortoise.yaml'), 'utf8')
    writeFileSync(work.settings, `${own.trimEnd()}\n  remote:\n    url: ${server.url}/shop.git\n`)
    prometheus = await startPrometheus(lines())
  })
  afterAll(async () => {
    await server.close()
    await prometheus?.close()
    work.remove()
    rmSync(work.root, { recursive: true, force: true })
  })

  const run = (secret: string) => {
    const source = ['--prometheus', prometheus.url, '--cluster', 'prod', '--until', until]
    return tortoise(['run', '--repo', work.directory, '--settings', work.settings, ...source], {
      env: { TORTOISE_GIT_TOKEN: secret },
    })
  }

  it('pushes a commit with right-sized values that plain git fetches and finds sound', async () => {
    const ended = await run(token)
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('Proved by rendering') })
    const clone = join(work.root, 'clone')
    git(work.root, 'clone', '--quiet', '--branch=tortoise/right-size', work.bare, clone)
    expect(git(clone, 'fsck', '--strict')).toBe('')
    expect(git(clone, 'rev-list', '--count', 'origin/main..HEAD').trim()).toBe('1')
    const trailers = git(clone, 'log', '-1', '--format=%(trailers:key=Tortoise-Change,valueonly)')
    expect(trailers).toMatch(/^prod\/shop\/Deployment\/cart cart requests\.memory 192Mi \d+Mi( |$)/m)
    expect(trailers).not.toMatch(/^staging/m)
    const size = readFileSync(join(clone, 'apps/overlays/prod/kustomization.yaml'), 'utf8')
    expect(size).toMatch(/memory: 3\d\dMi {2}# see the postmortem of last November/)
  })

  it('run again makes no second commit and pushes nothing', async () => {
    const head = git(work.bare, 'rev-parse', 'refs/heads/tortoise/right-size')
    expect(await run(token)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Already committed'),
    })
    expect(git(work.bare, 'rev-parse', 'refs/heads/tortoise/right-size')).toBe(head)
  })

  it('stops with exit 2 when the server refuses the token, which is shown nowhere', async () => {
    const ended = await run('wrong-token-77aa')
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('127.0.0.1')
    expect(ended.stdout + ended.stderr).not.toMatch(/wrong-token-77aa|push-token-5f2c0a/)
  })

  it('a snapshot recorded from it gives the same plan offline', async () => {
    const file = join(work.root, 'snapshot.json')
    const source = ['--prometheus', prometheus.url, '--cluster', 'prod', '--until', until]
    const recorded = await tortoise(['snapshot', '--repo', work.directory, ...source, '--out', file])
    expect(recorded).toMatchObject({ status: 0, stdout: expect.stringMatching(/Recorded \d+ workloads/) })
    const plan = (...from: readonly string[]) =>
      tortoise(['plan', '--repo', work.directory, '--cluster', 'prod', '-o', 'json', ...from])
    const [online, offline] = [await plan(...source), await plan('--snapshot', file)]
    const { usage, ...now } = JSON.parse(online.stdout) as Report
    const { usage: recordedUsage, ...then } = JSON.parse(offline.stdout) as Report
    expect(then).toEqual(now)
    // Reports and the snapshot say where usage was read and what it cost; only the time differs.
    expect(usage).toEqual([
      {
        cluster: 'prod',
        origin: 'prometheus',
        workloads: expect.any(Number),
        dialect: expect.stringMatching(/^cadvisor, CPU from .*, memory from .*kube-state-metrics v2$/),
        cost: {
          queries: expect.any(Number),
          series: expect.any(Number),
          samples: expect.any(Number),
          bytes: expect.any(Number),
          seconds: expect.any(Number),
        },
      },
    ])
    const untimed = (readings: readonly UsageReading[]) =>
      readings.map(({ cost, ...one }) => ({ ...one, cost: { ...cost, seconds: 0 } }))
    expect(untimed(recordedUsage)).toEqual(untimed(usage))
    expect(usage[0]?.cost?.queries).toBeGreaterThan(10)
    const markdown = await tortoise([
      ...['plan', '--repo', work.directory, '--cluster', 'prod'],
      ...['-o', 'markdown', '--snapshot', file],
    ])
    expect(markdown.stdout).toContain('<summary>Where usage was read from</summary>')
    expect(markdown.stdout).toMatch(
      /- prod from prometheus, \d+ workloads: \d+ queries, \d+ series, \d+ points/,
    )
  })
})
