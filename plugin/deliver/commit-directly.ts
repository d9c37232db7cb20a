import { stop } from '../model/problem.ts'
import type { Delivery, Proposal } from '../model/proposal.ts'
import type { BranchWriter } from './forges/forge.ts'
import { commitMessage, statedBase, statedTree } from './record/commit-message.ts'

/** The branch to commit on, and the commit of it that everything was proved on. */
export interface DirectBase {
  readonly base: string
  readonly baseId: string
}

const moved = ({ base, baseId }: DirectBase, head: string | undefined) =>
  stop(
    'git.moved',
    `${base} is at ${head?.slice(0, 10) ?? 'no commit'} on the server, but the change was proved on ${baseId.slice(0, 10)}`,
    { hint: 'Fetch the branch and run again, so that the change is proved on its current head.' },
  )

/**
 * Commits a proved proposal on the base branch through a writer (the GitHub API, or a push), as a fast-forward. A commit
 * that a killed run made is recognised and not made again. Throws `git.moved` when the branch moved.
 */
export async function deliverDirect(
  proposal: Proposal,
  at: DirectBase,
  writer: BranchWriter,
): Promise<Delivery> {
  const { base, baseId } = at
  const known = { mode: 'commit', branch: base } as const
  if (proposal.edits.length === 0) return { mode: 'commit', created: false }
  if (proposal.proof.verdict !== 'proved') throw new Error('only a proved proposal may be delivered')
  const head = await writer.head(base)
  const stored = await writer.writeTree(baseId, proposal.edits)
  if (head !== undefined && head !== baseId) {
    const { message, parents } = await writer.readCommit(head, baseId)
    const isDone =
      statedBase(message) === baseId && statedTree(message) === stored.tree && parents[0] === baseId
    if (isDone) return { ...known, commit: head, created: false }
  }
  if (head !== baseId) throw moved(at, head)
  const commit = await writer.writeCommit(stored, commitMessage(proposal, stored))
  await writer.moveBranch(base, { from: baseId, to: commit, force: false })
  return { ...known, commit, created: true }
}
