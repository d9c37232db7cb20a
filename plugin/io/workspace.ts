import { rmSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

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
export async function withWorkspace<T>(
  files: readonly WorkspaceFile[],
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'tortoise-'))
  workspaces.add(directory)
  try {
    const parents = new Set(files.map(({ path }) => dirname(join(directory, path))))
    await Promise.all([...parents].map((parent) => mkdir(parent, { recursive: true })))
    await Promise.all(
      files.map(({ path, content, executable }) =>
        writeFile(join(directory, path), content, executable ? { mode: 0o700 } : {}),
      ),
    )
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true })
    workspaces.delete(directory)
  }
}
