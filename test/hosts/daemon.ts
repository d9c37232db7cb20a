import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { demoCheckout, demoFiles, git, program } from './program.ts'

/** A line of the daemon's log. */
export interface LogLine {
  readonly time: string
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** A daemon that runs, with what it logged. */
export interface Replica {
  readonly child: ChildProcess
  readonly log: LogLine[]
  readonly ended: Promise<number | null>
  readonly get: (path: string) => Promise<Response>
}

interface ServeOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Flags that say where usage comes from; the demo's recording by default. */
  readonly usage?: readonly string[]
  /** Whether the settings are those of an operator, with the repositories to work on. */
  readonly several?: boolean
}

/** A directory with the demo's repository as a server would hold it, as a person's clone, and daemons started in it. */
export interface Ground {
  readonly root: string
  readonly bare: string
  readonly person: string
  readonly replicas: readonly Replica[]
  /** Starts the built daemon; every line that it logs must be JSON. */
  readonly serve: (name: string, settings: string, options?: ServeOptions) => Replica
  /** Waits until something holds, or shows the last lines of every log. */
  readonly until: (what: string, holds: () => boolean, seconds?: number) => Promise<void>
  readonly close: () => void
}

const recorded = ['--snapshot', join(demoFiles, 'snapshot.json')]

/** Prepares the directory. */
export function openGround(): Ground {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-serve-'))
  const [bare, person] = [join(root, 'shop.git'), join(root, 'person')]
  const checkout = demoCheckout()
  git(checkout.directory, 'clone', '--quiet', '--bare', '.', bare)
  checkout.remove()
  git(root, 'clone', '--quiet', bare, person)
  const replicas: Replica[] = []
  const serve: Ground['serve'] = (name, settings, { env = {}, usage = recorded, several = false } = {}) => {
    const named = several ? ['--repositories', '--operator-settings', settings] : ['--settings', settings]
    const args = [...named, '--state', join(root, name), '--listen', '127.0.0.1:0', ...usage]
    const replica = start(spawnDaemon(root, args, env))
    replicas.push(replica)
    return replica
  }
  const lastLines = (): string =>
    replicas.flatMap(({ log }) => log.slice(-12).map((line) => JSON.stringify(line))).join('\n')
  const until: Ground['until'] = async (what, holds, seconds = 180) => {
    for (let tries = 0; !holds(); tries++) {
      if (tries > seconds * 20) throw new Error(`not in ${seconds} s: ${what}\n${lastLines()}`)
      await sleep(50)
    }
  }
  const close = (): void => {
    for (const { child } of replicas) child.kill('SIGKILL')
    rmSync(root, { recursive: true, force: true })
  }
  return { root, bare, person, replicas, serve, until, close }
}

const spawnDaemon = (
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess =>
  spawn(process.execPath, [program, 'serve', ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', TORTOISE_GIT_TOKEN: 'lab-token', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })

function start(child: ChildProcess): Replica {
  const log: LogLine[] = []
  let rest = ''
  child.stdout?.on('data', (part: Buffer) => {
    const lines = (rest + part).split('\n')
    rest = lines.pop() ?? ''
    log.push(...lines.map((line) => JSON.parse(line) as LogLine))
  })
  const port = (): unknown => log.find(({ msg }) => msg === 'server started')?.['port']
  return {
    child,
    log,
    ended: new Promise((resolve) => child.on('exit', resolve)),
    get: (path) => fetch(`http://127.0.0.1:${port()}${path}`),
  }
}

/** Settings of a daemon that commits what prod needs, as JSON, which is YAML. */
export const settingsFor = (url: string, serve: object): string =>
  JSON.stringify({
    sources: [{ path: 'apps/overlays/prod', cluster: 'prod', namespace: 'shop' }],
    clusters: [{ name: 'prod' }],
    deliver: { mode: 'commit', base: 'main', remote: { url } },
    serve: { jitterSeconds: 0, shutdownSeconds: 90, ...serve },
  })

/** How many lines say something. */
export const count = (log: readonly LogLine[], msg: string): number =>
  log.filter((line) => line.msg === msg).length
