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
import { oneLine } from '../../model/escape-markdown.ts'
import { stop } from '../../model/problem.ts'
import { statedBase } from '../record/commit-message.ts'
import { layOver, type NewTree, type Repository, readText } from './tree.ts'

/** Who commits. A commit by the same email that names its base in a trailer is known as ours. */
export interface Author {
  readonly name: string
  readonly email: string
}

/** Signs the text of a commit object; answers an armoured signature. */
export type Signer = (text: string) => Promise<string>

/** What a branch should hold: one commit with this tree on this base. Objects are those the base does not have. */
export interface Draft extends NewTree {
  readonly base: string
}

const orMissing = (error: unknown): undefined => {
  if (error instanceof Errors.NotFoundError) return undefined
  throw error
}

/** The commit a local branch points at; `undefined` when there is no such branch. */
export const branchHead = (repository: Repository, branch: string): Promise<string | undefined> =>
  resolveRef({ ...repository, ref: `refs/heads/${branch}` }).catch(orMissing)

/** A commit by id; `undefined` when this clone does not hold it. */
export const findCommit = (repository: Repository, id: string): Promise<CommitObject | undefined> =>
  readCommit({ ...repository, oid: id }).then(({ commit }) => commit, orMissing)

/** The commit behind a branch, local or else of `origin`. Stops with `git.missing` when there is none. */
export async function resolveCommit(repository: Repository, branch: string): Promise<string> {
  const tracked = { ...repository, ref: `refs/remotes/origin/${branch}` }
  const id = (await branchHead(repository, branch)) ?? (await resolveRef(tracked).catch(orMissing))
  if (id !== undefined && (await findCommit(repository, id)) !== undefined) return id
  throw stop('git.missing', `There is no branch ${oneLine(branch)} in this clone`, {
    hint: `Check out ${oneLine(branch)}, or name another base branch in settings.`,
  })
}

/** Whether a commit is part of the history of another, as far as this clone holds it. */
export const isAncestor = (repository: Repository, older: string, newer: string): Promise<boolean> =>
  isDescendent({ ...repository, oid: newer, ancestor: older, depth: -1 }).catch(() => false)

/** Writes the trees of edits laid over a base commit. Refuses when the base does not hold the text that was edited. */
export async function draftEdits(
  repository: Repository,
  base: string,
  edits: readonly FileEdit[],
): Promise<Draft> {
  const { tree } = (await readCommit({ ...repository, oid: base })).commit
  for (const { file, before } of edits) {
    if (((await readText(repository, tree, file)) ?? '') === before) continue
    throw stop('git.conflict', `The file read is not the file committed at ${base.slice(0, 10)}`, {
      place: { file },
      hint: 'Commit or set aside local changes, check out the base branch, and run again.',
    })
  }
  const files = new Map(edits.map(({ file, after }) => [file, after]))
  return { base, ...(await layOver(repository, tree, files)) }
}

/** The words of a commit, who makes it, and who signs it, if anybody. */
export interface Signed {
  readonly message: string
  readonly author: Author
  readonly now: Date
  readonly sign?: Signer | undefined
}

/** Writes the one commit of a draft and nothing else: no branch, no index, no work tree. Returns its id. */
export async function writeDraft(
  repository: Repository,
  { base, tree }: Draft,
  { message, author, now, sign }: Signed,
): Promise<string> {
  const clean = (text: string): string => oneLine(text.replace(/[<>]/g, ''))
  const signature = {
    name: clean(author.name),
    email: clean(author.email),
    timestamp: Math.floor(now.getTime() / 1000),
    timezoneOffset: 0,
  }
  const commit = { message, tree, parent: [base], author: signature, committer: signature }
  const oid = await writeCommit({ ...repository, commit })
  if (sign === undefined) return oid
  const { object } = await readObject({ ...repository, oid, format: 'content' })
  if (!(object instanceof Uint8Array)) throw new TypeError(`${oid} is not a commit`)
  return writeCommit({
    ...repository,
    commit: { ...commit, gpgsig: await sign(Buffer.from(object).toString()) },
  })
}

/** How a commit on the target branch compares with a draft. */
export type Standing = 'wanted' | 'ours' | 'foreign'

/** Whose commits are ours, and whether they have to be signed. */
export interface Ours {
  readonly author: Author
  readonly signed: boolean
}

/**
 * Judges the head of a branch: just what the draft wants, an earlier commit of ours (or one less signed than asked), or
 * somebody else's work.
 */
export function judge(id: string, commit: CommitObject, draft: Draft, { author, signed }: Ours): Standing {
  if (id === draft.base) return 'ours'
  const [parent, ...more] = commit.parent
  if (parent === undefined || more.length > 0) return 'foreign'
  const enough = !signed || commit.gpgsig !== undefined
  if (parent === draft.base && commit.tree === draft.tree && enough) return 'wanted'
  return commit.committer.email === author.email && statedBase(commit.message) === parent ? 'ours' : 'foreign'
}

/** The stop for a branch on which somebody else's commit stands. */
export const foreignCommit = (branch: string, id: string, commit: CommitObject) =>
  stop(
    'git.conflict',
    `A person's commit stands on ${branch}: ${id.slice(0, 10)} "${oneLine(commit.message.split('\n')[0] ?? '')}"`,
    { hint: `Merge it, or move it to another branch and delete ${branch}; then run again.` },
  )

/** Refuses to rebuild a branch that somebody looks at: their work tree would seem to undo it. */
export async function refuseCheckedOut(repository: Repository, branch: string): Promise<void> {
  if ((await currentBranch(repository)) !== branch) return
  throw stop('git.conflict', `${branch} is checked out here, so it cannot be rebuilt`, {
    hint: 'Switch to another branch and run again.',
  })
}

/** Moves a local branch from the commit last read to a new one. Refuses when it moved meanwhile. */
export async function moveBranch(
  repository: Repository,
  branch: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<void> {
  if (from === to) return
  if ((await branchHead(repository, branch)) !== from) {
    throw stop('git.moved', `${branch} moved while its commit was made`, { hint: 'Run again.' })
  }
  await writeRef({ ...repository, ref: `refs/heads/${branch}`, value: to, force: true })
}
