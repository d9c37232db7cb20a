import type { TrailedChange } from '../record/trailers.ts'
import { changeChecker } from './own-changes.ts'
import type { HistoryCommit } from './read-commits.ts'
import type { Repository } from './tree.ts'

/** Returns those changes of a commit that the files of a later tree still show. */
export async function stillMade(
  repository: Repository,
  commit: HistoryCommit,
  tree: string,
): Promise<readonly TrailedChange[]> {
  const stored = { ...commit, time: 0 }
  return (await changeChecker(repository)({ commit: stored, by: { ...stored, tree }, at: 0 })).changes
}
