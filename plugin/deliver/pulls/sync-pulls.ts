import { hashBlob } from 'isomorphic-git'
import type { Proposal, PullOutcome } from '../../model/proposal.ts'
import type { Pull } from '../forges/forge.ts'
import { itemsOf, readBlock } from '../record/hidden-block.ts'
import type { PullJob, PullOptions, SyncContext, WantedPull } from './job.ts'
import { closeObsolete, stopUpdating, updatePull } from './pull-steps.ts'
import { branchOf } from './scope.ts'
import { updateBranch } from './update-branch.ts'

async function digestOf({ edits }: Proposal): Promise<string> {
  const text = JSON.stringify(edits.map(({ file, before, after }) => [file, before, after]))
  return (await hashBlob({ object: Buffer.from(text) })).oid
}

const isOurs = (pull: Pull, { base, prefix }: PullOptions): boolean =>
  pull.base === base && (pull.branch === prefix || pull.branch.startsWith(`${prefix}-`))

async function jobFor(wanted: WantedPull, { options, ports }: SyncContext): Promise<PullJob> {
  const { scope, proposal } = wanted
  const branch = branchOf(options.prefix, scope)
  const same = ports.pulls.filter((pull) => pull.branch === branch && pull.base === options.base)
  const [newest] = [...same].sort((a, b) => b.number - a.number)
  return {
    wanted,
    branch,
    digest: await digestOf(proposal),
    items: itemsOf(proposal),
    open: same.find(({ state }) => state === 'open'),
    withdrawn: newest?.state === 'closed' && readBlock(newest.body)?.closed ? newest : undefined,
  }
}

const hourMs = 3_600_000

/** How many pull requests this run may still open, after it closed some. */
function openable(
  { maxOpen, maxNewPerHour, now }: PullOptions,
  ours: readonly Pull[],
  closed: number,
): number {
  const open = ours.filter(({ state }) => state === 'open').length - closed
  const fresh = ours.filter(({ createdAt }) => Date.parse(createdAt) > now.getTime() - hourMs).length
  return Math.max(0, Math.min(maxOpen - open, maxNewPerHour - fresh))
}

/** What `syncPulls` needs beside the wanted pull requests. */
export interface SyncRequest extends SyncContext {
  /**
   * Why an open pull request is no longer needed, by its number. One that is not listed stays open. Left out: pull requests beside the
   * wanted ones stay as they are, and nothing is reported of them.
   */
  readonly obsolete?: ReadonlyMap<number, string> | undefined
}

/**
 * Makes the forge match the wanted pull requests, one for each scope: opens, updates, reopens or closes them, or queues
 * them when a limit is reached. A second call with the same input changes nothing.
 */
export async function syncPulls(
  wanted: readonly WantedPull[],
  { obsolete, ...context }: SyncRequest,
): Promise<readonly PullOutcome[]> {
  const { options, ports } = context
  const jobs = await Promise.all(wanted.map((one) => jobFor(one, context)))
  const ours = ports.pulls.filter((pull) => isOurs(pull, options))
  const unwanted = ours.filter(
    (pull) =>
      obsolete !== undefined && pull.state === 'open' && !jobs.some(({ branch }) => branch === pull.branch),
  )
  const outcomes: PullOutcome[] = []
  for (const pull of unwanted) outcomes.push(await closeObsolete(pull, obsolete?.get(pull.number), context))
  let left = openable(options, ours, outcomes.filter(({ action }) => action === 'closed').length)
  for (const job of inOrder(jobs)) {
    const { wanted: pull, branch, open } = job
    if (open === undefined && left <= 0 && !pull.isUrgent && options.openNow?.has(branch) !== true) {
      outcomes.push({ scope: pull.scope, branch, action: 'queued' })
      continue
    }
    const outcome = await syncPull(job, context)
    if (open === undefined && outcome.action !== 'blocked' && !pull.isUrgent) left -= 1
    outcomes.push(outcome)
  }
  return outcomes
}

/** Urgent pull requests first, then those that are open. */
function inOrder(jobs: readonly PullJob[]): readonly PullJob[] {
  const rank = ({ wanted, open }: PullJob): number => (wanted.isUrgent ? 0 : open ? 1 : 2)
  return [...jobs].sort((one, other) => rank(one) - rank(other))
}

async function syncPull(job: PullJob, context: SyncContext): Promise<PullOutcome> {
  const update = await updateBranch(job, context)
  return update.kind === 'foreign'
    ? stopUpdating(job, update.head, context)
    : updatePull(job, update, context)
}
