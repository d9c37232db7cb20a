import { deleteRef } from 'isomorphic-git'
import { branchHead, ensureNotCheckedOut } from './objects.ts'
import { deleteBranch } from './push.ts'
import { remoteHead, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** A branch, and the commit at its head. */
export interface BranchAt {
  readonly branch: string
  readonly id: string
}

/** Deletes a branch here and on the server where it is at a commit. Throws `git.conflict` when it is checked out, and like `deleteBranch`. */
export async function dropBranch(
  repository: Repository,
  server: SmartHttp | undefined,
  { branch, id }: BranchAt,
): Promise<void> {
  await ensureNotCheckedOut(repository, branch)
  if (server !== undefined && (await remoteHead(server, branch)) === id)
    await deleteBranch(server, { branch, from: id })
  if ((await branchHead(repository, branch)) === id)
    await deleteRef({ ...repository, ref: `refs/heads/${branch}` })
}
