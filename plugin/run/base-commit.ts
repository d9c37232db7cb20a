import fs from 'node:fs'
import { isAncestor } from '../deliver/git/objects.ts'
import { changedPaths } from '../deliver/git/tree.ts'
import { treeOf } from '../io/commit-tree.ts'
import type { Plan } from '../model/plan.ts'
import { stop } from '../model/problem.ts'
import type { BaseBranch } from './base-branch.ts'
import type { ForgeState } from './deliver/forge-state.ts'

/** A commit of the base branch whose files are in the local store. */
export interface BaseCommit {
  readonly id: string
  readonly tree: string
}

/** The base branch as the server has it now, unless commits wait here to be pushed. */
export async function fetchBase(desk: ForgeState, { gitdir, name, id }: BaseBranch): Promise<BaseCommit> {
  const now = (await desk.writer.head(name)) ?? id
  const ahead = now !== id && (await isAncestor({ fs, gitdir, cache: {} }, now, id))
  if (now === id || ahead) return { id, tree: await treeOf(gitdir, id) }
  return { id: now, tree: await desk.bring(now) }
}

/** What was planned, and on what. */
export interface Grounded {
  readonly base: BaseBranch
  readonly ground: BaseCommit
  readonly plan: Plan
}

const isBelow = (path: string, place: string): boolean =>
  place === '.' || path === place || path.startsWith(`${place}/`)

/**
 * Looks once more before anything is written. Where the base moved, but not in what the proof reads, edits and proof
 * hold on the new commit as well; where it did, `git.moved`.
 */
export async function recheckBase(desk: ForgeState, { base, ground, plan }: Grounded): Promise<BaseCommit> {
  const now = await fetchBase(desk, base)
  if (now.id === ground.id) return ground
  const changed = await changedPaths({ fs, gitdir: base.gitdir, cache: {} }, ground.tree, now.tree)
  const { reads = [] } = plan
  const touched = changed.find((path) => reads.some((place) => isBelow(path, place)))
  if (touched === undefined) return now
  throw stop('git.moved', `${base.name} moved to ${now.id.slice(0, 10)} while the change was proved`, {
    place: { file: touched },
    hint: 'Run again: what it reads was changed meanwhile.',
  })
}
