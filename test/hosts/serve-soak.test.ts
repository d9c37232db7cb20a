import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
import { count, type Ground, type LogLine, openGround, type Replica, settingsFor } from './daemon.ts'
import { git } from './program.ts'

/** Seconds that it would take on an idle machine: 600 is the full form, the default is as long as a test may be. */
const seconds = Number(process.env['TORTOISE_SOAK'] ?? '40')
/** Rounds of three seconds. On a busy machine each takes longer, and there are no fewer. */
const rounds = Math.ceil(seconds / 3)

let ground: Ground
beforeAll(() => {
  ground = openGround()
})
afterAll(() => ground.close())

/** The fleet's history in a real Prometheus, moved so that it ends now. */
async function prometheusUntilNow() {
  const fleet = createFleet({ seed: demoSeed })
  const { to } = fleet.window
  const shift = Math.floor((Date.now() / 1000 - to) / 300) * 300
  async function* lines(): AsyncGenerator<string> {
    for (const text of openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 }))
      yield text.replace(/ (\d{10})(\.\d+)?$/gm, (_all, at: string) => ` ${Number(at) + shift}`)
  }
  const lab = await startPrometheus(lines())
  const line = await startSwitch(Number(new URL(lab.url).port))
  return { lab, line }
}

/** What comes and goes while the daemons run. */
async function openWorld({ root, bare, person }: Ground) {
  // The clone of the person becomes what the server holds, with room for pushes.
  rmSync(bare, { recursive: true })
  cpSync(join(person, '.git'), bare, { recursive: true })
  git(bare, 'config', 'core.bare', 'true')
  const server = await startGitServer(root)
  const line = await startSwitch(Number(new URL(server.url).port))
  const leases = await startLeaseServer()
  writeFileSync(join(root, 'kubeconfig'), leases.kubeconfig)
  const watched = hasPrometheus() ? await prometheusUntilNow() : undefined
  const close = () => Promise.all([server.close(), leases.close(), watched?.lab.close()])
  return { line, leases, watched, close }
}

type World = Awaited<ReturnType<typeof openWorld>>

/** A change on the base branch that needs a new proposal. */
function editAsPerson({ person, bare }: Ground, round: number): void {
  const file = join(person, 'apps/overlays/prod/checkout-size.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/cpu: "?\d+m?"?/, `cpu: ${1500 + round}m`))
  git(person, 'commit', '--quiet', '--all', `--message=size ${round}`)
  git(person, 'push', '--quiet', bare, 'HEAD:main')
}

const leads = ({ log }: Replica): boolean =>
  log.filter(({ msg }) => /^(became the leader|stopped leading)$/.test(msg)).at(-1)?.msg ===
  'became the leader'

const residentMiB = ({ child }: Replica): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? '0') / 1024)
}

