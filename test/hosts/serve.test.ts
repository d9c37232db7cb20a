import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { startGitServer } from '../lab/git-server.ts'
import { startLeaseServer } from '../lab/lease-server.ts'
import { hasPrometheus, startPrometheus } from '../lab/prometheus.ts'
import { startSwitch } from '../lab/switch.ts'
import { demoCheckout, demoFiles, git, program } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-serve-'))
const bare = join(root, 'shop.git')
const person = join(root, 'person')
afterAll(() => rmSync(root, { recursive: true, force: true }))
beforeAll(() => {
  const checkout = demoCheckout()
  git(checkout.directory, 'clone', '--quiet', '--bare', '.', bare)
  checkout.remove()
  git(root, 'clone', '--quiet', bare, person)
})

interface LogLine {
  readonly time: string
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

interface Replica {
  readonly child: ChildProcess
  readonly log: LogLine[]
  readonly port: () => number
  readonly ended: Promise<number | null>
}

const settingsFor = (url: string, serve: object): string =>
  JSON.stringify({
    sources: [{ path: 'apps/overlays/prod', cluster: 'prod', namespace: 'shop' }],
    clusters: [{ name: 'prod' }],
    deliver: { mode: 'commit', base: 'main', remote: { url } },
    serve: { jitterSeconds: 0, shutdownSeconds: 90, ...serve },
  })

const replicas: Replica[] = []
afterAll(() => {
  for (const { child } of replicas) child.kill('SIGKILL')
})

const recorded = ['--snapshot', join(demoFiles, 'snapshot.json')]

/** Starts the built daemon; every line that it logs must be JSON. */
function serve(
  name: string,
  settings: string,
  {
    env = {},
    usage = recorded,
  }: { readonly env?: Readonly<Record<string, string>>; readonly usage?: readonly string[] } = {},
): Replica {
  const args = [
    'serve',
    '--settings',
    settings,
    '--state',
    join(root, name),
    '--listen',
    '127.0.0.1:0',
    ...usage,
  ]
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', TORTOISE_GIT_TOKEN: 'lab-token', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const log: LogLine[] = []
  let rest = ''
  child.stdout?.on('data', (part: Buffer) => {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    log.push(...lines.map((line) => JSON.parse(line) as LogLine))
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const replica = {
    child,
    log,
    ended,
    port: () => Number(log.find(({ message }) => message === 'serving')?.['port']),
  }
  replicas.push(replica)
  return replica
}

const lastLines = (): string =>
  replicas.flatMap(({ log }) => log.slice(-12).map((line) => JSON.stringify(line))).join('\n')

async function until(what: string, holds: () => boolean, seconds = 30): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > seconds * 20) throw new Error(`not in ${seconds} s: ${what}\n${lastLines()}`)
    await sleep(50)
  }
}

const count = (log: readonly LogLine[], message: string): number =>
  log.filter((line) => line.message === message).length
const get = async (replica: Replica, path: string) => fetch(`http://127.0.0.1:${replica.port()}${path}`)

