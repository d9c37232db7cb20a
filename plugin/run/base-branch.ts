import fs from 'node:fs'
import git from 'isomorphic-git'
import type { Settings } from '../../config/schema.ts'
import { stop } from '../model/problem.ts'
import type { Checkout } from './checkout.ts'

/** The branch that is checked out, and the commit that a branch points at. */
async function currentBranch(gitdir: string): Promise<string | undefined> {
  return (await git.currentBranch({ fs, gitdir })) ?? undefined
}

/** The commit at the head of a local branch. */
async function headOf(gitdir: string, branch: string): Promise<string> {
  try {
    return await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` })
  } catch (cause) {
    throw stop('git.missing', `the branch ${branch} does not exist in this checkout`, {
      hint: 'Fetch it, or name another with deliver.base.',
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
    hint: 'Let actions/checkout fetch it: `fetch-depth: 2`.',
  })
}

/** The branch that is rolled out, in a store of objects. */
export interface BaseBranch {
  readonly gitdir: string
  readonly name: string
  readonly id: string
}

/** Finds the base branch that settings name, else the one checked out; one of proposals is none. */
export async function baseOf({
  checkout,
  settings,
}: {
  readonly checkout: Checkout
  readonly settings: Settings
}): Promise<BaseBranch> {
  const { gitdir } = checkout
  if (gitdir === undefined) {
    throw stop(
      'git.missing',
      `${checkout.root} is no plain Git checkout (a linked worktree and a submodule are none)`,
      {
        hint: 'Name a clone with --repo, or use `tortoise plan`, which needs no Git.',
      },
    )
  }
  const name = settings.deliver.base ?? (await currentBranch(gitdir))
  if (name === undefined) {
    throw stop('git.missing', 'no branch is checked out, so there is none to commit on', {
      hint: 'Name it with deliver.base in tortoise.yaml.',
    })
  }
  if (name.startsWith('tortoise/')) {
    throw stop('usage', `the branch ${name} holds proposals and is nothing to build on`, {
      hint: 'Check out the branch that is rolled out, or name it with deliver.base.',
    })
  }
  return { gitdir, name, id: await headOf(gitdir, name) }
}
