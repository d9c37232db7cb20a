import type { Workload } from './workload.ts'

/** A commit that changed a value. */
export interface ValueCommit {
  readonly id: string
  /** ISO 8601. */
  readonly at: string
  readonly by: string
  readonly subject: string
  /** Its pull request, when it is known. */
  readonly pull?: number
}

/** One change of a value on the base branch. */
export interface ValueEvent {
  /** `set`: by a commit of Tortoise; `reverted`: back to the value before; `edited`: to another value. */
  readonly kind: 'set' | 'reverted' | 'edited'
  readonly from: string
  readonly to: string
  /** Left out when no commit is known. */
  readonly commit?: ValueCommit
  /** Number of commits that may have made the change, when there are several; the newest is named. */
  readonly among?: number
  /** The rules behind a value that Tortoise set. */
  readonly rules: readonly string[]
  /** Fingerprint of the reasons for a value that Tortoise set. */
  readonly evidence?: string
  /** The file that was edited. */
  readonly file?: string
}

/** The history of one value, oldest event first. */
export interface FieldHistory {
  readonly cluster?: string
  readonly workload: Pick<Workload, 'namespace' | 'kind' | 'name'>
  readonly container?: string
  readonly field: string
  /** The value in the rendering of the base branch's head; left out when no source renders it. */
  readonly now?: string
  readonly events: readonly ValueEvent[]
}
