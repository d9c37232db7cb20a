import type { ScopedProposal } from '../../model/proposal.ts'
import type { BranchWriter, Forge, Pull } from '../forges/forge.ts'
import type { HiddenBlock, Item } from '../record/hidden-block.ts'

/** How pull requests are kept. */
export interface PullOptions {
  /** The branch that they ask to be merged into, and the commit of it that everything was proved on. */
  readonly base: string
  readonly baseId: string
  /** The branch of the whole; scopes are put behind it. */
  readonly prefix: string
  readonly maxOpen: number
  readonly maxNewPerHour: number
  readonly labels: readonly string[]
  readonly checks: boolean
  readonly now: Date
}

/** The words of a pull request, with what we tell the next run. */
export interface PullTexts {
  readonly title: (part: ScopedProposal) => string
  /** Markdown; the hidden block stands at its end. */
  readonly body: (part: ScopedProposal, block: HiddenBlock) => string
  /** Why nothing of an open pull request is wanted any more; `undefined` when that cannot be told in this run. */
  readonly gone: (block: HiddenBlock) => string | undefined
  /** Whether the owner lets a proposal be merged by itself. */
  readonly autoMerge: (part: ScopedProposal) => boolean
}

/** What keeping pull requests needs of the world. */
export interface PullPorts {
  readonly forge: Forge
  readonly writer: BranchWriter
  /** As listed at the start of the run. */
  readonly pulls: readonly Pull[]
}

/** How, and with what. */
export interface Keeping {
  readonly options: PullOptions
  readonly ports: PullPorts
}

/** One scope on its way: what is wanted, and what stands. */
export interface Job {
  readonly part: ScopedProposal
  readonly branch: string
  readonly digest: string
  readonly items: readonly Item[]
  readonly open: Pull | undefined
  /** Closed by ourselves: it is opened again rather than doubled. */
  readonly withdrawn: Pull | undefined
}