/** What a replica's page says, within what its log said just before and just after. */
async function compareFigures({ log, get }: Replica): Promise<void> {
  // It may have been started a moment ago.
  if (count(log, 'server started') === 0) return
  const logged = () => ({
    done: count(log, 'run finished'),
    failed: count(log, 'run failed'),
    commits: log.filter((one) => one['created'] === true).length,
  })
  const before = logged()
  const done = log.findLast(({ msg }) => msg === 'run finished')
  const ended = log.findLast(({ msg }) => msg === 'run finished' || msg === 'run failed')
  const text = await (await get('/metrics')).text()
  await sleep(20)
  const after = logged()
  const value = (series: string): number =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${series} `))
        ?.split(' ')
        .at(-1) ?? '0',
    )
  const shown = {
    done: value('tortoise_runs_total{schedule="soak",result="done"}'),
    failed: value('tortoise_runs_total{schedule="soak",result="failed"}'),
    commits: value('tortoise_commits_total{schedule="soak"}'),
  }
  for (const name of ['done', 'failed', 'commits'] as const) {
    expect(shown[name], `${name}\n${text}`).toBeGreaterThanOrEqual(before[name])
    expect(shown[name], `${name}\n${text}`).toBeLessThanOrEqual(after[name])
  }
  if (after.done !== before.done || after.failed !== before.failed) return
  expect(value('tortoise_changes{schedule="soak"}')).toBe(done?.['changes'] ?? 0)
  expect(value('tortoise_run_duration_seconds{schedule="soak"}')).toBe(ended?.['duration_seconds'] ?? 0)
}

/** Runs of all replicas that began before another had ended. */
function overlaps(all: readonly Replica[]): readonly string[] {
  const runs = all
    .flatMap(({ log }) => {
      const starts = log.filter(({ msg }) => msg === 'run started')
      const ends = log.filter(({ msg }) => msg === 'run finished' || msg === 'run failed')
      return starts.map(({ time }, index) => ({ from: time, to: ends[index]?.time ?? '9' }))
    })
    .sort((a, b) => (a.from < b.from ? -1 : 1))
  return runs.flatMap(({ from }, index) => (index > 0 && from < (runs[index - 1]?.to ?? '') ? [from] : []))
}

/** Ends the replica that leads in the middle of a run, and starts another in its place. */
async function replaceLeader(pair: Replica[], start: () => Replica): Promise<void> {
  const at = pair.findIndex(leads)
  const leader = pair[at]
  if (leader === undefined) return
  const runs = count(leader.log, 'run started')
  await ground.until('the leader is in mid-run', () => count(leader.log, 'run started') > runs)
  await compareFigures(leader)
  leader.child.kill('SIGTERM')
  expect(await leader.ended).toBe(0)
  expect(leader.log.at(-1)).toMatchObject({ msg: 'shutdown finished' })
  pair.splice(at, 1, start())
}

/** One round of three seconds: people edit, servers go and come, leaders are replaced while `restless`. */
async function turn(round: number, { line, watched }: World): Promise<void> {
  await sleep(3000)
  if (round % 3 === 1) editAsPerson(ground, round)
  if (round % 4 === 2) await line.off()
  if (round % 4 === 3) await line.on()
  if (round % 7 === 4) await watched?.line.off()
  if (round % 7 === 6) await watched?.line.on()
}

describe(`two replicas with a Lease for ${seconds} s`, () => {
  it('never run at once, lose or double no commit, stay as small as they were, and count right', {
    timeout: (seconds * 10 + 900) * 1000,
  }, async () => {
    const { root, bare, serve, until, replicas } = ground
    const world = await openWorld(ground)
    const settings = join(root, 'soak.yaml')
    const serving = {
      schedules: [{ cron: '*/2 * * * * *', name: 'soak' }],
      leaderElection: { namespace: 'tortoise', leaseSeconds: 3 },
    }
    writeFileSync(settings, settingsFor(`${world.line.url}/shop.git`, serving))
    const usage = world.watched && ['--prometheus', world.watched.line.url]
    const start = (): Replica =>
      serve(`soak-${replicas.length}`, settings, {
        env: { KUBECONFIG: join(root, 'kubeconfig') },
        ...(usage && { usage }),
      })
    const pair = [start(), start()]
    const sizes: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await turn(round, world)
      // In the first third leaders are replaced; whoever leads then stays, so that its memory can be watched.
      const restless = round <= rounds / 3
      if (restless && round % 4 === 3) await replaceLeader(pair, start)
      if (!restless) sizes.push(...pair.filter(leads).map(residentMiB))
      if (round % 5 === 0) for (const one of pair) await compareFigures(one)
    }
    await world.line.on().catch(() => undefined)
    await world.watched?.line.on().catch(() => undefined)
    const done = (): number => pair.reduce((sum, { log }) => sum + count(log, 'run finished'), 0)
    const before = done()
    await until('runs after all came back', () => done() >= before + 3)
    for (const one of pair) await compareFigures(one)
    for (const { child } of pair) child.kill('SIGTERM')
    expect(await Promise.all(pair.map(({ ended }) => ended))).toEqual([0, 0])

    const lines: readonly LogLine[] = replicas.flatMap(({ log }) => log)
    const commits = lines.filter((one) => one['created'] === true).map((one) => one['commit'])
    const last = lines
      .filter(({ msg }) => msg === 'run finished')
      .sort((a, b) => (a.time < b.time ? -1 : 1))
      .at(-1)
    expect(overlaps(replicas)).toEqual([])
    expect(git(bare, 'rev-parse', 'tortoise/right-size').trim()).toBe(last?.['commit'])
    expect(git(bare, 'rev-list', '--count', 'main..tortoise/right-size').trim()).toBe('1')
    expect(new Set(commits).size).toBe(commits.length)
    expect(git(bare, 'fsck', '--strict')).toBe('')
    expect(world.leases.requests.filter((one) => !one.includes('/leases'))).toEqual([])
    expect(world.leases.holder()).toBe('')
    const quarter = Math.ceil(sizes.length / 4)
    const [early, late] = [Math.max(...sizes.slice(0, quarter)), Math.max(...sizes.slice(-quarter))]
    const figures = {
      seconds,
      prometheus: world.watched !== undefined,
      replicas: replicas.length,
      runs: count(lines, 'run started'),
      done: count(lines, 'run finished'),
      failed: count(lines, 'run failed'),
      commits: commits.length,
      earlyMiB: early,
      lateMiB: late,
    }
    process.stdout.write(`soak: ${JSON.stringify(figures)}\n`)
    expect(figures.done + figures.failed).toBe(figures.runs)
    if (seconds >= 300) expect(figures.failed).toBeGreaterThan(0)
    expect(late).toBeLessThan(early * 1.15 + 40)
    await world.close()
  })
})
