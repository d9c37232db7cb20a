import {
  type CommitObject,
  currentBranch,
  Errors,
  isDescendent,
  readCommit,
  readObject,
  resolveRef,
  writeCommit,
  writeRef,
} from 'isomorphic-git'
import type { FileEdit } from '../../model/edit.ts'
import { stop } from '../../model/problem.ts'
import { oneLine } from '../../model/text/clean.ts'
import type { Inert } from '../../model/text/inert.ts'
import { statedBase } from '../record/commit-message.ts'
import { applyFiles, type NewTree, type Repository, readText } from './tree.ts'

/** The author of commits. Tortoise recognises its own commits by this email and the base in their trailers. */
export interface Author {
  readonly name: string
  readonly email: string
}

/** Signs the text of a commit object. Returns an armoured signature. */
export type Signer = (text: string) => Promise<string>

/** The commit that a branch should hold: this tree on this base. `objects` are those that the base does not have. */
export interface Draft extends NewTree {
  readonly base: string
}

const orMissing = (error: unknown): undefined => {
  if (error instanceof Errors.NotFoundError) return undefined
  throw error
}

/** Returns the commit at the head of a local branch; `undefined` when the clone has no such branch. */
export const branchHead = (repository: Repository, branch: string): Promise<string | undefined> =>
  resolveRef({ ...repository, ref: `refs/heads/${branch}` }).catch(orMissing)

/** Reads a commit; `undefined` when the clone does not have it. */
export const findCommit = (repository: Repository, id: string): Promise<CommitObject | undefined> =>
  readCommit({ ...repository, oid: id }).then(({ commit }) => commit, orMissing)

/** Returns the head of a branch, local or else of `origin`. Throws `git.missing` when the clone has neither. */
export async function resolveCommit(repository: Repository, branch: string): Promise<string> {
  const tracked = { ...repository, ref: `refs/remotes/origin/${branch}` }
  const id = (await branchHead(repository, branch)) ?? (await resolveRef(tracked).catch(orMissing))
  if (id !== undefined && (await findCommit(repository, id)) !== undefined) return id
  throw stop('git.missing', `This clone has no branch ${oneLine(branch)}`, {
    hint: `Check out ${oneLine(branch)}, or name another base branch with deliver.base.`,
  })
}

/** Whether a commit is in the history of another, in so far as the clone has that history. */
export const isAncestor = (repository: Repository, older: string, newer: string): Promise<boolean> =>
  isDescendent({ ...repository, oid: newer, ancestor: older, depth: -1 }).catch(() => false)

/**
 * Stores the trees and files of a base commit with edits applied. Throws `git.conflict` when the base has another text than
 * the edited one.
 */
export async function draftEdits(
  repository: Repository,
  base: string,
  edits: readonly FileEdit[],
): Promise<Draft> {
  const { tree } = (await readCommit({ ...repository, oid: base })).commit
  for (const { file, before } of edits) {
    if (((await readText(repository, tree, file)) ?? '') === before) continue
    throw stop(
      'git.conflict',
      `The file in the work tree differs from the one in commit ${base.slice(0, 10)}`,
      {
        place: { file },
        hint: 'Commit or stash local changes, check out the base branch, then run again.',
      },
    )
  }
  const files = new Map(edits.map(({ file, after }) => [file, after]))
  return { base, ...(await applyFiles(repository, tree, files)) }
}

/** The message, author and time of a commit, and the signer if any. */
export interface CommitDetails {
  readonly message: Inert
  readonly author: Author
  readonly now: Date
  readonly sign?: Signer | undefined
}

/** Writes the commit of a draft and returns its id. Branches, index and work tree stay. */
export async function writeDraft(
  repository: Repository,
  { base, tree }: Draft,
  { message, author, now, sign }: CommitDetails,
): Promise<string> {
  const clean = (text: string): string => oneLine(text.replace(/[<>]/g, ''))
  const signature = {
    name: clean(author.name),
    email: clean(author.email),
    timestamp: Math.floor(now.getTime() / 1000),
    timezoneOffset: 0,
  }
  const commit = {
    message: message.toString(),
    tree,
    parent: [base],
    author: signature,
    committer: signature,
  }
  const oid = await writeCommit({ ...repository, commit })
  if (sign === undefined) return oid
  const { object } = await readObject({ ...repository, oid, format: 'content' })
  if (!(object instanceof Uint8Array)) throw new TypeError(`${oid} is not a commit`)
  return writeCommit({
    ...repository,
    commit: { ...commit, gpgsig: await sign(Buffer.from(object).toString()) },
  })
}

/**
 * How the head of a branch compares with a draft: the same commit, another commit of Tortoise (or one without the required
 * signature), or a commit that Tortoise did not make.
 */
export type HeadKind = 'identical' | 'ours' | 'foreign'

/** The author of Tortoise's commits, and whether they must be signed. */
export interface OwnCommits {
  readonly author: Author
  readonly signed: boolean
}

/** Compares the head of a branch with a draft. */
export function classifyHead(
  { id, commit }: { readonly id: string; readonly commit: CommitObject },
  draft: Draft,
  { author, signed }: OwnCommits,
): HeadKind {
  if (id === draft.base) return 'ours'
  const [parent, ...more] = commit.parent
  if (parent === undefined || more.length > 0) return 'foreign'
  const signedAsRequired = !signed || commit.gpgsig !== undefined
  if (parent === draft.base && commit.tree === draft.tree && signedAsRequired) return 'identical'
  return commit.committer.email === author.email && statedBase(commit.message) === parent ? 'ours' : 'foreign'
}

/** Makes the error for a branch whose head Tortoise did not make. */
export const foreignCommitError = (branch: string, id: string, commit: CommitObject) =>
  stop(
    'git.conflict',
    `${branch} has a commit that Tortoise did not make: ${id.slice(0, 10)} "${oneLine(commit.message.split('\n')[0] ?? '')}"`,
    { hint: `Merge it, or move it to another branch and delete ${branch}. Then run again.` },
  )

/** Throws `git.conflict` when a branch is checked out: its work tree would seem to revert the new commit. */
export async function ensureNotCheckedOut(repository: Repository, branch: string): Promise<void> {
  if ((await currentBranch(repository)) !== branch) return
  throw stop('git.conflict', `${branch} is checked out here, so the run cannot move it`, {
    hint: 'Switch to another branch, then run again.',
  })
}

/** Moves a local branch from the commit that was read to a new one. Throws `git.moved` when it moved meanwhile. */
export async function moveBranch(
  repository: Repository,
  branch: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<void> {
  if (from === to) return
  if ((await branchHead(repository, branch)) !== from) {
    throw stop('git.moved', `${branch} moved during the run`, { hint: 'Run again.' })
  }
  await writeRef({ ...repository, ref: `refs/heads/${branch}`, value: to, force: true })
}
