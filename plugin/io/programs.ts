import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join, resolve } from 'node:path'
import { stop } from '../model/problem.ts'
import { findSandbox, type Sandbox } from './sandbox.ts'

/** Paths from the settings, which win over PATH. */
export type ProgramPaths = Readonly<Partial<Record<'kustomize' | 'kubectl' | 'helm', string | undefined>>> & {
  /** Time limit of one execution, in seconds. */
  readonly timeoutSeconds?: number
  /** Whether programs run in a sandbox; `preferred` where left out. */
  readonly sandbox?: SandboxMode
}

/** How much is asked of the sandbox: `required` refuses to render where none works. */
export type SandboxMode = 'required' | 'preferred' | 'off'

/** Finds external programs. */
export interface Programs {
  /** Time limit of one execution, in milliseconds. */
  readonly timeoutMs?: number
  /** The sandbox that programs run in; `undefined` where none is asked for, or none works and none is required. */
  readonly sandbox: () => Promise<Sandbox | undefined>
  /** The first of these programs that is installed. Rejects with `program.missing`, which says where it was searched and how to install it. */
  readonly find: (...names: readonly string[]) => Promise<{ readonly name: string; readonly file: string }>
}

const installHints: Readonly<Record<string, string>> = {
  kustomize: 'https://kubectl.docs.kubernetes.io/installation/kustomize/',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
  'ssh-keygen': 'part of OpenSSH 8.1 or newer',
  gpg: 'part of GnuPG 2',
}

/**
 * Makes the lookup of programs: paths from the settings first, then the directories of PATH. A program inside `repository`
 * is never run. Results are cached.
 */
export function createPrograms(paths: ProgramPaths, searchPath: string, repository?: string): Programs {
  const given = new Map<string, unknown>(Object.entries(paths))
  const known = new Map<string, Promise<string | undefined>>()
  const locate = (name: string): Promise<string | undefined> => {
    const cached = known.get(name)
    if (cached !== undefined) return cached
    const path = given.get(name)
    const found = typeof path === 'string' ? fromSettings(name, path, repository) : searchIn(searchPath, name)
    known.set(name, found)
    return found
  }
  const find: Programs['find'] = async (...names) => {
    for (const name of names) {
      const file = await locate(name)
      if (file !== undefined) return { name, file }
    }
    throw missing(names, searchPath)
  }
  const { timeoutSeconds, sandbox: mode = 'preferred' } = paths
  let sandbox: ReturnType<typeof openSandbox> | undefined
  const openOnce = (): ReturnType<typeof openSandbox> => {
    sandbox ??= openSandbox(mode, searchPath)
    return sandbox
  }
  return {
    find,
    sandbox: openOnce,
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  }
}

async function openSandbox(mode: SandboxMode, searchPath: string): Promise<Sandbox | undefined> {
  if (mode === 'off') return undefined
  const found = findSandbox(searchPath)
  if (found !== undefined || mode === 'preferred') return found
  throw stop('program.missing', 'a sandbox is required to render, and none works on this machine', {
    hint: 'Install bubblewrap (bwrap) and allow user namespaces, or set sandbox to preferred where the repository is trusted.',
  })
}

async function fromSettings(name: string, path: string, repository: string | undefined): Promise<string> {
  const file = resolve(path)
  if (repository !== undefined && file.startsWith(`${repository}/`)) {
    throw stop('program.missing', `programs.${name} in settings is ${path}, which is inside the repository`, {
      hint: 'Use a program outside the repository: programs inside it are never run.',
    })
  }
  if (await isExecutable(file)) return file
  throw stop('program.missing', `programs.${name} in settings is ${path}, which is not an executable file`, {
    hint: `Correct programs.${name}, or remove it to use the ${name} on PATH.`,
  })
}

async function searchIn(searchPath: string, name: string): Promise<string | undefined> {
  for (const directory of searchPath.split(delimiter)) {
    const file = join(directory, name)
    if (isAbsolute(directory) && (await isExecutable(file))) return file
  }
  return undefined
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

function missing(names: readonly string[], searchPath: string) {
  const wanted = names.join(' or ')
  const places = searchPath === '' ? 'PATH, which is empty' : `PATH (${searchPath})`
  const hints = names.map((name) => [name, installHints[name]].filter(Boolean).join(': ')).join(', ')
  const signing = names.some((name) => name === 'gpg' || name === 'ssh-keygen')
  return stop(
    'program.missing',
    signing
      ? `${wanted} is needed to sign commits and was not found on ${places}`
      : `${wanted} is needed to render this source and was not found in settings or on ${places}`,
    {
      hint: `Install ${wanted} (${hints}), or set its path under programs: in tortoise.yaml.`,
    },
  )
}
