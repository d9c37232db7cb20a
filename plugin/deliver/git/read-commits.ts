import git, { type PromiseFsClient } from 'isomorphic-git'
import { oneLine } from '../../model/escape-markdown.ts'
import { changeWords } from '../record/commit-message.ts'
import { changesIn, type TrailedChange } from '../record/trailers.ts'

/** A commit of the base branch, with the values that it says it changed. */
export interface HistoryCommit {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly by: string
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly changes: readonly TrailedChange[]
}

/** Which part of a history is read. */
export interface HistorySpan {
  readonly ref: string
  readonly since?: Date
  readonly depth: number
}

type ObjectStore = { readonly fs: PromiseFsClient; readonly gitdir: string; readonly cache?: object }

/** Reads the commits of a branch, newest first. An object store without the branch has none. */
export async function readCommits(store: ObjectStore, span: HistorySpan): Promise<readonly HistoryCommit[]> {
  const commits = await git.log({ ...store, ...span }).catch(() => [])
  return commits.map(({ oid, commit: { message, tree, parent, author, committer } }) => ({
    id: oid,
    at: new Date(committer.timestamp * 1000).toISOString(),
    by: oneLine(author.name),
    message,
    tree,
    parents: parent,
    changes: changesIn(message),
  }))
}

/** When each value was last changed by a commit of ours: ISO 8601 by the words of its trailer. */
export type ChangeHistory = ReadonlyMap<string, string>

/** The last change of each value. */
export const lastChanges = (commits: readonly HistoryCommit[]): ChangeHistory =>
  new Map(commits.flatMap(({ at, changes }) => changes.map(({ key }) => [key, at] as const)).reverse())

/** The key of a value in a history. */
export const historyKey = changeWords
