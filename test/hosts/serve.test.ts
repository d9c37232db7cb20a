import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlanBacktest } from '../../plugin/model/backtest.ts'
import { toMillicores } from '../../plugin/model/quantity.ts'
import { startGitServer } from '../lab/git-server.ts'
import { count, type Ground, openGround, settingsFor } from './daemon.ts'
import { demoFiles, git, program, tortoise } from './program.ts'

let ground: Ground
beforeAll(() => {
  ground = openGround()
})
afterAll(() => ground.close())

interface Reports {
  readonly prod: {
    readonly changes: readonly {
      readonly field: string
      readonly from: string
      readonly to: string
      readonly workload: { readonly name: string }
    }[]
    readonly backtest: PlanBacktest | null
  }
}

interface Recorded {
  readonly observations: readonly {
    readonly cluster: string
    readonly workload: { readonly name: string }
    readonly replicas?: { readonly mean: number }
  }[]
}
const recorded = JSON.parse(readFileSync(join(demoFiles, 'snapshot.json'), 'utf8')) as Recorded
const podsOf = (name: string): number =>
  recorded.observations.find(({ cluster, workload }) => cluster === 'prod' && workload.name === name)
    ?.replicas?.mean ?? 1

const figure = (metrics: string, series: string): number =>
  Number(
    metrics
      .split('\n')
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length),
  )

