import { hashBlob } from 'isomorphic-git'
import type { FileEdit } from '../../model/edit.ts'
import { type Inert, inert } from '../../model/text/inert.ts'
import { type Markdown, markdown } from '../../model/text/markdown.ts'
import type { BranchWriter, Forge, Pull, StoredTree } from '../forges/forge.ts'
import { statedBase, statedTree } from '../record/commit-message.ts'
import { readBlock, writeBlock } from '../record/hidden-block.ts'
import { branchOf } from './scope.ts'
import { trustOf } from './trust.ts'

/** The forge and the writer of a repository. */
export interface OnboardingPorts {
  readonly forge: Forge
  readonly writer: BranchWriter
}

/** The base branch to onboard, and a commit of it. */
export interface OnboardingBase {
  readonly base: string
  readonly baseId: string
}

/** The pull request that proposes the first settings of a branch, as the forge has it. */
export interface OnboardingState extends OnboardingBase {
  readonly branch: string
  /** The newest one; absent when there was never one. */
  readonly pull?: Pull
}

/** What was made of it. `declined`: somebody closed it. `blocked`: its branch has a commit of somebody. */
export interface OnboardingPull {
  readonly action: 'opened' | 'updated' | 'unchanged' | 'declined' | 'merged' | 'blocked'
  readonly branch: string
  readonly number?: number
  readonly url?: string
}

/** The settings file to propose, and what a reader of the pull request sees. */
export interface OnboardingDraft {
  readonly edit: FileEdit
  readonly title: Inert
  /** Without the hidden block. */
  readonly body: Markdown
}

/**
 * Finds the pull request that proposes first settings: of those from its branch that Tortoise, an app of the repository or
 * a person with push access opened, the open one, or else the newest one.
 */
export async function onboardingState(
  { forge }: Pick<OnboardingPorts, 'forge'>,
  at: OnboardingBase,
): Promise<OnboardingState> {
  const branch = branchOf('tortoise/onboard', at.base)
  const { writes } = trustOf(forge)
  const known = (await forge.pullsFrom(branch)).filter(({ base }) => base === at.base)
  const ordered = known.toSorted(
    (one, other) =>
      Number(other.state === 'open') - Number(one.state === 'open') || other.number - one.number,
  )
  for (const pull of ordered) if (await writes(pull.author)) return { ...at, branch, pull }
  return { ...at, branch }
}

const named = ({ branch, pull }: OnboardingState, action: OnboardingPull['action']): OnboardingPull => ({
  action,
  branch,
  ...(pull === undefined ? {} : { number: pull.number, url: pull.url }),
})

/** Whether people decided about it: it was merged or closed, and is never opened again. `undefined` while it is open, or there is none. */
export function decidedOnboarding(state: OnboardingState): OnboardingPull | undefined {
  if (state.pull === undefined || state.pull.state === 'open') return undefined
  return named(state, state.pull.state === 'merged' ? 'merged' : 'declined')
}

/**
 * Opens or updates the pull request. Its branch is written only while its head is a commit of Tortoise, and only when the
 * settings changed. A second call with the same draft writes nothing.
 */
export async function syncOnboarding(
  state: OnboardingState,
  draft: OnboardingDraft,
  ports: OnboardingPorts,
): Promise<OnboardingPull> {
  const { forge, writer } = ports
  const { pull, branch, baseId, base } = state
  const head = await writer.head(branch)
  if (head !== undefined && !(await isOurs(head, state, writer))) return named(state, 'blocked')
  const { oid: digest } = await hashBlob({ object: Buffer.from(draft.edit.after) })
  const known = pull === undefined ? undefined : readBlock(pull.body)
  const isCurrent = known !== undefined && known.digest === digest && known.head === head
  const block = isCurrent ? known : { scope: '', base: baseId, head: '', digest, items: [] }
  const commit = isCurrent ? known.head : await writeBranch({ ...state, head }, draft, writer)
  const body = markdown`${draft.body}\n\n${writeBlock({ ...block, head: commit })}`
  const text = { title: draft.title, body }
  if (pull === undefined) {
    const opened = await forge.open({ branch, base, ...text })
    return named({ ...state, pull: opened }, 'opened')
  }
  if (isCurrent && pull.title === text.title.toString() && pull.body.trim() === body.toString().trim())
    return named(state, 'unchanged')
  await forge.update(pull.number, text)
  return named(state, 'updated')
}

async function isOurs(head: string, { baseId }: OnboardingBase, writer: BranchWriter): Promise<boolean> {
  if (head === baseId) return true
  const { message, tree, parents } = await writer.readCommit(head, baseId)
  return parents.length === 1 && statedBase(message) === parents[0] && statedTree(message) === tree
}

async function writeBranch(
  { branch, baseId, head }: OnboardingState & { readonly head: string | undefined },
  { edit, title }: OnboardingDraft,
  writer: BranchWriter,
): Promise<string> {
  const stored = await writer.writeTree(baseId, [edit])
  const to = await writer.writeCommit(stored, messageOf(title, edit, stored))
  await writer.moveBranch(branch, { from: head, to, force: true })
  return to
}

/** The last two lines show later runs that Tortoise made the commit. */
const messageOf = (title: Inert, { file }: FileEdit, { base, tree }: StoredTree): Inert =>
  inert.join(
    [title, '', inert`Adds ${file}.`, '', `Tortoise-Base: ${base}`, `Tortoise-Tree: ${tree}`, ''],
    '\n',
  )
