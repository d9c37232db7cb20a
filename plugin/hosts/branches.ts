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
