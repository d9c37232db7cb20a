import type { BranchWriter, Forge, Pull } from '../forges/forge.ts'
import { commitMessage, statedBase, statedTree } from '../record/commit-message.ts'
import { readBlock, withBlock } from '../record/hidden-block.ts'
import type { Job, PullOptions, PullPorts } from './job.ts'

/** Where the branch of a scope stands after it was looked after. */
export type Placed =
  | { readonly kind: 'foreign'; readonly head: string }
  | { readonly kind: 'placed'; readonly head: string; readonly base: string; readonly moved: boolean }

interface Standing {
  readonly head: string | undefined
  /** What may be replaced: nothing, our own commit, or what was merged already. */
  readonly ours: boolean
  /** Whether it is signed as far as it must be; one that is not is made anew. */
  readonly enough?: boolean
  readonly tree?: string
  readonly base?: string
}

/** A commit is ours when it says of itself what it is: its parent and its tree. Names of authors prove nothing. */
async function standingOf(job: Job, options: PullOptions, { writer, pulls }: PullPorts): Promise<Standing> {
  const head = await writer.head(job.branch)
  if (head === undefined || head === options.baseId) return { head, ours: true }
  const { message, tree, parents, enough } = await writer.seen(head, options.baseId)
  const [base, ...more] = parents
  if (base !== undefined && more.length === 0 && statedBase(message) === base && statedTree(message) === tree)
    return { head, ours: true, enough, tree, base }
  const merged = pulls.some(
    (pull) => pull.branch === job.branch && pull.state === 'merged' && pull.head === head,
  )
  return { head, ours: merged && job.open === undefined }
}

async function build(
  job: Job,
  standing: Standing,
  options: PullOptions,
  writer: BranchWriter,
): Promise<string> {
  const { proposal } = job.part
  const stored = await writer.store(options.baseId, proposal.edits)
  const { head, base, tree, enough } = standing
  if (head !== undefined && enough && base === stored.base && tree === stored.tree) return head
  return writer.commit(stored, commitMessage(proposal, stored))
}

/**
 * A forge reopens only what still stands where it was closed: first the state, then the branch.
 * The reason goes in the same step: an open one that holds a reason was opened by a person.
 */
async function reopen(pull: Pull | undefined, forge: Forge): Promise<void> {
  const { closed: _, ...block } = readBlock(pull?.body ?? '') ?? {}
  if (pull === undefined || !('scope' in block)) return
  await forge.update(pull.number, { state: 'open', body: withBlock(pull.body, block) }).catch(() => undefined)
}

/** Brings a branch to the one commit wanted. While the open pull request says the same already, nothing is written. */
export async function placeBranch(job: Job, options: PullOptions, ports: PullPorts): Promise<Placed> {
  const { writer, forge } = ports
  const block = readBlock(job.open?.body ?? '')
  const standing = await standingOf(job, options, ports)
  if (!standing.ours && standing.head !== undefined) return { kind: 'foreign', head: standing.head }
  const said = block !== undefined && block.digest === job.digest && block.head === standing.head
  if (said && standing.enough !== false)
    return { kind: 'placed', head: block.head, base: block.base, moved: false }
  const to = await build(job, standing, options, writer)
  if (job.open === undefined && job.withdrawn?.head === standing.head) await reopen(job.withdrawn, forge)
  if (to !== standing.head) await writer.move(job.branch, { from: standing.head, to, force: true })
  return { kind: 'placed', head: to, base: options.baseId, moved: to !== standing.head }
}
