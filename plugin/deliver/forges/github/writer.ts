import { hashBlob } from 'isomorphic-git'
import type { FileEdit } from '../../../model/edit.ts'
import { stop } from '../../../model/problem.ts'
import { oneLine } from '../../../model/text/clean.ts'
import type { Inert } from '../../../model/text/inert.ts'
import type { BranchWriter, StoredTree } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import type { Session } from './session.ts'
import { readTree } from './tree.ts'
import { commitOnTemporaryRef, moveRefs, noCommit, type RefUpdate } from './verified-commit.ts'

/** Entries in one request to create a tree. */
const batchSize = 100

const orMissing = (error: unknown): undefined => {
  if (httpStatusOf(error) === 404) return undefined
  throw error
}

/**
 * Returns the tree entries of edited files, which keep their modes. Throws `git.conflict` when the base has another text
 * than the edited one, or no plain file.
 */
async function entriesOf(session: Session, tree: string, edits: readonly FileEdit[]) {
  const entries = await readTree(
    session,
    tree,
    edits.map(({ file }) => file),
  )
  return Promise.all(
    edits.map(async ({ file, before, after }) => {
      const entry = entries.get(file)
      const plain = entry === undefined || entry.mode === '100644' || entry.mode === '100755'
      const id = entry && (await hashBlob({ object: Buffer.from(before) })).oid
      if (!plain || (entry === undefined ? before !== '' : entry.sha !== id)) {
        throw stop(
          'git.conflict',
          'The file in this clone differs from the one in the base branch on the server',
          {
            place: { file: oneLine(file) },
            hint: 'Push or stash local changes, fetch the base branch, then run again.',
          },
        )
      }
      const mode: '100644' | '100755' = entry?.mode === '100755' ? '100755' : '100644'
      return { path: file, mode, type: 'blob' as const, content: after }
    }),
  )
}

async function writeTree(session: Session, base: string, edits: readonly FileEdit[]): Promise<StoredTree> {
  const { data } = await session
    .send('read the base commit', ({ rest }) => rest.git.getCommit({ ...session.repo, commit_sha: base }))
    .catch((error: unknown) => {
      if (httpStatusOf(error) !== 404) throw error
      throw stop(
        'git.conflict',
        `The server does not have the commit ${base.slice(0, 10)} of the base branch`,
        {
          place: session.place,
          hint: 'Push or fetch the base branch, so that the clone and the server have the same commits, then run again.',
        },
      )
    })
  const entries = await entriesOf(session, data.tree.sha, edits)
  let tree = data.tree.sha
  for (let at = 0; at < entries.length; at += batchSize) {
    const request = { ...session.repo, base_tree: tree, tree: entries.slice(at, at + batchSize) }
    const made = await session.send('store files', ({ rest }) => rest.git.createTree(request))
    tree = made.data.sha
  }
  return { base, tree }
}

/** Whether every commit must be verified (signed by GitHub). */
export interface GitHubWriting {
  readonly verified: boolean
}

/** Throws `git.moved` for a move that the server refused, and any other error unchanged. */
function rejectMove({ place }: Session, branch: string): (error: unknown) => never {
  return (error) => {
    if (httpStatusOf(error) !== 422) throw error
    throw stop('git.moved', `${branch} moved during the run, or a branch rule protects it`, {
      place,
      hint: 'Run again. If the error stays, check the branch rules.',
      cause: error,
    })
  }
}

/**
 * Makes commits with the REST API. GitHub signs those for tokens of apps. If `verified` is set and the first commit is not
 * signed, commits are made with `commitOnTemporaryRef`.
 */
function committer(session: Session, { verified }: GitHubWriting, nodeId: () => Promise<string>) {
  const edits = new Map<string, readonly FileEdit[]>()
  const clear = new Map<string, readonly RefUpdate[]>()
  let byRest = true
  const commitByRest = async ({ base, tree }: StoredTree, text: Inert): Promise<string | undefined> => {
    const request = { ...session.repo, message: text.toString(), tree, parents: [base] }
    const { data } = await session.send('store a commit', ({ rest }) => rest.git.createCommit(request))
    byRest = !verified || data.verification.verified
    return byRest ? data.sha : undefined
  }
  const writeCommit = async (stored: StoredTree, message: Inert): Promise<string> => {
    const made = byRest ? await commitByRest(stored, message) : undefined
    if (made !== undefined) return made
    const content = { stored, message, edits: edits.get(stored.tree) ?? [] }
    const signed = await commitOnTemporaryRef(session, await nodeId(), content)
    clear.set(signed.id, signed.clear)
    return signed.id
  }
  return { edits, clear, writeCommit }
}

/**
 * Writes branches through the GitHub API, without a clone. A commit names no author, because GitHub signs only those. A
 * branch is moved with `updateRefs` and the id that it was read at, so the server refuses when the branch moved meanwhile.
 */
export function githubWriter(session: Session, writing: GitHubWriting = { verified: false }): BranchWriter {
  let repositoryId: Promise<string> | undefined
  const nodeId = () =>
    (repositoryId ??= session
      .send('read the repository', ({ rest }) => rest.repos.get(session.repo))
      .then(({ data }) => data.node_id))
  const { edits, clear, writeCommit } = committer(session, writing, nodeId)
  return {
    head: (branch) =>
      session
        .send('read a branch', ({ rest }) => rest.git.getRef({ ...session.repo, ref: `heads/${branch}` }))
        .then(({ data }) => data.object.sha, orMissing),
    readCommit: async (id) => {
      const request = { ...session.repo, commit_sha: id }
      const { data } = await session.send('read a commit', ({ rest }) => rest.git.getCommit(request))
      const signedAsRequired = !writing.verified || data.verification.verified
      const parents = data.parents.map(({ sha }) => sha)
      return { message: data.message, tree: data.tree.sha, parents, signedAsRequired }
    },
    writeTree: async (base, wanted) => {
      const stored = await writeTree(session, base, wanted)
      edits.set(stored.tree, wanted)
      return stored
    },
    writeCommit,
    moveBranch: async (branch, { from, to, force }) => {
      const target = { name: `refs/heads/${branch}`, beforeOid: from ?? noCommit, afterOid: to, force }
      const updates = [target, ...(clear.get(to) ?? [])]
      await moveRefs(session, await nodeId(), updates).catch(rejectMove(session, branch))
    },
  }
}
