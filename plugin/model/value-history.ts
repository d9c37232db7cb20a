import type { Workload } from './workload.ts'

/** A commit as people name it. */
export interface ValueCommit {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly by: string
  readonly subject: string
  /** The pull request it came by, where that can be told. */
  readonly pull?: number
}

/** One thing that happened to a value on the base branch. */
export interface ValueEvent {
  /** `set` by a commit of ours; `reverted`: given back the value it had before; `edited`: given another. */
  readonly kind: 'set' | 'reverted' | 'edited'
  readonly from: string
  readonly to: string
  /** Absent when no commit can be named. */
  readonly commit?: ValueCommit
  /** Commits that may have done it, where it is one of several; the newest is named. */
  readonly among?: number
  /** The rules that fired, for what we set. */
  readonly rules: readonly string[]
  /** Fingerprint of the reasons, for what we set. */
  readonly evidence?: string
  /** The file that was edited. */
  readonly file?: string
}

/** All that is known of one value, oldest event first. */
export interface FieldHistory {
  readonly cluster?: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name'>
  readonly container?: string
  readonly field: string
  /** As rendered at the head of the base branch; absent when nothing renders it. */
  readonly now?: string
  readonly events: readonly ValueEvent[]
}
