import git, { type PromiseFsClient } from 'isomorphic-git'
import { oneLine } from '../../model/text/clean.ts'
import { parseChanges, type TrailedChange } from '../record/trailers.ts'

/** A commit of the base branch, with the changes that its message records. */
export interface HistoryCommit {
  readonly id: string
  /** Time of the commit, ISO 8601. */
  readonly at: string
  /** Name of the author. */
  readonly by: string
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly changes: readonly TrailedChange[]
}

/** Which commits to read: those of a ref since a time, at most `depth`. */
export interface HistorySpan {
  readonly ref: string
  readonly since?: Date
  readonly depth: number
}

type ObjectStore = { readonly fs: PromiseFsClient; readonly gitdir: string; readonly cache?: object }

/** Reads the commits of a ref, newest first. Returns none when the object store does not have the ref. */
export async function readCommits(store: ObjectStore, span: HistorySpan): Promise<readonly HistoryCommit[]> {
  const commits = await git.log({ ...store, ...span }).catch(() => [])
  return commits.map(({ oid, commit: { message, tree, parent, author, committer } }) => ({
    id: oid,
    at: new Date(committer.timestamp * 1000).toISOString(),
    by: oneLine(author.name),
    message,
    tree,
    parents: parent,
    changes: parseChanges(message),
  }))
}

/** When Tortoise last changed each value: ISO 8601 by change key. */
export type ChangeHistory = ReadonlyMap<string, string>

/** Returns the time of the last change of each value. `commits` are newest first. */
export const lastChanges = (commits: readonly HistoryCommit[]): ChangeHistory =>
  new Map(commits.flatMap(({ at, changes }) => changes.map(({ key }) => [key, at] as const)).reverse())
