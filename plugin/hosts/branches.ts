import fs from 'node:fs'
import git from 'isomorphic-git'
import { stop } from '../model/problem.ts'

/** The branch that is checked out, and the commit that a branch points at. */
export async function currentBranch(gitdir: string): Promise<string | undefined> {
  return (await git.currentBranch({ fs, gitdir })) ?? undefined
}

/** The commit at the head of a local branch. */
export async function headOf(gitdir: string, branch: string): Promise<string> {
  try {
    return await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` })
  } catch (cause) {
    throw stop('git.missing', `the branch ${branch} does not exist in this checkout`, {
      mend: 'Fetch it, or name another with deliver.base.',
      cause,
    })
  }
}

/** The commit that is checked out, and its first parent: what a pull request's merge commit would be merged into. */
export async function commitAndParent(
  gitdir: string,
): Promise<{ readonly commit: string; readonly parent: string }> {
  const commit = await git.resolveRef({ fs, gitdir, ref: 'HEAD' })
  const { parent } = (await git.readCommit({ fs, gitdir, oid: commit })).commit
  const [first] = parent
  const known =
    first !== undefined &&
    (await git.readCommit({ fs, gitdir, oid: first }).then(
      () => true,
      () => false,
    ))
  if (first !== undefined && known) return { commit, parent: first }
  throw stop('git.missing', 'the commit before the one that is checked out is not here', {
    mend: 'Let actions/checkout fetch it: `fetch-depth: 2`.',
  })
}
