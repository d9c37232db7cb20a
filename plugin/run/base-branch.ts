import fs from 'node:fs'
import git from 'isomorphic-git'
import { stop } from '../model/problem.ts'
import type { Checkout } from './checkout.ts'

/** The base branch, which Argo CD or Flux rolls out, in a local clone. */
export interface BaseBranch {
  readonly gitdir: string
  readonly name: string
  /** The commit at the head of the local branch. */
  readonly id: string
}

/**
 * Finds the base branch: `named` (`deliver.base`), or else the branch that is checked out. Throws `git.missing` when there
 * is no clone or no branch, and `usage` for a branch under `tortoise/`.
 */
export async function findBaseBranch({ root, gitdir }: Checkout, named?: string): Promise<BaseBranch> {
  if (gitdir === undefined) {
    throw stop(
      'git.missing',
      `${root} is not a plain Git clone (linked worktrees and submodules cannot be used)`,
      {
        hint: 'Pass a clone with --repo, or use `tortoise plan`, which needs no Git.',
      },
    )
  }
  const name = named ?? (await git.currentBranch({ fs, gitdir }))
  if (!name) {
    throw stop('git.missing', 'no branch is checked out, so the run has no base branch', {
      hint: 'Set deliver.base in tortoise.yaml.',
    })
  }
  if (name.startsWith('tortoise/')) {
    throw stop('usage', `the branch ${name} holds proposals of Tortoise, so it cannot be the base branch`, {
      hint: 'Check out the branch that is rolled out, or set deliver.base in tortoise.yaml.',
    })
  }
  return { gitdir, name, id: await headOf(gitdir, name) }
}

/** Returns the commit at the head of a local branch. Throws `git.missing` when the clone has no such branch. */
export async function headOf(gitdir: string, branch: string): Promise<string> {
  try {
    return await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` })
  } catch (cause) {
    throw stop('git.missing', `the branch ${branch} does not exist in this clone`, {
      hint: 'Fetch it, or name another branch with deliver.base.',
      cause,
    })
  }
}

/** Returns the commit that is checked out. */
export const headOfClone = (gitdir: string): Promise<string> => git.resolveRef({ fs, gitdir, ref: 'HEAD' })

/**
 * Returns the commit that is checked out and its first parent. For the merge commit of a pull request the parent is the
 * head of the base branch. Throws `git.missing` when the clone does not have the parent.
 */
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
  throw stop('git.missing', 'the parent of the checked-out commit is not in this clone', {
    hint: 'Set `fetch-depth: 2` on actions/checkout.',
  })
}