describe('serve', () => {
  it('runs on schedule, shows what it did, takes changed settings up, and ends in order in mid-run', async () => {
    const { root, serve, until } = ground
    const server = await startGitServer(root)
    const settings = join(root, 'settings.yaml')
    writeFileSync(
      settings,
      settingsFor(`${server.url}/shop.git`, { schedules: [{ cron: '* * * * * *', name: 'prod' }] }),
    )
    const daemon = serve('state-one', settings)
    await until('two runs', () => count(daemon.log, 'run finished') >= 2)
    const metrics = await (await daemon.get('/metrics')).text()
    expect(metrics).toMatch(/^tortoise_runs_total\{schedule="prod",result="done"\} \d+$/m)
    expect(metrics).toMatch(/^tortoise_commits_total\{schedule="prod"\} 1$/m)
    const { prod } = (await (await daemon.get('/report.json')).json()) as Reports
    const cores = prod.changes
      .filter(({ field }) => field === 'requests.cpu')
      .reduce(
        (sum, { from, to, workload }) =>
          sum + ((toMillicores(to) ?? 0) - (toMillicores(from) ?? 0)) * podsOf(workload.name),
        0,
      )
    expect(cores).toBeLessThan(0)
    expect(figure(metrics, 'tortoise_net_cpu_request_cores{schedule="prod"}')).toBeCloseTo(cores / 1000, 9)
    const [requested, recommended] = ['requested', 'recommended'].map((what) =>
      figure(metrics, `tortoise_cpu_${what}_cores{cluster="prod",namespace="shop"}`),
    ) as [number, number]
    // The same as in the backtest, where an HPA with another target runs another number of pods.
    const less = (prod.backtest?.workloads ?? [])
      .filter(({ cluster }) => cluster === 'prod')
      .reduce((sum, { before, after }) => sum + before.requestedCores - after.requestedCores, 0)
    expect(less).toBeGreaterThan(0)
    expect(requested - recommended).toBeCloseTo(less, 1)
    expect(metrics).toMatch(/^tortoise_build_info\{version="[\d.]+",nodejs_version="[\d.]+"\} 1$/m)
    expect(metrics).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(metrics).toContain(`tortoise_changes{schedule="prod"} ${prod.changes.length}\n`)
    expect(metrics).toMatch(/^tortoise_workloads_with_usage{schedule="prod",cluster="prod"} [1-9]\d*$/m)
    expect(metrics).toMatch(/^tortoise_workloads_managed{schedule="prod",cluster="prod"} [1-9]\d*$/m)
    expect((await daemon.get('/healthz')).status).toBe(200)
    expect((await daemon.get('/readyz')).status).toBe(200)
    expect(await (await daemon.get('/')).text()).toContain('<td><code>* * * * * *</code></td>')
    expect((await daemon.get('/')).headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'sha256-[^ ]+';.* frame-ancestors 'none'$/,
    )
    expect((await fetch((await daemon.get('/')).url, { method: 'POST' })).status).toBe(405)
    expect(git(ground.bare, 'rev-list', '--count', 'main..tortoise/right-size').trim()).toBe('1')

    writeFileSync(settings, '{ "serve": { "schedules": [{ "cron": "no" }] } }')
    await until(
      'bad settings are refused',
      () => count(daemon.log, 'settings rejected: the old ones stay in use') > 0,
    )
    writeFileSync(
      settings,
      settingsFor(`${server.url}/shop.git`, { schedules: [{ cron: '*/2 * * * * *', name: 'other' }] }),
    )
    await until('the other schedule runs', () =>
      daemon.log.some((line) => line['schedule'] === 'other' && line.msg === 'run started'),
    )
    daemon.child.kill('SIGTERM')
    await until('shutdown started', () => count(daemon.log, 'shutdown started') > 0)
    expect((await daemon.get('/readyz')).status).toBe(503)
    expect(await daemon.ended).toBe(0)
    expect(daemon.log.at(-1)).toMatchObject({ msg: 'shutdown finished' })
    await server.close()
  })

  it('catches up on what was due while it was down', async () => {
    const { root, serve, until } = ground
    const server = await startGitServer(root)
    const state = join(root, 'state-late')
    mkdirSync(state)
    const cron = '0 0 1 1 *'
    writeFileSync(join(state, 'due.json'), JSON.stringify({ [`yearly ${cron}`]: '2020-01-01T00:00:00Z' }))
    const settings = join(root, 'late.yaml')
    writeFileSync(settings, settingsFor(`${server.url}/shop.git`, { schedules: [{ cron, name: 'yearly' }] }))
    const daemon = serve('state-late', settings)
    await until('the missed run', () => count(daemon.log, 'run finished') > 0)
    expect(daemon.log.find(({ msg }) => msg === 'run started')).toMatchObject({ reason: 'missed' })
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    await server.close()
  })

  it('does not start where another program has its address, and is no bug', async () => {
    const { root } = ground
    const server = await startGitServer(root)
    const settings = join(root, 'taken.yaml')
    writeFileSync(settings, settingsFor(`${server.url}/shop.git`, { schedules: [{ cron: '0 0 1 1 *' }] }))
    const listen = ['--listen', new URL(server.url).host]
    const ended = await tortoise(['serve', '--settings', settings, '--state', join(root, 'taken'), ...listen])
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing can listen on') })
    await server.close()
  })

  it.each([
    [
      'a schedule that is none',
      { schedules: [{ cron: 'every day' }] },
      /serve\.schedules\.0\.cron: every day is not a cron expression/,
    ],
    ['a time zone that is none', { timeZone: 'Europe/Nowhere' }, /serve\.timeZone/],
    [
      'two schedules of one name',
      {
        schedules: [
          { cron: '* * * * *', name: 'a' },
          { cron: '1 * * * *', name: 'a' },
        ],
      },
      /two schedules have the name a/,
    ],
  ])('does not start with %s', async (_name, given, says) => {
    const { root } = ground
    const settings = join(root, 'wrong.yaml')
    writeFileSync(settings, settingsFor('http://127.0.0.1:9/x.git', given))
    const child = spawn(
      process.execPath,
      [program, 'serve', '--settings', settings, '--state', join(root, 'wrong')],
      { cwd: root },
    )
    let said = ''
    child.stderr.on('data', (part: Buffer) => (said += part))
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(2)
    expect(said).toMatch(says)
  })
})
