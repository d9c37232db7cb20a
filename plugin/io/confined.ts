import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Invocation, Outcome } from './process.ts'
import { runProgram } from './process.ts'
import type { Sandbox } from './sandbox.ts'
import { insideDirectory } from './sandbox.ts'
import type { WorkspaceFile } from './workspace.ts'
import { withWorkspace } from './workspace.ts'

/** Where a confined program finds things. */
export interface ConfinedPaths {
  /** The laid files; its working directory. */
  readonly tree: string
  /** An empty directory of its own outside the tree, for what programs write. */
  readonly home: string
  /** Where a program is that was named for the run. */
  readonly program: (name: string) => string
}

/** A program that is run on private copies of files, and what it may see. */
export interface Confined extends Pick<Invocation, 'timeoutMs' | 'joined'> {
  readonly files: readonly WorkspaceFile[]
  /** The first one is run; it may start the others. */
  readonly programs: readonly { readonly name: string; readonly file: string }[]
  /** A shell script that is used in place of a program, outside the tree. */
  readonly script?: { readonly name: string; readonly text: (paths: ConfinedPaths) => string }
  readonly args: (paths: ConfinedPaths) => readonly string[]
  readonly env: (paths: ConfinedPaths) => Readonly<Record<string, string>>
}

/**
 * Runs a program on private copies of files, in a sandbox where one is given, and removes everything afterwards. The
 * directory of the copies is left out of its messages. Never rejects for what the program does.
 */
export function runConfined(confined: Confined, sandbox: Sandbox | undefined): Promise<Outcome> {
  const { files, timeoutMs, joined } = confined
  const laid = files.map(({ path, ...file }) => ({ ...file, path: join('tree', path) }))
  return withWorkspace(laid, async (directory) => {
    const places = await prepare(directory)
    const paths = sandbox === undefined ? outsidePaths(confined, places) : insidePaths
    const script = await writeScript(confined, paths, places)
    const limits = {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(joined === undefined ? {} : { joined }),
    }
    const outcome = await runProgram({
      ...commandOf({ ...confined, script }, { sandbox, paths, places }),
      ...limits,
    })
    const shown = (text: string): string =>
      [`${paths.tree}/`, `${places.tree}/`].reduce((said, path) => said.replaceAll(path, ''), text)
    return { ...outcome, stderr: shown(outcome.stderr) }
  })
}

interface Places {
  readonly tree: string
  readonly home: string
  readonly root: string
  readonly scripts: string
}

async function prepare(directory: string): Promise<Places> {
  const [tree, home, root, scripts] = ['tree', 'home', 'root', 'scripts'].map((name) => join(directory, name))
  const places = { tree, home, root, scripts } as Places
  await Promise.all(Object.values(places).map((path) => mkdir(path, { recursive: true })))
  return places
}

const insidePaths: ConfinedPaths = {
  tree: insideDirectory,
  home: '/tmp',
  program: (name) => `/programs/${name}`,
}

const outsidePaths = ({ programs, script }: Confined, { tree, home, scripts }: Places): ConfinedPaths => ({
  tree,
  home,
  program: (name) =>
    name === script?.name ? join(scripts, name) : (programs.find((one) => one.name === name)?.file ?? name),
})

/** Writes the script where no laid file can take its place; gives it as a program. */
async function writeScript({ script }: Confined, paths: ConfinedPaths, { scripts }: Places) {
  if (script === undefined) return undefined
  const file = join(scripts, script.name)
  await writeFile(file, script.text(paths), { mode: 0o700, flag: 'wx' })
  return { name: script.name, file }
}

interface Surroundings {
  readonly sandbox: Sandbox | undefined
  readonly paths: ConfinedPaths
  readonly places: Places
}

function commandOf(
  confined: Omit<Confined, 'script'> & { readonly script: Confined['programs'][number] | undefined },
  { sandbox, paths, places }: Surroundings,
): Pick<Invocation, 'file' | 'args' | 'cwd' | 'env'> {
  const { programs, script } = confined
  const [args, env] = [confined.args(paths), confined.env(paths)]
  if (sandbox === undefined) return { file: programs[0]?.file ?? '', args, cwd: places.tree, env }
  const { tree: directory, root } = places
  const visible = script === undefined ? programs : [...programs, script]
  const command = sandbox.wrap({ directory, root, programs: visible, args, env, shell: script !== undefined })
  return { ...command, cwd: '/', env: {} }
}
