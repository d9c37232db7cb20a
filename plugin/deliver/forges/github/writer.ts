import { hashBlob } from 'isomorphic-git'
import type { FileEdit } from '../../../model/edit.ts'
import { oneLine } from '../../../model/escape-markdown.ts'
import { stop } from '../../../model/problem.ts'
import type { BranchWriter, StoredTree } from '../forge.ts'
import { refusedStatus, type Session } from './session.ts'
import { readTree } from './tree.ts'
import { commitOnTemporaryRef, moveRefs, noCommit, type RefUpdate } from './verified-commit.ts'

/** Entries a tree call takes without trouble. */
const batch = 100

const orMissing = (error: unknown): undefined => {
  if (refusedStatus(error) === 404) return undefined
  throw error
}

/** The mode each edited file keeps. Refuses when the base holds another text than the one edited, or no plain file. */
async function modesOf(session: Session, tree: string, edits: readonly FileEdit[]) {
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
        throw stop('git.conflict', 'The file read is not the file committed at the base on the server', {
          place: { file: oneLine(file) },
          hint: 'Push or set aside local changes, fetch the base branch, and run again.',
        })
      }
      const mode: '100644' | '100755' = entry?.mode === '100755' ? '100755' : '100644'
      return { path: file, mode, type: 'blob' as const, content: after }
    }),
  )
}

async function store(session: Session, base: string, edits: readonly FileEdit[]): Promise<StoredTree> {
  const { data } = await session
    .ask('read the base commit', ({ rest }) => rest.git.getCommit({ ...session.at, commit_sha: base }))
    .catch((error: unknown) => {
      if (refusedStatus(error) !== 404) throw error
      throw stop(
        'git.conflict',
        `The server does not hold the commit ${base.slice(0, 10)} of the base branch`,
        {
          place: session.place,
          hint: 'Push the base branch, or fetch it so that clone and server agree; then run again.',
        },
      )
    })
  const entries = await modesOf(session, data.tree.sha, edits)
  let tree = data.tree.sha
  for (let at = 0; at < entries.length; at += batch) {
    const request = { ...session.at, base_tree: tree, tree: entries.slice(at, at + batch) }
    const made = await session.ask('store files', ({ rest }) => rest.git.createTree(request))
    tree = made.data.sha
  }
  return { base, tree }
}

/** What the forge should do about signatures: nothing asked, or no commit that it does not call verified. */
export interface GitHubWriting {
  readonly verified: boolean
}

/** Stops for a move that the server refused; other failures go on. */
function refusedMove({ place }: Session, branch: string): (error: unknown) => never {
  return (error) => {
    if (refusedStatus(error) !== 422) throw error
    throw stop('git.moved', `${branch} moved while its commit was made, or a rule protects it`, {
      place,
      hint: 'Run again; if it stays, check the branch rules.',
      cause: error,
    })
  }
}

/** Makes commits: by parts, and signed in another way where `verified` asks for it and the token has it no other way. */
function committer(session: Session, { verified }: GitHubWriting, nodeId: () => Promise<string>) {
  const edits = new Map<string, readonly FileEdit[]>()
  const clear = new Map<string, readonly RefUpdate[]>()
  let byParts = true
  const plain = async ({ base, tree }: StoredTree, message: string): Promise<string | undefined> => {
    const asked = { ...session.at, message, tree, parents: [base] }
    const { data } = await session.ask('store a commit', ({ rest }) => rest.git.createCommit(asked))
    byParts = !verified || data.verification.verified
    return byParts ? data.sha : undefined
  }
  const commit = async (stored: StoredTree, message: string): Promise<string> => {
    const made = byParts ? await plain(stored, message) : undefined
    if (made !== undefined) return made
    const wanted = { stored, message, edits: edits.get(stored.tree) ?? [] }
    const signed = await commitOnTemporaryRef(session, await nodeId(), wanted)
    clear.set(signed.id, signed.clear)
    return signed.id
  }
  return { edits, clear, commit }
}

/**
 * Writes without a clone: tree on base tree, one commit that names no author (so GitHub signs it for apps), and the branch
 * moved by `updateRefs` with the id it was seen at, so that the server itself refuses when somebody was faster.
 */
export function githubWriter(session: Session, writing: GitHubWriting = { verified: false }): BranchWriter {
  let repositoryId: Promise<string> | undefined
  const nodeId = () =>
    (repositoryId ??= session
      .ask('read the repository', ({ rest }) => rest.repos.get(session.at))
      .then(({ data }) => data.node_id))
  const { edits, clear, commit } = committer(session, writing, nodeId)
  return {
    head: (branch) =>
      session
        .ask('read a branch', ({ rest }) => rest.git.getRef({ ...session.at, ref: `heads/${branch}` }))
        .then(({ data }) => data.object.sha, orMissing),
    seen: async (id) => {
      const asked = { ...session.at, commit_sha: id }
      const { data } = await session.ask('read a commit', ({ rest }) => rest.git.getCommit(asked))
      const enough = !writing.verified || data.verification.verified
      const parents = data.parents.map(({ sha }) => sha)
      return { message: data.message, tree: data.tree.sha, parents, enough }
    },
    store: async (base, wanted) => {
      const stored = await store(session, base, wanted)
      edits.set(stored.tree, wanted)
      return stored
    },
    commit,
    move: async (branch, { from, to, force }) => {
      const target = { name: `refs/heads/${branch}`, beforeOid: from ?? noCommit, afterOid: to, force }
      const updates = [target, ...(clear.get(to) ?? [])]
      await moveRefs(session, await nodeId(), updates).catch(refusedMove(session, branch))
    },
  }
}
