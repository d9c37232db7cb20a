import fs from 'node:fs'
import type { BranchWriter } from '../deliver/forges/forge.ts'
import { changedPaths } from '../deliver/git/changed-files.ts'
import { isAncestor } from '../deliver/git/objects.ts'
import { treeOf } from '../io/commit-tree.ts'
import { stop } from '../model/problem.ts'
import type { BaseBranch } from './base-branch.ts'

/** A commit of the base branch whose files are in the local object store. */
export interface BaseCommit {
  readonly id: string
  readonly tree: string
}

/** Reads the server's base branch and copies its commits into the local object store. */
export interface BaseServer {
  readonly writer: Pick<BranchWriter, 'head'>
  /** Copies a commit with its files into the local object store. Returns the id of its tree. */
  readonly importCommit: (commit: string) => Promise<string>
}

/** Returns the head of the base branch in the local clone. */
export const localBase = async ({ gitdir, id }: BaseBranch): Promise<BaseCommit> => ({
  id,
  tree: await treeOf(gitdir, id),
})

/** Returns the head of the base branch on the server. A server without that branch gives the local head. */
export async function serverBase(
  { writer, importCommit }: BaseServer,
  branch: BaseBranch,
): Promise<BaseCommit> {
  const id = (await writer.head(branch.name)) ?? branch.id
  return id === branch.id ? localBase(branch) : { id, tree: await importCommit(id) }
}

/** Returns the head of the base branch on the server, or the local head when it only adds unpushed commits to that. */
export async function fetchBase(server: BaseServer, branch: BaseBranch): Promise<BaseCommit> {
  const { gitdir, name, id } = branch
  const head = await server.writer.head(name)
  const isAhead = head !== undefined && head !== id && (await isAncestor({ fs, gitdir, cache: {} }, head, id))
  if (head === undefined || head === id || isAhead) return localBase(branch)
  return { id: head, tree: await server.importCommit(head) }
}

/** What a plan was computed from. */
export interface PlannedOn {
  readonly branch: BaseBranch
  readonly commit: BaseCommit
  /** Files and directories that the proof reads. */
  readonly reads: readonly string[]
}

const isInside = (path: string, directory: string): boolean =>
  directory === '.' || path === directory || path.startsWith(`${directory}/`)

/**
 * Checks the base branch again before anything is written. Returns its new head if no file that the proof reads changed:
 * the edits and the proof are valid for that commit too. Otherwise throws `git.moved`.
 */
export async function recheckBase(
  server: BaseServer,
  { branch, commit, reads }: PlannedOn,
): Promise<BaseCommit> {
  const head = await fetchBase(server, branch)
  if (head.id === commit.id) return commit
  const repository = { fs, gitdir: branch.gitdir, cache: {} }
  const changed = await changedPaths(repository, commit.tree, head.tree)
  const affected =
    changed === undefined ? '.' : changed.find((path) => reads.some((place) => isInside(path, place)))
  if (affected === undefined) return head
  throw stop('git.moved', `${branch.name} moved to ${head.id.slice(0, 10)} during the run`, {
    place: { file: affected },
    hint: 'Run again. A file that the proof reads has changed.',
  })
}
