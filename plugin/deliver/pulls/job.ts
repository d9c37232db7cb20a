import type { ScopedProposal } from '../../model/proposal.ts'
import type { Inert } from '../../model/text/inert.ts'
import type { Markdown } from '../../model/text/markdown.ts'
import type { BranchWriter, Forge, Pull } from '../forges/forge.ts'
import type { BlockItem } from '../record/hidden-block.ts'

/** Options of the pull requests of a run. */
export interface PullOptions {
  /** The base branch, and the commit of it that everything was proved on. */
  readonly base: string
  readonly baseId: string
  /** The branch of the whole repository. Branches of scopes are this name with the scope appended. */
  readonly prefix: string
  readonly maxOpen: number
  readonly maxNewPerHour: number
  /** Branches whose pull requests are opened whatever the limits say, because somebody wants them now. */
  readonly openNow?: ReadonlySet<string> | undefined
  readonly labels: readonly string[]
  readonly checks: boolean
  readonly now: Date
}

/** A pull request to open or update: a proved proposal with its texts. */
export interface WantedPull extends ScopedProposal {
  readonly title: Inert
  /** Without the hidden block. */
  readonly body: Markdown
  /** Whether the forge may merge it as soon as its rules are met. */
  readonly autoMerge: boolean
  /** Whether it is opened at once, whatever the limits say: it takes back what did harm. */
  readonly isUrgent?: boolean
}

/** The forge and the writer that pull requests are kept with. */
export interface PullPorts {
  readonly forge: Forge
  readonly writer: BranchWriter
  /** All pull requests of Tortoise, as listed at the start of the run. */
  readonly pulls: readonly Pull[]
}

/** What every step on a pull request needs. */
export interface SyncContext {
  readonly options: PullOptions
  readonly ports: PullPorts
}

/** One wanted pull request, and what the forge has of it. */
export interface PullJob {
  readonly wanted: WantedPull
  readonly branch: string
  /** Identity of the edits. */
  readonly digest: string
  readonly items: readonly BlockItem[]
  readonly open: Pull | undefined
  /** A pull request that Tortoise closed. It is reopened, so that a branch never gets two. */
  readonly withdrawn: Pull | undefined
}
