import { hashBlob } from 'isomorphic-git'
import type { Proposal, PullOutcome, ScopedProposal } from '../../model/proposal.ts'
import type { Pull } from '../forges/forge.ts'
import { changeWords } from '../record/commit-message.ts'
import { type Item, readBlock } from '../record/hidden-block.ts'
import type { Job, Keeping, PullOptions, PullTexts } from './job.ts'
import { placeBranch } from './place-branch.ts'
import { freeze, settle, withdraw } from './pull-steps.ts'
import { branchOf } from './scope.ts'

const itemsOf = ({ changes }: Proposal): readonly Item[] =>
  changes.map((change) => ({ key: changeWords(change), from: change.from, to: change.to }))

async function digestOf({ edits }: Proposal): Promise<string> {
  const text = JSON.stringify(edits.map(({ file, before, after }) => [file, before, after]))
  return (await hashBlob({ object: Buffer.from(text) })).oid
}

const isOurs = (pull: Pull, { base, prefix }: PullOptions): boolean =>
  pull.base === base && (pull.branch === prefix || pull.branch.startsWith(`${prefix}-`))

async function jobOf(part: ScopedProposal, options: PullOptions, pulls: readonly Pull[]): Promise<Job> {
  const branch = branchOf(options.prefix, part.scope)
  const same = pulls.filter((pull) => pull.branch === branch && pull.base === options.base)
  const [newest] = [...same].sort((a, b) => b.number - a.number)
  return {
    part,
    branch,
    digest: await digestOf(part.proposal),
    items: itemsOf(part.proposal),
    open: same.find(({ state }) => state === 'open'),
    withdrawn: newest?.state === 'closed' && readBlock(newest.body)?.closed ? newest : undefined,
  }
}

const hour = 3_600_000

/** How many pull requests may still be opened in this run. */
function room({ maxOpen, maxNewPerHour, now }: PullOptions, mine: readonly Pull[], going: number): number {
  const open = mine.filter(({ state }) => state === 'open').length - going
  const fresh = mine.filter(({ createdAt }) => Date.parse(createdAt) > now.getTime() - hour).length
  return Math.max(0, Math.min(maxOpen - open, maxNewPerHour - fresh))
}

/** Keeps one pull request a scope: opens, rebuilds, leaves, reopens or closes it, or lets it wait its turn. */
export async function keepPulls(
  parts: readonly ScopedProposal[],
  texts: PullTexts,
  { options, ports }: Keeping,
): Promise<readonly PullOutcome[]> {
  const jobs = await Promise.all(parts.map((part) => jobOf(part, options, ports.pulls)))
  const mine = ports.pulls.filter((pull) => isOurs(pull, options))
  const stale = mine.filter(
    (pull) => pull.state === 'open' && !jobs.some(({ branch }) => branch === pull.branch),
  )
  const outcomes: PullOutcome[] = []
  for (const pull of stale) outcomes.push(await withdraw(pull, texts, { options, ports }))
  let left = room(options, mine, outcomes.filter(({ action }) => action === 'closed').length)
  const [living, waiting] = [jobs.filter(({ open }) => open), jobs.filter(({ open }) => !open)]
  for (const job of [...living, ...waiting]) {
    if (job.open === undefined && left <= 0) {
      outcomes.push({ scope: job.part.scope, branch: job.branch, action: 'queued' })
      continue
    }
    const outcome = await keepOne(job, texts, { options, ports })
    if (job.open === undefined && outcome.action !== 'blocked') left -= 1
    outcomes.push(outcome)
  }
  return outcomes
}

async function keepOne(job: Job, texts: PullTexts, { options, ports }: Keeping): Promise<PullOutcome> {
  const placed = await placeBranch(job, options, ports)
  if (placed.kind === 'foreign') return freeze(job, placed.head, { options, ports })
  return settle(job, placed, { texts, options, ports })
}
