import type { FileEdit } from '../../model/edit.ts'
import type { Inert } from '../../model/text/inert.ts'
import type { Markdown } from '../../model/text/markdown.ts'

/** An account on a forge. */
export interface Actor {
  readonly login: string
  /** Whether the forge says that it is an app or a bot, not a person. */
  readonly isBot: boolean
}

/** Something that an account did, and when (ISO 8601). */
export interface Act {
  readonly by: Actor
  readonly at: string
}

/** Who did what on a pull request. What the forge does not say is absent. */
export interface PullActs {
  /** By label, the last time that it was set. */
  readonly labelled: ReadonlyMap<string, Act>
  readonly closed?: Act | undefined
  readonly reopened?: Act | undefined
}

/** A pull request (or merge request) of Tortoise, as the forge returns it. */
export interface Pull {
  readonly number: number
  /** Who opened it. */
  readonly author: Actor
  readonly url: string
  readonly state: 'open' | 'closed' | 'merged'
  readonly title: string
  readonly body: string
  readonly branch: string
  readonly base: string
  /** The commit at its head. */
  readonly head: string
  readonly labels: readonly string[]
  /** ISO 8601. */
  readonly createdAt: string
  /** When it was closed or merged, ISO 8601. */
  readonly closedAt?: string
}

/** A comment on a pull request. */
export interface Comment {
  readonly author: string
  /** Whether the forge says that an app or a bot wrote it. */
  readonly byBot?: boolean
  readonly body: string
  /** ISO 8601. */
  readonly at: string
}

/** A pull request to open. */
export interface PullDraft {
  readonly branch: string
  readonly base: string
  readonly title: Inert
  readonly body: Markdown
}

/** A status that the forge shows beside a commit. */
export interface Check {
  readonly context: string
  readonly state: 'success' | 'failure'
  readonly description: Inert
}

/** The result of arming auto-merge: armed, in the merge queue, merged at once, or refused by the forge. */
export type Merging = 'armed' | 'queued' | 'merged' | 'refused'

/** An issue that was found by its text. */
export interface FoundIssue {
  readonly number: number
  readonly body: string
  /** Who opened it; absent where the forge does not say. */
  readonly author?: Actor | undefined
}

/** What delivery uses of a forge. Every call can be repeated. A refused request throws `forge.refused`. */
export interface Forge {
  /** The name in messages: `GitHub`. */
  readonly name: string
  /** Whether it says who edited a text last, so that checked boxes can count. */
  readonly namesEditors: boolean
  /**
   * Lists the pull requests from branches under `tortoise/` of the repository itself: the open ones, and those closed ones that were
   * updated since a time, newest first. The number of requests does not grow with the pull requests of others.
   */
  readonly pulls: (since: Date) => Promise<readonly Pull[]>
  /** Lists every pull request from one branch of the repository itself, however long ago it was closed. */
  readonly pullsFrom: (branch: string) => Promise<readonly Pull[]>
  readonly open: (draft: PullDraft) => Promise<Pull>
  readonly update: (
    pull: number,
    patch: { readonly title?: Inert; readonly body?: Markdown; readonly state?: 'open' | 'closed' },
  ) => Promise<void>
  readonly addLabels: (pull: number, labels: readonly string[]) => Promise<void>
  /** The login of the token's account; `undefined` when the forge does not say. */
  readonly account: () => Promise<string | undefined>
  /** Who set labels, closed and reopened a pull request. */
  readonly acts: (pull: number) => Promise<PullActs>
  /**
   * The last edit of the text of a pull request, or of an issue; `undefined` when there is none, or when the forge does not say who
   * made it.
   */
  readonly lastEdit: (number: number, of?: 'pull' | 'issue') => Promise<Act | undefined>
  readonly comments: (pull: number) => Promise<readonly Comment[]>
  readonly comment: (pull: number, body: Markdown) => Promise<void>
  /** Whether a user may push to the repository. */
  readonly mayWrite: (login: string) => Promise<boolean>
  /** Finds the oldest open issue whose body contains a marker. */
  readonly findIssue: (marker: string) => Promise<FoundIssue | undefined>
  /** Updates an issue, or opens one when there is no number. */
  readonly writeIssue: (
    issue: { readonly title: Inert; readonly body: Markdown },
    number: number | undefined,
  ) => Promise<void>
  /** Sets statuses on a commit. A status that the commit already has is not sent again. */
  readonly check: (commit: string, checks: readonly Check[]) => Promise<void>
  /** Lets the forge merge as soon as its rules are met. */
  readonly autoMerge: (pull: Pull) => Promise<Merging>
}

/** The parts of a commit that show whether Tortoise made it. */
export interface CommitInfo {
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  /** Whether it is signed, or the writer need not sign. */
  readonly signedAsRequired: boolean
}

/** A stored tree and the commit that it is built on. No commit holds the tree yet. */
export interface StoredTree {
  readonly base: string
  readonly tree: string
}

/** Writes branches of a repository, with or without a clone. */
export interface BranchWriter {
  /** Returns the commit at the head of a branch; `undefined` when the server has no such branch. */
  readonly head: (branch: string) => Promise<string | undefined>
  /** Reads a commit of the server. `base` is a commit that the clone has. */
  readonly readCommit: (commit: string, base: string) => Promise<CommitInfo>
  /** Stores the tree of a base commit with edits applied. Throws `git.conflict` when the base has another text than the edited one. */
  readonly writeTree: (base: string, edits: readonly FileEdit[]) => Promise<StoredTree>
  readonly writeCommit: (stored: StoredTree, message: Inert) => Promise<string>
  /** Moves a branch. Throws `git.moved` when it is not at `from` any more. */
  readonly moveBranch: (
    branch: string,
    move: { readonly from: string | undefined; readonly to: string; readonly force: boolean },
  ) => Promise<void>
}
