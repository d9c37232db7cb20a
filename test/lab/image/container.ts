import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Readable } from 'node:stream'
import { node24 } from '../node24.mjs'
import type { ImageRecipe } from './dockerfile.ts'

/** A command in a root file system of the image. */
interface Container {
  readonly root: string
  readonly recipe: ImageRecipe
  /** Arguments of the entry point. */
  readonly args: readonly string[]
  /** Flags of bwrap that mount files of this machine. */
  readonly mounts?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Number of the user. Default: that of the image. */
  readonly user?: string
  /** Whether it reaches the servers on the loopback interface of this machine. Default: no network. */
  readonly network?: boolean
}

/** A container that runs. Its process has `stdout` and `stderr`. */
export interface Started {
  readonly child: ChildProcess
  /** Sends a signal to the command itself. */
  readonly signal: (name: NodeJS.Signals) => void
}

/** Why no container can run here; `undefined` where it can. */
export function containerObstacle(): string | undefined {
  if (node24() === undefined) return 'There is no Node 24. Run `npm run lab:node`.'
  const flags = ['--unshare-all', '--uid', '1000', '--ro-bind', '/', '/', 'true']
  const { status, error, stderr } = spawnSync('bwrap', flags)
  return status === 0 ? undefined : `bwrap cannot make namespaces here: ${error?.message ?? String(stderr)}`
}

/** Runs the command until it ends, and gives its exit code and what it printed. */
export function runContainer(
  container: Container,
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const { child } = startContainer(container)
    const output = { stdout: '', stderr: '' }
    child.stdout?.on('data', (text) => (output.stdout += text))
    child.stderr?.on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...output }))
  })
}

/** Starts the command as a container would: its user, its environment alone, and a root that cannot be written. */
export function startContainer({ root, recipe, args, ...more }: Container): Started {
  const { mounts = [], env = {}, user = recipe.user, network = false } = more
  const writable = ['/tmp', ...recipe.directories.map(({ path }) => path)].flatMap((path) => [
    '--tmpfs',
    path,
  ])
  const variables = Object.entries({ PATH: '/usr/local/bin:/usr/bin', ...recipe.env, ...env })
  const flags = [
    ...['--unshare-all', ...(network ? ['--share-net'] : [])],
    ...['--as-pid-1', '--die-with-parent', '--clearenv', '--uid', user, '--gid', user],
    ...['--ro-bind', root, '/', '--proc', '/proc', '--dev', '/dev', ...writable, ...mounts],
    ...variables.flatMap(([name, value]) => ['--setenv', name, value]),
  ]
  const child = spawn('bwrap', ['--info-fd', '3', ...flags, ...recipe.entrypoint, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  let info = ''
  const pipe = child.stdio[3] as Readable
  pipe.on('data', (part) => (info += part))
  return {
    child,
    signal: (name) => {
      process.kill((JSON.parse(info) as { 'child-pid': number })['child-pid'], name)
    },
  }
}
