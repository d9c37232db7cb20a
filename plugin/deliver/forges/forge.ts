import type { FileEdit } from '../../model/edit.ts'

/** A pull request (or merge request) of ours as the forge knows it. */
export interface Pull {
  readonly number: number
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
  /** When it was closed or merged. */
  readonly closedAt?: string
}

/** What people said below a pull request. */
export interface Comment {
  readonly author: string
  readonly body: string
  /** ISO 8601. */
  readonly at: string
}

/** A pull request to open. */
export interface PullDraft {
  readonly branch: string
  readonly base: string
  readonly title: string
  readonly body: string
}

/** One verdict shown beside a commit. */
export interface Check {
  readonly context: string
  readonly state: 'success' | 'failure'
  readonly description: string
}

/** How an armed pull request will be merged. */
export type Merging = 'armed' | 'queued' | 'merged' | 'refused'

/** What delivery asks of a forge. Every call can be repeated; failures are `forge.refused`. */
export interface Forge {
  /** As people call it: `GitHub`. */
  readonly name: string
  /** Pull requests from branches of ours in the repository itself: all open ones, and those closed lately, newest first. */
  readonly pulls: () => Promise<readonly Pull[]>
  readonly open: (draft: PullDraft) => Promise<Pull>
  readonly update: (
    pull: number,
    patch: { readonly title?: string; readonly body?: string; readonly state?: 'open' | 'closed' },
  ) => Promise<void>
  readonly addLabels: (pull: number, labels: readonly string[]) => Promise<void>
  readonly comments: (pull: number) => Promise<readonly Comment[]>
  readonly comment: (pull: number, body: string) => Promise<void>
  /** True for people who may push to the repository. */
  readonly mayWrite: (login: string) => Promise<boolean>
  /** The open issue whose body holds a marker. */
  readonly findIssue: (
    marker: string,
  ) => Promise<{ readonly number: number; readonly body: string } | undefined>
  readonly writeIssue: (
    issue: { readonly title: string; readonly body: string },
    number: number | undefined,
  ) => Promise<void>
  /** Shows verdicts at a commit; those that stand there already are not sent again. */
  readonly check: (commit: string, checks: readonly Check[]) => Promise<void>
  /** Asks the forge to merge when its rules are met. */
  readonly autoMerge: (pull: Pull) => Promise<Merging>
}

/** A commit as far as it tells whose it is. */
export interface SeenCommit {
  readonly message: string
  readonly tree: string
  readonly parents: readonly string[]
  /** Whether it is signed as far as the writer must sign. */
  readonly enough: boolean
}

/** What a branch should hold: a tree on a base, stored but in no commit yet. */
export interface StoredTree {
  readonly base: string
  readonly tree: string
}

/** Writes branches of a repository, with or without a clone. Refuses a move when the branch is not where it was seen. */
export interface BranchWriter {
  readonly head: (branch: string) => Promise<string | undefined>
  readonly seen: (commit: string, base: string) => Promise<SeenCommit>
  /** Lays edits over a base commit. Refuses with `git.conflict` when the base does not hold the text that was edited. */
  readonly store: (base: string, edits: readonly FileEdit[]) => Promise<StoredTree>
  readonly commit: (stored: StoredTree, message: string) => Promise<string>
  readonly move: (
    branch: string,
    move: { readonly from: string | undefined; readonly to: string; readonly force: boolean },
  ) => Promise<void>
}
