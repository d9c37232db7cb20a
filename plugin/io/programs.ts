import { delimiter, resolve } from 'node:path'
import { stop } from '../model/problem.ts'
import { isExecutable, searchIn } from './program-search.ts'
import { leadsInto, searchDirectories } from './reviewed-path.ts'
import { type SandboxChoice, type SandboxMode, sandboxFor } from './sandbox-mode.ts'

/** Paths from the settings, which win over PATH. */
export type ProgramPaths = Readonly<Partial<Record<'kustomize' | 'kubectl' | 'helm', string | undefined>>> & {
  /** Time limit of one execution, in seconds. */
  readonly timeoutSeconds?: number
  /** Whether programs run in a sandbox; `preferred` where left out. */
  readonly sandbox?: SandboxMode
  /** Is called when a program has to run outside the sandbox. */
  readonly warn?: (message: string) => void
}

/** Finds external programs. */
export interface Programs extends Pick<SandboxChoice, 'sandbox'> {
  /** Time limit of one execution, in milliseconds. */
  readonly timeoutMs?: number
  /** The first of these programs that is installed. Rejects with `program.missing`, which says where it was searched and how to install it. */
  readonly find: (...names: readonly string[]) => Promise<{ readonly name: string; readonly file: string }>
}

/** The lookup with what a report says about the sandbox. */
export type OpenedPrograms = Programs & SandboxChoice

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
export function createPrograms(paths: ProgramPaths, searchPath: string, repository?: string): OpenedPrograms {
  const given = new Map<string, unknown>(Object.entries(paths))
  const known = new Map<string, Promise<string | undefined>>()
  const directories = searchDirectories(searchPath, repository)
  const locate = (name: string): Promise<string | undefined> => {
    const cached = known.get(name)
    if (cached !== undefined) return cached
    const path = given.get(name)
    const found =
      typeof path === 'string'
        ? fromSettings(name, path, repository)
        : searchIn(directories, name, repository)
    known.set(name, found)
    return found
  }
  const find: Programs['find'] = async (...names) => {
    for (const name of names) {
      const file = await locate(name)
      if (file !== undefined) return { name, file }
    }
    throw missing(names, directories)
  }
  const { timeoutSeconds, sandbox: mode = 'preferred', warn = () => undefined } = paths
  return {
    find,
    ...sandboxFor({ mode, directories, warn }),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
  }
}

async function fromSettings(name: string, path: string, repository: string | undefined): Promise<string> {
  const file = resolve(path)
  if (repository !== undefined && leadsInto(repository, file)) {
    throw stop('program.missing', `programs.${name} in settings is ${path}, which is inside the repository`, {
      hint: 'Use a program outside the repository: programs inside it are never run.',
    })
  }
  if (await isExecutable(file)) return file
  throw stop('program.missing', `programs.${name} in settings is ${path}, which is not an executable file`, {
    hint: `Correct programs.${name}, or remove it to use the ${name} on PATH.`,
  })
}

function missing(names: readonly string[], directories: readonly string[]) {
  const wanted = names.join(' or ')
  const searched = directories.join(delimiter)
  const places = searched === '' ? 'PATH, which is empty' : `PATH (${searched})`
  const hints = names.map((name) => [name, installHints[name]].filter(Boolean).join(': ')).join(', ')
  const signing = names.some((name) => name === 'gpg' || name === 'ssh-keygen')
  return stop(
    'program.missing',
    signing
      ? `${wanted} is needed to sign commits and was not found on ${places}`
      : `${wanted} is needed to render this source and was not found in settings or on ${places}`,
    {
      hint: `Install ${wanted} (${hints}), or set its path under programs: in the operator settings.`,
    },
  )
}
