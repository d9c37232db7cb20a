import { basename } from 'node:path'
import { stop } from '../model/problem.ts'
import { runProgram } from './process.ts'
import { type ProgramForm, programForm } from './program-file.ts'
import { type Sandbox, type SandboxSearch, searchSandbox } from './sandbox.ts'
import { withWorkspace } from './workspace.ts'

/** How much is required of the sandbox: `required` refuses to render where none works. */
export type SandboxMode = 'required' | 'preferred' | 'off'

/** The sandbox that programs run in. */
export interface SandboxChoice {
  /**
   * The sandbox for these program files; `undefined` where none is requested, or none works and none is required. Rejects
   * with `program.missing` where one is required and none works.
   */
  readonly sandbox: (files: readonly string[]) => Promise<Sandbox | undefined>
  /** A sentence on whether programs run in a sandbox, and in which, or why not. */
  readonly describeSandbox: () => string
}

interface SandboxRequest {
  readonly mode: SandboxMode
  /** Where the tools are searched, beside the directories of the system. */
  readonly directories: readonly string[]
  readonly warn: (message: string) => void
}

/** Chooses the sandbox for programs. The tools are searched once, and each program is tried once. */
export function sandboxFor({ mode, directories, warn }: SandboxRequest): SandboxChoice {
  const search = once(() => searchSandbox(directories))
  const fits = new Map<string, Promise<Fit>>()
  const outside = new Set<string>()
  const choose = async (sandbox: Sandbox, files: readonly string[]): Promise<Sandbox | undefined> => {
    for (const file of files) if (!fits.has(file)) fits.set(file, tryInside(sandbox, file))
    const tried = await Promise.all(files.flatMap((file) => fits.get(file) ?? []))
    const why = tried.find((one) => one.why !== undefined)?.why
    if (why === undefined) return tried.some(({ form }) => form !== 'static') ? withHost(sandbox) : sandbox
    if (mode === 'required') return refuse(why)
    if (!outside.has(why)) warn(`rendering without a sandbox: ${why}`)
    outside.add(why)
    return undefined
  }
  return {
    sandbox: async (files) => {
      if (mode === 'off') return undefined
      const found = search()
      if (found.sandbox !== undefined) return choose(found.sandbox, files)
      return mode === 'required' ? refuse(found.why) : undefined
    },
    describeSandbox: () => describe(mode === 'off' ? 'off' : search(), [...outside]),
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function describe(found: SandboxSearch | 'off', [outside]: readonly string[]): string {
  if (found === 'off') return 'kustomize and Helm run without a sandbox, because the setting sandbox is off'
  if (found.sandbox === undefined) return `kustomize and Helm run without a sandbox: ${found.why}`
  return outside === undefined
    ? `kustomize and Helm run in a sandbox (${found.sandbox.tool})`
    : `kustomize or Helm runs without a sandbox: ${outside}`
}

function refuse(why: string): never {
  throw stop('program.missing', `a sandbox is required to render, and none works: ${why}`, {
    hint: 'Install bubblewrap (bwrap) and allow user namespaces, or set sandbox: preferred where the repository is trusted.',
  })
}

/** The same sandbox with the interpreters and libraries of the host visible. */
const withHost = (sandbox: Sandbox): Sandbox => ({
  ...sandbox,
  wrap: (command) => sandbox.wrap({ ...command, shell: true }),
})

interface Fit {
  readonly form: ProgramForm
  /** Why the program does not work inside. */
  readonly why?: string
}

const trialMs = 10_000

/** Finds out whether a program works inside. One that needs nothing of the host does; any other one is started once. */
async function tryInside(sandbox: Sandbox, file: string): Promise<Fit> {
  const form = await programForm(file)
  if (form === 'static') return { form }
  const name = basename(file)
  const started = await withWorkspace(
    [
      { path: 'tree/.keep', content: '' },
      { path: 'root/.keep', content: '' },
    ],
    (directory) => {
      const command = {
        directory: `${directory}/tree`,
        root: `${directory}/root`,
        programs: [{ name, file }],
        args: name === 'kubectl' ? ['version', '--client'] : ['version'],
        env: { HOME: '/tmp', PATH: '' },
      }
      return runProgram({ ...withHost(sandbox).wrap(command), cwd: '/', env: {}, timeoutMs: trialMs })
    },
  )
  if (started.exitCode === 0) return { form }
  const what = form === 'script' ? 'a script' : 'not statically linked'
  return { form, why: `${file} is ${what}, and does not start inside ${sandbox.tool}` }
}
