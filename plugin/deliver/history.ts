import git, { type PromiseFsClient } from 'isomorphic-git'
import { changeWords } from './message.ts'

/** When each value was last changed by a commit of ours: ISO 8601 by the words of its trailer. */
export type ChangeHistory = ReadonlyMap<string, string>

const mostCommits = 500

/** Reads the trailers of our commits on a branch, newest first, back to a time. An object store without the branch has none. */
export async function readHistory(
  { fs, gitdir }: { readonly fs: PromiseFsClient; readonly gitdir: string },
  ref: string,
  since: Date,
): Promise<ChangeHistory> {
  const commits = await git.log({ fs, gitdir, ref, depth: mostCommits, since }).catch(() => [])
  const changes = commits.flatMap(({ commit: { message, committer } }) =>
    [...message.matchAll(/^Tortoise-Change: (\S+ \S+ \S+) /gm)].map(
      (match) => [match[1] ?? '', new Date(committer.timestamp * 1000).toISOString()] as const,
    ),
  )
  return new Map(changes.reverse())
}

/** The key of a value in a history. */
export const historyKey = changeWords
