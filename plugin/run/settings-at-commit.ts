import { relative, resolve } from 'node:path'
import type { SettingsFile } from '../../config/screen-settings.ts'
import { openCommit } from '../io/commit-tree.ts'

/** A commit whose files are read from Git, not from the work tree. */
export interface CommitFiles {
  readonly root: string
  readonly gitdir: string
  readonly commit: string
}

/**
 * Reads a file of a commit; `undefined` when the commit has no such file. `path` is absolute, or starts from the root of the
 * repository. Rejects with `path.outside` when the path or a link leaves the repository.
 */
export async function fileAtCommit(
  { root, gitdir, commit }: CommitFiles,
  path: string,
): Promise<SettingsFile | undefined> {
  const inside = relative(root, resolve(root, path))
  const view = await openCommit(gitdir, commit)
  const found = await view.read(inside)
  if (found === undefined) return undefined
  return { file: inside, text: found.text, absolute: (one) => resolve(root, one) }
}
