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
    `${base} is at ${head?.slice(0, 10) ?? 'nothing'} on the server, proved was ${baseId.slice(0, 10)}`,
    {
      hint: 'Fetch it and run again, so that the change is proved on what is there now.',
    },
  )

/**
 * Commits a proved proposal on the base itself, through a writer, fast-forward only: the server refuses when somebody was
 * faster. A run that was killed after its commit is known again by that commit.
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
  const stored = await writer.store(baseId, proposal.edits)
  if (head !== undefined && head !== baseId) {
    const { message, parents } = await writer.seen(head, baseId)
    const done =
      statedBase(message) === baseId && statedTree(message) === stored.tree && parents[0] === baseId
    if (done) return { ...known, commit: head, created: false }
  }
  if (head !== baseId) throw moved(at, head)
  const commit = await writer.commit(stored, commitMessage(proposal, stored))
  await writer.move(base, { from: baseId, to: commit, force: false })
  return { ...known, commit, created: true }
}
