import type { Act, Comment, Forge, Pull } from '../forges/forge.ts'
import { readBlock, withBlock } from '../record/hidden-block.ts'
import { readBoxes, readCommands, readLabels, untickBoxes } from './commands.ts'
import type { Mark, ReviewedPull } from './decisions.ts'
import { type Trust, trustOf } from './trust.ts'

/** How long what people did on a closed pull request counts. */
export interface ReviewWindow {
  readonly now: Date
  readonly days: number
}

/** What reading reviews uses of a forge. */
export type ReviewForge = Pick<Forge, 'comments' | 'mayWrite' | 'account' | 'acts' | 'lastEdit'>

/** The pull requests whose content counts, and what people with push access did on the recent ones. */
export interface Reviews {
  /** Without what others added: their checked boxes, and their reopening of a pull request that Tortoise closed. */
  readonly pulls: readonly Pull[]
  readonly reviewed: readonly ReviewedPull[]
}

/** Comments of the newest pull requests only are read, so that a run makes a bounded number of requests. */
const maxCommented = 40
/** The same for events, which are read only where a label, a closing or a reopening would count. */
const maxEvents = 100

/** The pull requests that Tortoise, an app of the repository, or a person with push access opened. */
async function ownPulls(pulls: readonly Pull[], { writes }: Trust): Promise<readonly Pull[]> {
  const own: Pull[] = []
  for (const pull of pulls) if (await writes(pull.author)) own.push(pull)
  return own
}

/**
 * Reads what people with push access did on pull requests of Tortoise: commands in comments, labels and checkboxes, closing
 * and reopening. What anybody else did counts nowhere, nor does what the forge does not attribute to anybody.
 */
export async function readReviews(
  forge: ReviewForge,
  listed: readonly Pull[],
  { now, days }: ReviewWindow,
): Promise<Reviews> {
  const trust = trustOf(forge)
  const pulls = await ownPulls(listed, trust)
  const oldest = now.getTime() - days * 86_400_000
  const recent = pulls.filter(
    ({ state, body, closedAt, createdAt }) =>
      (state === 'open' || Date.parse(closedAt ?? createdAt) >= oldest) && readBlock(body) !== undefined,
  )
  const reviewed: ReviewedPull[] = []
  let events = 0
  for (const [index, pull] of recent.entries()) {
    const comments = index < maxCommented ? await countedComments(pull, forge, trust) : []
    const isRead = needsEvents(pull) && events < maxEvents
    if (isRead) events += 1
    reviewed.push({ ...(await reviewOf(pull, isRead, { forge, trust })), comments })
  }
  const known = new Map(reviewed.map(({ pull }) => [pull.number, pull]))
  return { pulls: pulls.map((pull) => known.get(pull.number) ?? pull), reviewed }
}

async function countedComments(
  { number }: Pull,
  forge: ReviewForge,
  { decides }: Trust,
): Promise<readonly Comment[]> {
  const counted: Comment[] = []
  for (const one of await forge.comments(number)) {
    const { author: login, byBot: isBot = false, body } = one
    if (readCommands(body).length > 0 && (await decides({ login, isBot }))) counted.push(one)
  }
  return counted
}

/** Whether somebody other than Tortoise closed or reopened a pull request, as its state and its text show. */
const closedByOthers = ({ state, body }: Pull): boolean =>
  state === 'closed' && readBlock(body)?.closed === undefined
const reopenedByOthers = ({ state, body }: Pull): boolean =>
  state === 'open' && readBlock(body)?.closed !== undefined

const needsEvents = (pull: Pull): boolean =>
  readLabels(pull.labels).length > 0 || closedByOthers(pull) || reopenedByOthers(pull)

interface ReviewPorts {
  readonly forge: ReviewForge
  readonly trust: Trust
}

async function reviewOf(
  pull: Pull,
  isRead: boolean,
  { forge, trust }: ReviewPorts,
): Promise<Omit<ReviewedPull, 'comments'>> {
  const acts = isRead ? await forge.acts(pull.number) : undefined
  const decides = async (act: Act | undefined): Promise<boolean> => act !== undefined && trust.decides(act.by)
  const labels: Mark[] = []
  for (const label of pull.labels) {
    const act = acts?.labelled.get(label)
    if (act === undefined || !(await decides(act))) continue
    labels.push(...readLabels([label]).map((command) => ({ command, by: act.by.login, at: act.at })))
  }
  const boxes = await countedBoxes(pull, { forge, trust })
  const isClosed = closedByOthers(pull) && (await decides(acts?.closed))
  const isReopened = reopenedByOthers(pull) && (await decides(acts?.reopened))
  const body = boxes.length > 0 ? pull.body : untickBoxes(pull.body)
  return {
    pull: { ...pull, body: isReopened ? body : withoutReopening({ ...pull, body }) },
    marks: [...labels, ...boxes],
    ...(isClosed && acts?.closed ? { closedBy: acts.closed.by.login } : {}),
  }
}

/** The text of a pull request that nobody who may decide reopened: Tortoise may close it again. */
function withoutReopening(pull: Pull): string {
  const block = reopenedByOthers(pull) ? readBlock(pull.body) : undefined
  if (block === undefined) return pull.body
  const { closed: _, ...open } = block
  return withBlock(pull.body, open).toString()
}

/**
 * The commands of checked boxes: those in a text that a person who may decide edited last. Tortoise keeps such boxes checked
 * when it closes the pull request, so they count from its closing on.
 */
async function countedBoxes(pull: Pull, { forge, trust }: ReviewPorts): Promise<readonly Mark[]> {
  const commands = readBoxes(pull.body)
  const edit = commands.length === 0 ? undefined : await forge.lastEdit(pull.number)
  if (edit === undefined) return []
  const { login } = edit.by
  if (await trust.decides(edit.by)) return commands.map((command) => ({ command, by: login, at: edit.at }))
  const isOurs = login === pull.author.login && pull.state !== 'open'
  const at = pull.closedAt ?? pull.createdAt
  return isOurs ? commands.map((command) => ({ command, by: 'a checkbox', at })) : []
}
