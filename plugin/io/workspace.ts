import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stop } from '../model/problem.ts'
import { heldForExit } from './interrupts.ts'
import { asExpected } from './system-problem.ts'

/** A file of a workspace. */
export interface WorkspaceFile {
  /** Relative to the workspace. */
  readonly path: string
  readonly content: string | Uint8Array
  readonly executable?: true
}

/** Workspaces in use; they are removed when this process ends. */
const workspaces = new Set<string>()
process.once('exit', () => {
  for (const directory of workspaces) rmSync(directory, { recursive: true, force: true })
})

/** Writes files to a new private directory, calls `use` with its path, and removes it afterwards, also after an error. */
export const withWorkspace = <T>(
  files: readonly WorkspaceFile[],
  use: (directory: string) => Promise<T>,
  prefix?: string,
): Promise<T> => heldForExit(async () => useWorkspace(await makeTemporaryDirectory(prefix), files, use))

async function useWorkspace<T>(
  directory: string,
  files: readonly WorkspaceFile[],
  use: (directory: string) => Promise<T>,
): Promise<T> {
  workspaces.add(directory)
  try {
    const parents = new Set(files.map(({ path }) => dirname(join(directory, path))))
    await usable(Promise.all([...parents].map((parent) => mkdir(parent, { recursive: true }))))
    await usable(
      Promise.all(
        files.map(({ path, content, executable }) =>
          writeFile(join(directory, path), content, executable ? { mode: 0o700 } : {}),
        ),
      ),
    )
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
    workspaces.delete(directory)
  }
}

/** Makes a private directory for temporary files, and returns its path without links. Rejects with `files.unusable` where the machine has no place for it. */
export async function makeTemporaryDirectory(prefix = 'tortoise-'): Promise<string> {
  try {
    return await realpath(await mkdtemp(join(tmpdir(), prefix)))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      throw stop('files.unusable', `the directory for temporary files ${tmpdir()} does not exist`, {
        hint: 'Create it, or set TMPDIR to a directory that exists.',
        cause: error,
      })
    }
    throw asExpected(error, 'the directory for temporary files')
  }
}

const usable = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw asExpected(error, 'the directory for temporary files')
  })
