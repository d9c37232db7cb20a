import { type ChildProcess, spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { seenOn } from '../lab/github-seen.ts'
import { program } from './program.ts'
import { beginPulls, type Load, type PullStory } from './pull-story.ts'

/** Every request by TORTOISE_KILLS=1; a sample by default, for time. */
const stride = Number(process.env['TORTOISE_KILLS'] ?? 17)

const loads: readonly Load[] = [
  { name: 'api', asks: 500, uses: 100 },
  { name: 'web', asks: 100, uses: 300 },
  { name: 'cart', asks: 400, uses: 90 },
]
/** What is seen a week later: one value moved, one fits again. */
const later: readonly Load[] = [
  { name: 'api', asks: 500, uses: 460 },
  { name: 'web', asks: 100, uses: 400 },
  { name: 'cart', asks: 400, uses: 90 },
]
const deliver = '  pullRequests: { grouping: workload, labels: [resources], checks: true, dashboard: true }'

interface Mortal {
  readonly story: PullStory
  /** Runs the program; the server kills it when it has done the nth request and before it answers. */
  readonly runUntil: (nth: number) => Promise<NodeJS.Signals | null>
}

async function begin(some: readonly Load[] = loads): Promise<Mortal> {
  let [seen, last] = [0, 0]
  let child: ChildProcess | undefined
  const done = (): Promise<void> | undefined => {
    seen += 1
    const victim = child
    if (seen !== last || victim === undefined) return undefined
    const gone = new Promise<void>((resolve) => victim.once('exit', () => resolve()))
    victim.kill('SIGKILL')
    return gone
  }
  const story = await beginPulls({ loads: some, deliver, lab: { done } })
  const runUntil = (nth: number): Promise<NodeJS.Signals | null> => {
    ;[seen, last] = [0, nth]
    const { args, env } = story.command()
    const started = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: 'ignore',
    })
    child = started
    return new Promise((resolve) => started.once('close', (_, signal) => resolve(signal)))
  }
  return { story, runUntil }
}

type Prepare = (mortal: Mortal) => Promise<unknown>

/** What is on the server, without ids of commits in reasons and the fingerprints of these: they differ in each story. */
const seen = ({ story }: Mortal): object =>
  JSON.parse(
    JSON.stringify(seenOn(story.server.state))
      .replace(/(commit |`)[0-9a-f]{10}\b/g, '$1ID')
      .replace(/Tortoise-Evidence: [0-9a-f]+/g, 'Tortoise-Evidence: ID'),
  )

/** What is on the server when nothing was killed. */
async function wholeOf(prepare: Prepare, some: readonly Load[]): Promise<object> {
  const mortal = await begin(some)
  await prepare(mortal)
  expect(await mortal.runUntil(0)).toBeNull()
  await mortal.runUntil(0)
  const whole = seen(mortal)
  await mortal.story.close()
  return whole
}

/** Kills a run after every request in turn and lets another finish it; how many requests there were. */
async function expectSame(prepare: Prepare, some: readonly Load[] = loads): Promise<number> {
  const whole = await wholeOf(prepare, some)
  for (let nth = 1; ; nth += stride) {
    const mortal = await begin(some)
    await prepare(mortal)
    const signal = await mortal.runUntil(nth)
    await mortal.runUntil(0)
    expect(seen(mortal), `killed after request ${nth}`).toEqual(whole)
    await mortal.story.close()
    if (signal === null) return nth - 1
  }
}

describe('the program, killed by SIGKILL after a request', () => {
  it('while it proposes is finished by the next run', async () => {
    expect(await expectSame(async () => undefined)).toBeGreaterThanOrEqual(30)
  }, 900_000)

  it('while it follows a value and closes what fits again is finished by the next run', async () => {
    const week = async ({ story, runUntil }: Mortal) => {
      await runUntil(0)
      story.see(later)
    }
    expect(await expectSame(week)).toBeGreaterThan(10)
  }, 900_000)

  it('while it takes back what did harm and comments on what was merged is finished by the next run', async () => {
    const db: Load = { name: 'db', asks: 120, uses: 100, memory: 1024, usesMemory: 200 }
    const killed = async ({ story, runUntil }: Mortal) => {
      await runUntil(0)
      story.server.state.pulls.merge(1)
      story.see([{ ...db, killed: 0.3, usesMemory: 300 }])
    }
    expect(await expectSame(killed, [db])).toBeGreaterThanOrEqual(15)
  }, 900_000)
})
