import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** A program to run inside, with paths of the host. */
export interface InsideCommand {
  /** The directory that the program sees as its working directory; it cannot write to it. */
  readonly directory: string
  /** An empty directory that the sandbox may use as its root. */
  readonly root: string
  /** Programs that exist inside, each at `/bin/<name>`; the first one is run. */
  readonly programs: readonly { readonly name: string; readonly file: string }[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Whether a program is a shell script: the host's shell and its libraries are then visible too. */
  readonly shell?: boolean
}

/** A way to run a program with namespaces of its own: it sees the laid tree and the programs, no network, no other process. */
export interface Sandbox {
  readonly tool: 'bwrap' | 'unshare'
  /** The command line that runs a program inside. Its children die with it. */
  readonly wrap: (command: InsideCommand) => { readonly file: string; readonly args: readonly string[] }
}

/** Where the laid tree is inside. */
export const insideDirectory = '/work'

/** Host directories that a shell needs; they hold programs and libraries alone. */
const shellDirectories = ['/bin', '/lib', '/lib64', '/usr']

/** A sandbox that works here, or why none does. */
export type SandboxSearch = { readonly sandbox: Sandbox } | { readonly sandbox?: never; readonly why: string }

/**
 * Searches for a sandbox: `bwrap` (bubblewrap), then `unshare` (util-linux), in some directories and those of the system.
 * Each is tried once, by starting a program inside; the kernel may refuse namespaces.
 */
export function searchSandbox(
  directories: readonly string[],
  tools: readonly Sandbox['tool'][] = ['bwrap', 'unshare'],
): SandboxSearch {
  const found = { bwrap: findBubblewrap, unshare: findUnshare }
  const reasons: string[] = []
  for (const tool of tools) {
    const result = found[tool](directories)
    if (typeof result !== 'string') return { sandbox: result }
    reasons.push(`${tool} ${result}`)
  }
  return { why: reasons.join(', and ') }
}

/** The first sandbox that works here; `undefined` where none does. */
export const findSandbox = (searchPath: string, tools?: readonly Sandbox['tool'][]): Sandbox | undefined =>
  searchSandbox(searchPath.split(delimiter), tools).sandbox

const absent = 'is not installed'
const refused = 'may not make namespaces here'

function findBubblewrap(directories: readonly string[]): Sandbox | string {
  const file = executable(directories, 'bwrap')
  if (file === undefined) return absent
  return works(file, bwrapTrial) ? bubblewrap(file) : refused
}

function findUnshare(directories: readonly string[]): Sandbox | string {
  const tools = ['unshare', 'mount', 'mkdir', 'env', 'sh'].map((name) => executable(directories, name))
  const [unshare, mount, mkdir, env, sh] = tools
  if (!unshare || !mount || !mkdir || !env || !sh) return absent
  if (!works(unshare, [...unshareFlags, '--', sh, '-c', `${mount} -t tmpfs none /tmp`])) return refused
  return unshared({ unshare, mount, mkdir, env, sh })
}

function executable(directories: readonly string[], name: string): string | undefined {
  return [...directories, '/usr/bin', '/bin', '/usr/sbin', '/sbin']
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

const works = (file: string, args: readonly string[]): boolean =>
  spawnSync(file, args, { env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin' }, stdio: 'ignore', timeout: 10_000 })
    .status === 0

const bwrapFlags = [
  '--unshare-user',
  '--unshare-pid',
  '--unshare-net',
  '--unshare-ipc',
  '--cap-drop',
  'ALL',
  '--die-with-parent',
]
const bwrapTrial = [...bwrapFlags, '--ro-bind', '/', '/', '--dev-bind', '/dev/null', '/dev/null', 'true']

const bubblewrap = (file: string): Sandbox => ({
  tool: 'bwrap',
  wrap: ({ directory, programs, args, env, shell }) => {
    const binds = programs.flatMap((program) => ['--ro-bind', program.file, `/programs/${program.name}`])
    const host = shell ? shellDirectories.flatMap((path) => ['--ro-bind-try', path, path]) : []
    const variables = Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value])
    return {
      file,
      args: [
        ...bwrapFlags,
        ...host,
        ...binds,
        ...[
          '--ro-bind',
          directory,
          insideDirectory,
          '--dev-bind',
          '/dev/null',
          '/dev/null',
          '--tmpfs',
          '/tmp',
        ],
        ...['--chdir', insideDirectory, '--clearenv', ...variables],
        ...['--', `/programs/${programs[0]?.name ?? ''}`, ...args],
      ],
    }
  },
})

const unshareFlags = [
  '--user',
  '--map-root-user',
  '--mount',
  '--net',
  '--pid',
  '--ipc',
  '--fork',
  '--kill-child',
]

interface Tools {
  readonly unshare: string
  readonly mount: string
  readonly mkdir: string
  readonly env: string
  readonly sh: string
}

/**
 * Mounts what is visible below `$root`, then enters it in a second user namespace: a process that has no capabilities and
 * has changed its root can neither leave it nor make namespaces (see chroot and CLONE_NEWUSER in unshare(2)).
 */
const script = ({ mount, mkdir, env }: Tools): string => `set -e
root=$1; directory=$2; count=$3; shift 3
${mount} -t tmpfs -o mode=755,size=1g none "$root"
${mkdir} "$root${insideDirectory}" "$root/programs" "$root/dev" "$root/tmp"
: > "$root/dev/null"
${mount} --bind /dev/null "$root/dev/null"
${mount} --bind "$directory" "$root${insideDirectory}"
${mount} -o remount,bind,ro "$root${insideDirectory}"
while [ "$count" -gt 0 ]; do
  : > "$root/programs/$1"
  ${mount} --bind "$2" "$root/programs/$1"
  ${mount} -o remount,bind,ro "$root/programs/$1"
  shift 2; count=$((count - 1))
done
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then ${mkdir} -p "$root$1"; ${mount} --rbind "$1" "$root$1"; ${mount} -o remount,bind,ro "$root$1"; fi
  shift
done
shift
exec ${env} -i "$@"
`

const unshared = (tools: Tools): Sandbox => ({
  tool: 'unshare',
  wrap: ({ directory, root, programs, args, env, shell }) => ({
    file: tools.unshare,
    args: [
      ...[
        ...unshareFlags,
        '--',
        tools.sh,
        '-c',
        script(tools),
        'sh',
        root,
        directory,
        String(programs.length),
      ],
      ...programs.flatMap(({ name, file }) => [name, file]),
      ...(shell ? shellDirectories : []),
      '--',
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...[tools.unshare, '--user', `--root=${root}`, `--wd=${insideDirectory}`, '--'],
      ...[`/programs/${programs[0]?.name ?? ''}`, ...args],
    ],
  }),
})
