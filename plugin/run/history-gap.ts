import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryCommit } from '../deliver/git/read-commits.ts'
import type { Progress } from '../model/progress.ts'

/** The commits at which a shallow clone ends; none where it has the whole history. */
function boundary(gitdir: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(join(gitdir, 'shallow'), 'utf8').split('\n').filter(Boolean))
  } catch {
    return new Set()
  }
}

/**
 * Whether a clone ends before the commits that were asked for, so that changes of Tortoise before that are not known. Warns then:
 * rest periods, floors, waves and emergencies do not see them.
 */
export function hasHistoryGap(
  gitdir: string | undefined,
  commits: readonly HistoryCommit[],
  progress: Progress,
): boolean {
  const ends = gitdir === undefined ? new Set<string>() : boundary(gitdir)
  const last = commits.find(({ id }) => ends.has(id))
  if (last === undefined) return false
  progress({
    kind: 'warning',
    message: `the clone is shallow and ends on ${last.at.slice(0, 10)}, so earlier changes of Tortoise are not known; set fetch-depth: 0 in the checkout, or run git fetch --deepen=500`,
  })
  return true
}
