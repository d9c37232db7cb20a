import { escapeMarkdown, oneLine } from '../../model/escape-markdown.ts'
import { plural } from '../../model/plural.ts'
import type { PullOutcome } from '../../model/proposal.ts'
import type { Check, Forge, Pull } from '../forges/forge.ts'
import { type HiddenBlock, readBlock, withBlock } from '../record/hidden-block.ts'
import type { Job, Keeping, PullTexts } from './job.ts'
import type { Placed } from './place-branch.ts'

/** The checks of a pull request that holds. */
const standing = (sources: number): readonly Check[] => [
  {
    context: 'tortoise/proof',
    state: 'success',
    description: `Only these values change, by rendering ${plural(sources, 'source')} before and after`,
  },
  { context: 'tortoise/freshness', state: 'success', description: 'Still what the latest evidence asks for' },
  { context: 'tortoise/safety', state: 'success', description: 'One commit of ours on the base' },
]

const failed = (what: 'freshness' | 'safety', why: string): Check => ({
  context: `tortoise/${what}`,
  state: 'failure',
  description: oneLine(why).slice(0, 140),
})

const sameText = (left: string, right: string): boolean => left.trim() === right.trim()

/** Says something once below a pull request, however often a run is repeated. */
async function sayOnce(forge: Forge, pull: number, { marker, text }: { marker: string; text: string }) {
  const hidden = `<!-- tortoise:${marker} -->`
  const said = await forge.comments(pull)
  if (!said.some(({ body }) => body.includes(hidden))) await forge.comment(pull, `${text}\n\n${hidden}`)
}

/** Closes a pull request that nothing is wanted of any more, with the reason; leaves it when no reason can be told. */
export async function withdraw(
  pull: Pull,
  { gone }: Pick<PullTexts, 'gone'>,
  { options, ports: { forge } }: Keeping,
): Promise<PullOutcome> {
  const block = readBlock(pull.body)
  const { number, url, branch, head } = pull
  const known = { scope: block?.scope ?? '', branch, number, url }
  const reason = block && gone(block)
  if (block === undefined || reason === undefined) {
    return { ...known, action: 'unchanged', reason: 'this run cannot tell whether it still holds' }
  }
  if (block.closed !== undefined) {
    const why = `${reason}; a person opened it again`
    if (options.checks) await forge.check(head, [failed('freshness', reason)])
    return { ...known, action: 'blocked', reason: why }
  }
  if (head !== block.head) {
    if (options.checks) await forge.check(head, [failed('freshness', reason)])
    return { ...known, action: 'blocked', reason: `${reason}; it holds work of a person` }
  }
  await sayOnce(forge, number, {
    marker: `closed ${block.head.slice(0, 12)}`,
    text: `Closed: ${escapeMarkdown(reason)}.`,
  })
  await forge.update(number, { body: withBlock(pull.body, { ...block, closed: reason }), state: 'closed' })
  return { ...known, action: 'closed', reason }
}

/** A person's commit stands on our branch: it is theirs now. Says so once and touches nothing. */
export async function freeze(
  { part, branch, open }: Job,
  head: string,
  { options, ports: { forge } }: Keeping,
): Promise<PullOutcome> {
  const reason = `${branch} holds a commit of a person (${head.slice(0, 10)})`
  const known = { scope: part.scope, branch, action: 'blocked', reason } as const
  if (open === undefined) return known
  await sayOnce(forge, open.number, {
    marker: 'foreign',
    text: `A commit that is not ours stands on \`${branch}\`, so this pull request is yours now and will not be rebuilt. Merge it, close it, or delete the branch to get a new one.`,
  })
  if (options.checks)
    await forge.check(head, [failed('safety', 'A commit that is not ours stands on the branch')])
  return { ...known, number: open.number, url: open.url }
}

/** Brings the pull request of a branch up to date: words, labels, checks, merging. */
export async function settle(
  job: Job,
  placed: Extract<Placed, { kind: 'placed' }>,
  { texts, options, ports }: Keeping & { readonly texts: PullTexts },
): Promise<PullOutcome> {
  const { part, branch, digest, items } = job
  const block: HiddenBlock = { scope: part.scope, base: placed.base, head: placed.head, digest, items }
  const wanted = { title: oneLine(texts.title(part)), body: texts.body(part, block) }
  const { pull, action } = await bringUp(job, wanted, { texts, options, ports })
  const missing = options.labels.filter((label) => !pull.labels.includes(label))
  if (missing.length > 0) await ports.forge.addLabels(pull.number, missing)
  const checks: readonly Check[] = standing(part.proposal.proof.sources.length)
  if (options.checks) await ports.forge.check(placed.head, checks)
  const merging = texts.autoMerge(part)
    ? await ports.forge.autoMerge({ ...pull, head: placed.head })
    : undefined
  return {
    scope: part.scope,
    branch,
    number: pull.number,
    url: pull.url,
    action: action === 'unchanged' && placed.moved ? 'updated' : action,
    commit: placed.head,
    ...(merging === undefined ? {} : { merging }),
  }
}

async function bringUp(
  { branch, open, withdrawn }: Job,
  wanted: { readonly title: string; readonly body: string },
  { options, ports: { forge } }: Keeping & { readonly texts: PullTexts },
): Promise<{ readonly pull: Pull; readonly action: PullOutcome['action'] }> {
  const update = async (pull: Pull, action: PullOutcome['action']) => {
    if (pull.title === wanted.title && sameText(pull.body, wanted.body)) return { pull, action }
    await forge.update(pull.number, wanted)
    return { pull, action: action === 'unchanged' ? ('updated' as const) : action }
  }
  if (open !== undefined) return update(open, 'unchanged')
  const pull = await forge.open({ branch, base: options.base, ...wanted })
  return update(pull, pull.number === withdrawn?.number ? 'reopened' : 'opened')
}
