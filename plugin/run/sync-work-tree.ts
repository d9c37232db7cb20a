import fs from 'node:fs'
import { dirname, join } from 'node:path'
import git from 'isomorphic-git'
import type { FileEdit } from '../model/edit.ts'
import type { Progress } from '../model/progress.ts'
import type { Checkout } from './checkout.ts'

/**
 * After a commit on the branch that is checked out, writes the edited files to the work tree and the index. A file that
 * somebody has changed in the work tree stays as it is. A bare mirror has no work tree, so nothing happens.
 */
export async function syncWorkTree(
  { root, gitdir }: Checkout,
  edits: readonly FileEdit[],
  progress: Progress,
): Promise<void> {
  if (gitdir === undefined || gitdir !== join(root, '.git')) return
  for (const { file, before, after } of edits) {
    const path = join(root, file)
    const current = await fs.promises.readFile(path, 'utf8').catch(() => '')
    if (current !== before) {
      const message = `${file} has changes that are not committed, so it stays as it is in the work tree; git status shows how it differs from the new commit`
      progress({ kind: 'warning', message })
      continue
    }
    await fs.promises.mkdir(dirname(path), { recursive: true })
    await fs.promises.writeFile(path, after)
    await git.add({ fs, dir: root, gitdir, filepath: file })
  }
}
