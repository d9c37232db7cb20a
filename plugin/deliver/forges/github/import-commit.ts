import { Errors, readObject, writeBlob, writeTree } from 'isomorphic-git'
import { stop } from '../../../model/problem.ts'
import type { Repository } from '../../git/tree.ts'
import type { Session } from './session.ts'

const hasObject = (repository: Repository, oid: string): Promise<boolean> =>
  readObject({ ...repository, oid, format: 'deflated' }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Errors.NotFoundError) return false
      throw error
    },
  )

const kinds = { blob: 'blob', tree: 'tree', commit: 'commit' } as const
const isKind = (text: string): text is keyof typeof kinds => text in kinds

async function importBlob({ repo, send }: Session, repository: Repository, oid: string): Promise<void> {
  const { data } = await send('read a file', ({ rest }) => rest.git.getBlob({ ...repo, file_sha: oid }))
  await writeBlob({ ...repository, blob: Buffer.from(data.content, 'base64') })
}

/** Copies a tree into the local store: one request for each directory and file that the store does not have. */
async function importTree(session: Session, repository: Repository, oid: string): Promise<void> {
  if (await hasObject(repository, oid)) return
  const { data } = await session.send('read a tree', ({ rest }) =>
    rest.git.getTree({ ...session.repo, tree_sha: oid }),
  )
  for (const { type, sha } of data.tree) {
    if (type === 'tree') await importTree(session, repository, sha)
    else if (type === 'blob' && !(await hasObject(repository, sha)))
      await importBlob(session, repository, sha)
  }
  const tree = data.tree.flatMap(({ mode, path, sha, type }) =>
    isKind(type) ? [{ mode, path, oid: sha, type: kinds[type] }] : [],
  )
  if ((await writeTree({ ...repository, tree })) === oid) return
  throw stop('git.conflict', `The tree ${oid.slice(0, 10)} cannot be copied through the API`, {
    place: session.place,
    hint: 'Fetch the base branch, then run again.',
  })
}

/**
 * Copies the files of a commit of the server into the local object store, through the API. Returns the id of its tree.
 * Throws `git.conflict` for a tree that the API does not return exactly.
 */
export async function importCommit(session: Session, repository: Repository, id: string): Promise<string> {
  const request = { ...session.repo, commit_sha: id }
  const { data } = await session.send('read the base commit', ({ rest }) => rest.git.getCommit(request))
  await importTree(session, repository, data.tree.sha)
  return data.tree.sha
}
