import { Errors, readObject, writeBlob, writeTree } from 'isomorphic-git'
import { stop } from '../../../model/problem.ts'
import type { Repository } from '../../git/tree.ts'
import type { Session } from './session.ts'

const holds = (repository: Repository, oid: string): Promise<boolean> =>
  readObject({ ...repository, oid, format: 'deflated' }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Errors.NotFoundError) return false
      throw error
    },
  )

const kinds = { blob: 'blob', tree: 'tree', commit: 'commit' } as const
const isKind = (text: string): text is keyof typeof kinds => text in kinds

async function importBlob({ at, ask }: Session, repository: Repository, oid: string): Promise<void> {
  const { data } = await ask('read a file', ({ rest }) => rest.git.getBlob({ ...at, file_sha: oid }))
  await writeBlob({ ...repository, blob: Buffer.from(data.content, 'base64') })
}

/** Stores a tree and what it holds, as far as the local store lacks it: one request a directory and a file. */
async function importTree(session: Session, repository: Repository, oid: string): Promise<void> {
  if (await holds(repository, oid)) return
  const { data } = await session.ask('read a tree', ({ rest }) =>
    rest.git.getTree({ ...session.at, tree_sha: oid }),
  )
  for (const { type, sha } of data.tree) {
    if (type === 'tree') await importTree(session, repository, sha)
    else if (type === 'blob' && !(await holds(repository, sha))) await importBlob(session, repository, sha)
  }
  const tree = data.tree.flatMap(({ mode, path, sha, type }) =>
    isKind(type) ? [{ mode, path, oid: sha, type: kinds[type] }] : [],
  )
  if ((await writeTree({ ...repository, tree })) === oid) return
  throw stop('git.conflict', `The tree ${oid.slice(0, 10)} cannot be read by the API as it is`, {
    place: session.place,
    hint: 'Fetch the base branch and run again.',
  })
}

/** Brings the files of a commit of the server into the local store, without a clone; the id of its tree. */
export async function importCommit(session: Session, repository: Repository, id: string): Promise<string> {
  const asked = { ...session.at, commit_sha: id }
  const { data } = await session.ask('read the base commit', ({ rest }) => rest.git.getCommit(asked))
  await importTree(session, repository, data.tree.sha)
  return data.tree.sha
}
