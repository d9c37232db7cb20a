import type { Forge, Pull } from '../forges/forge.ts'
import { commitMessage, statedBase, statedTree } from '../record/commit-message.ts'
import { readBlock, withBlock } from '../record/hidden-block.ts'
import type { PullJob, SyncContext } from './job.ts'

/** The branch of a pull request after its update. */
export type BranchUpdate =
  /** Somebody has committed to the branch, so nothing was written. */
  | { readonly kind: 'foreign'; readonly head: string }
  | { readonly kind: 'current'; readonly head: string; readonly base: string; readonly moved: boolean }

interface BranchState {
  /** The commit at its head; `undefined` when the branch does not exist. */
  readonly head: string | undefined
  /** Whether the head may be replaced: no commit, a commit of Tortoise, or a commit that is merged already. */
  readonly replaceable: boolean
  readonly signedAsRequired?: boolean
  readonly tree?: string
  readonly base?: string
}

/**
 * Reads the branch. A commit of Tortoise is one whose trailers name its real parent and tree; author names prove nothing.
 */
async function branchState(job: PullJob, { options, ports }: SyncContext): Promise<BranchState> {
  const { writer, pulls } = ports
  const head = await writer.head(job.branch)
  if (head === undefined || head === options.baseId) return { head, replaceable: true }
  const { message, tree, parents, signedAsRequired } = await writer.readCommit(head, options.baseId)
  const [base, ...more] = parents
  if (base !== undefined && more.length === 0 && statedBase(message) === base && statedTree(message) === tree)
    return { head, replaceable: true, signedAsRequired, tree, base }
  const merged = pulls.some(
    (pull) => pull.branch === job.branch && pull.state === 'merged' && pull.head === head,
  )
  return { head, replaceable: merged && job.open === undefined }
}

/** Returns the commit that the branch should hold: its head when that has the same tree and base, or else a new commit. */
async function commitFor(
  { wanted: { proposal } }: PullJob,
  { head, base, tree, signedAsRequired }: BranchState,
  { options, ports: { writer } }: SyncContext,
): Promise<string> {
  const stored = await writer.writeTree(options.baseId, proposal.edits)
  const isSame = signedAsRequired && base === stored.base && tree === stored.tree
  if (head !== undefined && isSame) return head
  return writer.writeCommit(stored, commitMessage(proposal, stored))
}

/**
 * Reopens a pull request that Tortoise closed. It must happen before the branch moves, because forges refuse to reopen
 * after that. The reason is removed in the same request: an open pull request with a reason was reopened by somebody.
 */
async function reopen(pull: Pull, forge: Forge): Promise<void> {
  const block = readBlock(pull.body)
  if (block === undefined) return
  const { closed: _, ...open } = block
  await forge.update(pull.number, { state: 'open', body: withBlock(pull.body, open) }).catch(() => undefined)
}

/**
 * Makes the branch of a pull request hold exactly one commit with the proposal. Writes nothing when the open pull request
 * already has the same edits. Throws `git.moved` when the branch moved meanwhile.
 */
export async function updateBranch(job: PullJob, context: SyncContext): Promise<BranchUpdate> {
  const { options, ports } = context
  const { writer, forge } = ports
  const block = readBlock(job.open?.body ?? '')
  const state = await branchState(job, context)
  if (!state.replaceable && state.head !== undefined) return { kind: 'foreign', head: state.head }
  const isCurrent = block !== undefined && block.digest === job.digest && block.head === state.head
  if (isCurrent && state.signedAsRequired !== false)
    return { kind: 'current', head: block.head, base: block.base, moved: false }
  const to = await commitFor(job, state, context)
  if (job.withdrawn !== undefined && job.open === undefined && job.withdrawn.head === state.head)
    await reopen(job.withdrawn, forge)
  if (to !== state.head) await writer.moveBranch(job.branch, { from: state.head, to, force: true })
  return { kind: 'current', head: to, base: options.baseId, moved: to !== state.head }
}
