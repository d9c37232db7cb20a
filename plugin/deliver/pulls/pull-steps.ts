import { plural } from '../../model/plural.ts'
import type { Proposal, PullOutcome } from '../../model/proposal.ts'
import { cutInert, inert } from '../../model/text/inert.ts'
import { code, type Markdown, markdown } from '../../model/text/markdown.ts'
import type { Check, Pull } from '../forges/forge.ts'
import { type HiddenBlock, readBlock, withBlock, writeBlock } from '../record/hidden-block.ts'
import { commentOnce } from './comment-once.ts'
import type { PullJob, SyncContext } from './job.ts'
import type { BranchUpdate } from './update-branch.ts'

/** The checks of a pull request that is up to date. */
const passedChecks = (sources: number): readonly Check[] => [
  {
    context: 'tortoise/proof',
    state: 'success',
    description: inert`Rendering ${plural(sources, 'source')} before and after shows that only these values change`,
  },
  {
    context: 'tortoise/freshness',
    state: 'success',
    description: inert`The latest usage data still supports these values`,
  },
  {
    context: 'tortoise/safety',
    state: 'success',
    description: inert`The branch has exactly one commit, made by Tortoise`,
  },
]

const failedCheck = (name: 'freshness' | 'safety', reason: string): Check => ({
  context: `tortoise/${name}`,
  state: 'failure',
  description: cutInert(inert`${reason}`, 140),
})

const isSameText = (left: string, right: Markdown): boolean => left.trim() === right.toString().trim()

/**
 * Closes a pull request with the reason why it is obsolete. It stays open without a reason, when somebody reopened it, and
 * when its branch has someone's commits.
 */
export async function closeObsolete(
  pull: Pull,
  reason: string | undefined,
  { options, ports: { forge } }: SyncContext,
): Promise<PullOutcome> {
  const block = readBlock(pull.body)
  const { number, url, branch, head } = pull
  const known = { scope: block?.scope ?? '', branch, number, url }
  if (block === undefined || reason === undefined) {
    return {
      ...known,
      action: 'unchanged',
      reason: 'this run cannot determine whether its values are still needed',
    }
  }
  const obstacle =
    block.closed !== undefined
      ? 'somebody reopened it'
      : head !== block.head
        ? 'its branch has a commit that Tortoise did not make'
        : undefined
  if (obstacle !== undefined) {
    if (options.checks) await forge.check(head, [failedCheck('freshness', reason)])
    return { ...known, action: 'blocked', reason: `${reason}; ${obstacle}` }
  }
  await commentOnce(forge, number, {
    marker: `closed ${block.head.slice(0, 12)}`,
    text: markdown`Closed by Tortoise: ${reason}.`,
  })
  await forge.update(number, { body: withBlock(pull.body, { ...block, closed: reason }), state: 'closed' })
  return { ...known, action: 'closed', reason }
}

/** Reports that somebody committed to the branch of a pull request: comments once and writes nothing else. */
export async function stopUpdating(
  { wanted, branch, open }: PullJob,
  head: string,
  { options, ports: { forge } }: SyncContext,
): Promise<PullOutcome> {
  const reason = `${branch} has a commit that Tortoise did not make (${head.slice(0, 10)})`
  const known = { scope: wanted.scope, branch, action: 'blocked', reason } as const
  if (open === undefined) return known
  await commentOnce(forge, open.number, {
    marker: 'foreign',
    text: markdown`The branch ${code(branch)} has a commit that Tortoise did not make, so Tortoise no longer updates this pull request. Merge it, close it, or delete the branch to get a new pull request.`,
  })
  if (options.checks)
    await forge.check(head, [failedCheck('safety', 'The branch has a commit that Tortoise did not make')])
  return { ...known, number: open.number, url: open.url }
}

/** Opens the pull request of a branch or updates its title, body, labels and checks. Then arms auto-merge if allowed. */
export async function updatePull(
  job: PullJob,
  { base, head, moved }: Extract<BranchUpdate, { kind: 'current' }>,
  context: SyncContext,
): Promise<PullOutcome> {
  const { wanted, branch, digest, items } = job
  const { scope, proposal, autoMerge } = wanted
  const { options, ports } = context
  const { forge } = ports
  const { pull, action } = await writeText(
    job,
    { scope, base, head, digest, items, ...untilOf(proposal) },
    context,
  )
  const missing = options.labels.filter((label) => !pull.labels.includes(label))
  if (missing.length > 0) await forge.addLabels(pull.number, missing)
  if (options.checks) await forge.check(head, passedChecks(proposal.proof.sources.length))
  const merging = autoMerge ? await forge.autoMerge({ ...pull, head }) : undefined
  return {
    scope,
    branch,
    number: pull.number,
    url: pull.url,
    action: action === 'unchanged' && moved ? 'updated' : action,
    commit: head,
    ...(merging === undefined ? {} : { merging }),
  }
}

/** When the emergency ends that a proposal begins. */
const untilOf = ({ emergency }: Proposal): Pick<HiddenBlock, 'until'> =>
  emergency === undefined ? {} : { until: emergency.until }

/** Writes title and body where they differ, with the hidden block at the end of the body. */
async function writeText(
  { wanted, branch, open, withdrawn }: PullJob,
  block: HiddenBlock,
  { options, ports: { forge } }: SyncContext,
): Promise<{ readonly pull: Pull; readonly action: PullOutcome['action'] }> {
  const text = { title: wanted.title, body: markdown`${wanted.body}\n\n${writeBlock(block)}` }
  const update = async (pull: Pull, action: PullOutcome['action']) => {
    if (pull.title === text.title.toString() && isSameText(pull.body, text.body)) return { pull, action }
    await forge.update(pull.number, text)
    return { pull, action: action === 'unchanged' ? ('updated' as const) : action }
  }
  if (open !== undefined) return update(open, 'unchanged')
  const pull = await forge.open({ branch, base: options.base, ...text })
  return update(pull, pull.number === withdrawn?.number ? 'reopened' : 'opened')
}