describe('serve', () => {
  it('runs on schedule, shows what it did, takes changed settings up, and ends in order in mid-run', async () => {
    const server = await startGitServer(root)
    const settings = join(root, 'settings.yaml')
    writeFileSync(
      settings,
      settingsFor(`${server.url}/shop.git`, { schedules: [{ cron: '* * * * * *', name: 'prod' }] }),
    )
    const daemon = serve('state-one', settings)
    await until('two runs', () => count(daemon.log, 'run done') >= 2, 60)
    const metrics = await (await get(daemon, '/metrics')).text()
    expect(metrics).toMatch(/^tortoise_runs_total\{schedule="prod",result="done"\} \d+$/m)
    expect(metrics).toMatch(/^tortoise_commits_total\{schedule="prod"\} 1$/m)
    expect(metrics).toMatch(/^tortoise_net_cpu_request_cores\{schedule="prod"\} -1\.175$/m)
    expect((await get(daemon, '/healthz')).status).toBe(200)
    expect((await get(daemon, '/readyz')).status).toBe(200)
    expect(await (await get(daemon, '/')).text()).toContain('<td><code>* * * * * *</code></td>')
    expect(Object.keys((await (await get(daemon, '/report.json')).json()) as object)).toEqual(['prod'])
    expect((await fetch(`http://127.0.0.1:${daemon.port()}/`, { method: 'POST' })).status).toBe(405)
    expect(git(bare, 'rev-list', '--count', 'main..tortoise/right-size').trim()).toBe('1')

    writeFileSync(settings, '{ "serve": { "schedules": [{ "cron": "no" }] } }')
    await until(
      'bad settings are refused',
      () => count(daemon.log, 'settings cannot be used; the old ones stay') > 0,
    )
    writeFileSync(
      settings,
      settingsFor(`${server.url}/shop.git`, { schedules: [{ cron: '*/2 * * * * *', name: 'other' }] }),
    )
    await until('the other schedule runs', () =>
      daemon.log.some((line) => line['schedule'] === 'other' && line.message === 'trace'),
    )
    daemon.child.kill('SIGTERM')
    await until('ending', () => count(daemon.log, 'ending') > 0)
    expect((await get(daemon, '/readyz')).status).toBe(503)
    expect(await daemon.ended).toBe(0)
    expect(daemon.log.at(-1)).toMatchObject({ message: 'ended', whole: true })
    await server.close()
  })

  it('catches up on what was due while it was down', async () => {
    const server = await startGitServer(root)
    const state = join(root, 'state-late')
    mkdirSync(state)
    const cron = '0 0 1 1 *'
    writeFileSync(join(state, 'due.json'), JSON.stringify({ [`yearly ${cron}`]: '2020-01-01T00:00:00Z' }))
    const settings = join(root, 'late.yaml')
    writeFileSync(settings, settingsFor(`${server.url}/shop.git`, { schedules: [{ cron, name: 'yearly' }] }))
    const daemon = serve('state-late', settings)
    await until('the missed run', () => count(daemon.log, 'run done') > 0)
    expect(daemon.log.find(({ message }) => message === 'run')).toMatchObject({ reason: 'missed' })
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    await server.close()
  })

  it.each([
    [
      'a schedule that is none',
      { schedules: [{ cron: 'every day' }] },
      /serve\.schedules\.0\.cron: every day is not a schedule/,
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
      /two schedules are called a/,
    ],
  ])('does not start with %s', async (_name, given, says) => {
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

/** Ten minutes when `TORTOISE_SOAK_MINUTES=10`; half a minute otherwise. */
const long = process.env['TORTOISE_SOAK_MINUTES'] !== undefined
const soakSeconds = Number(process.env['TORTOISE_SOAK_MINUTES'] ?? '0.5') * 60

describe(`two replicas with a Lease for ${soakSeconds} s`, () => {
  it('never run at once, lose or double no commit, and stay as small as they were', {
    timeout: (soakSeconds + 180) * 1000,
  }, async () => {
    rmSync(bare, { recursive: true })
    cpSync(join(person, '.git'), bare, { recursive: true })
    git(bare, 'config', 'core.bare', 'true')
    const server = await startGitServer(root)
    const line = await startSwitch(Number(new URL(server.url).port))
    const leases = await startLeaseServer()
    const kubeconfig = join(root, 'kubeconfig')
    writeFileSync(kubeconfig, leases.kubeconfig)
    const settings = join(root, 'soak.yaml')
    const leaderElection = { namespace: 'tortoise', leaseSeconds: 3 }
    writeFileSync(
      settings,
      settingsFor(`${line.url}/shop.git`, {
        schedules: [{ cron: '*/2 * * * * *', name: 'soak' }],
        leaderElection,
      }),
    )
    const start = (name: string): Replica =>
      serve(name, settings, { env: { KUBECONFIG: kubeconfig }, usage: watched?.flags ?? recorded })
    const watched = long && hasPrometheus() ? await prometheusUntilNow() : undefined
    const pair = [start('soak-a'), start('soak-b')]
    const sizes: number[] = []
    const end = Date.now() + soakSeconds * 1000
    for (let round = 1; Date.now() < end || round < 4; round++) {
      await sleep(3000)
      sizes.push(...pair.map(residentMiB))
      if (round % 3 === 1) editAsPerson(round)
      if (round % 4 === 2) await line.off()
      if (round % 4 === 3) await line.on()
      if (round % 7 === 4) await watched?.line.off()
      if (round % 7 === 6) await watched?.line.on()
      if (round % 5 === 3) pair.splice(0, 2, ...(await replaceLeader(pair, start)))
    }
    await line.on().catch(() => undefined)
    await watched?.line.on().catch(() => undefined)
    const before = count(
      pair.flatMap(({ log }) => log),
      'run done',
    )
    await until(
      'runs after all came back',
      () =>
        count(
          pair.flatMap(({ log }) => log),
          'run done',
        ) >=
        before + 3,
      60,
    )
    for (const { child } of pair) child.kill('SIGTERM')
    expect(await Promise.all(pair.map(({ ended }) => ended))).toEqual([0, 0])

    const soaked = replicas.filter(({ log }) => log.some((one) => one['schedule'] === 'soak'))
    expect(overlaps(soaked)).toEqual([])
    const commits = soaked.flatMap(({ log }) => log).filter((one) => one['created'] === true)
    const last = soaked
      .flatMap(({ log }) => log)
      .filter(({ message }) => message === 'run done')
      .sort((a, b) => (a.time < b.time ? -1 : 1))
      .at(-1)
    expect(git(bare, 'rev-parse', 'tortoise/right-size').trim()).toBe(last?.['commit'])
    expect(git(bare, 'rev-list', '--count', 'main..tortoise/right-size').trim()).toBe('1')
    expect(new Set(commits.map((one) => one['commit'])).size).toBe(commits.length)
    expect(git(bare, 'fsck', '--strict')).toBe('')
    expect(leases.requests.filter((one) => !one.includes('/leases'))).toEqual([])
    expect(leases.holder()).toBe('')
    const [early, late] = [sizes.slice(0, sizes.length / 2), sizes.slice(sizes.length / 2)].map((part) =>
      Math.max(...part),
    )
    process.stdout.write(
      `soak: ${JSON.stringify({
        seconds: soakSeconds,
        runs: before,
        commits: commits.length,
        failed: count(
          soaked.flatMap(({ log }) => log),
          'run failed',
        ),
        earlyMiB: early,
        lateMiB: late,
      })}\n`,
    )
    expect(late).toBeLessThan((early ?? 0) * 1.25 + 40)
    await server.close()
    await leases.close()
    await watched?.lab.close()
  })
})

/** The fleet's history in a real Prometheus, moved so that it ends now. */
async function prometheusUntilNow() {
  const fleet = createFleet({ seed: demoSeed })
  const { to } = fleet.window
  const shift = Math.floor((Date.now() / 1000 - to) / 300) * 300
  async function* lines(): AsyncGenerator<string> {
    for (const text of openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 }))
      yield text.replace(/ (\d{10})(\.\d+)?$/gm, (_all, seconds: string) => ` ${Number(seconds) + shift}`)
  }
  const lab = await startPrometheus(lines())
  const line = await startSwitch(Number(new URL(lab.url).port))
  return { lab, line, flags: ['--prometheus', line.url] }
}

/** Ends the replica that leads in the middle of a run, and starts another in its place. */
async function replaceLeader(
  pair: readonly Replica[],
  start: (name: string) => Replica,
): Promise<readonly Replica[]> {
  const leader = pair.find(
    ({ log }) => log.filter(({ message }) => / ?leading$/.test(message)).at(-1)?.message === 'leading',
  )
  if (leader === undefined) return pair
  const runs = count(leader.log, 'run')
  await until('the leader is in mid-run', () => count(leader.log, 'run') > runs, 30)
  leader.child.kill('SIGTERM')
  expect(await leader.ended).toBe(0)
  return [...pair.filter((one) => one !== leader), start(`soak-${replicas.length}`)]
}

/** A change on the base branch that needs a new proposal. */
function editAsPerson(round: number): void {
  const file = join(person, 'apps/overlays/prod/checkout-size.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/cpu: "?\d+m?"?/, `cpu: ${1500 + round}m`))
  git(person, 'commit', '--quiet', '--all', `--message=size ${round}`)
  git(person, 'push', '--quiet', bare, 'HEAD:main')
}

/** Runs of different replicas that went on at the same time. */
function overlaps(all: readonly Replica[]): readonly string[] {
  const runs = all
    .flatMap(({ log }) => {
      const starts = log.filter(({ message }) => message === 'run')
      const ends = log.filter(({ message }) => message === 'run done' || message === 'run failed')
      return starts.map(({ time }, index) => ({ from: time, to: ends[index]?.time ?? '9' }))
    })
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  return runs.flatMap(({ from }, index) => (index > 0 && from < (runs[index - 1]?.to ?? '') ? [from] : []))
}

const residentMiB = ({ child }: Replica): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? '0') / 1024)
}
