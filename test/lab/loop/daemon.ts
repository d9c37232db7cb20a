import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LoopLab } from './lab.ts'
import { step } from './load.ts'
import { startAt } from './program.ts'

/** A run that the daemon ended. */
export interface Ended {
  readonly schedule: string
  readonly time: Date
  /** What its commit changed, if it made one. */
  readonly changes: readonly string[]
}

/** The built daemon on the clock of the lab. */
export interface LoopDaemon {
  /** Lets usage and the daemon's clock go on to a time at which a schedule is due, and waits for its run and rollout. */
  readonly until: (schedule: string, due: Date) => Promise<Ended>
  readonly close: () => Promise<void>
}

interface Line {
  readonly msg: string
  readonly schedule?: string
}

/** Real seconds that a run may take. */
const patience = 120
/** Milliseconds before a schedule is due to which the clock jumps. */
const lead = 1200

/** Starts `tortoise serve` at the time of the lab, with a mirror of the repository. */
export async function startDaemon(lab: LoopLab): Promise<LoopDaemon> {
  const directory = mkdtempSync(join(tmpdir(), 'loop-daemon-'))
  const clock = join(directory, 'clock')
  writeFileSync(clock, '')
  const { args, env } = await lab.operator.access()
  const settings = join(lab.repository.checkout, 'tortoise.yaml')
  const own = ['--settings', settings, '--state', join(directory, 'state'), '--listen', '127.0.0.1:0']
  const child = startAt(lab.now(), ['serve', ...args, ...own], { ...env, LAB_CLOCK: clock })
  let [text, ended]: [string, boolean] = ['', false]
  child.stdout?.on('data', (part: Buffer) => (text += part))
  child.stderr?.on('data', (part: Buffer) => (text += part))
  const closed = new Promise<void>((resolve) =>
    child.on('close', () => {
      ended = true
      resolve()
    }),
  )
  const lines = (): readonly Line[] =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line)
  const done = (schedule: string): number =>
    lines().filter((one) => one.msg === 'run finished' && one.schedule === schedule).length
  const wait = async (what: string, holds: () => boolean): Promise<void> => {
    for (let tries = 0; !holds(); tries += 1) {
      if (ended || tries > patience * 20) throw new Error(`the daemon: ${what}: ${text.slice(-3000)}`)
      await sleep(50)
    }
  }
  await wait('does not serve', () => lines().some(({ msg }) => msg === 'server started'))
  return {
    until: async (schedule, due) => {
      const passed = Math.floor((due.getTime() - lab.now().getTime()) / 1000 / step) * step
      await lab.passTime(passed)
      const [before, head] = [done(schedule), lab.repository.head()]
      writeFileSync(clock, new Date(due.getTime() - lead).toISOString())
      await wait(`no run of ${schedule}`, () => done(schedule) > before)
      const now = lab.repository.head()
      if (now !== head) await lab.rollOutHead()
      return { schedule, time: due, changes: now === head ? [] : lab.repository.changesOf(now) }
    },
    close: async () => {
      child.kill('SIGTERM')
      await closed
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
