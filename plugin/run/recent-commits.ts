import fs from 'node:fs'
import { type HistoryCommit, readCommits } from '../deliver/git/read-commits.ts'

const [dayMs, leastDays, maxCommits] = [86_400_000, 90, 500]

interface RecentRequest {
  readonly gitdir: string
  readonly ref: string
  readonly now: Date
}

/** The commits of a ref in which earlier changes of Tortoise are looked up: of `days` and at least 90 days, at most 500, the newest first. */
export function recentCommits(
  { gitdir, ref, now }: RecentRequest,
  days = leastDays,
): Promise<readonly HistoryCommit[]> {
  const since = new Date(now.getTime() - Math.max(leastDays, days) * dayMs)
  return readCommits({ fs, gitdir }, { ref, since, depth: maxCommits, now })
}
