import type { Answer } from './github-answer.ts'
import type { BareRepository } from './github-git.ts'
import type { PullStore } from './github-pulls.ts'

/** A received request. */
export interface LabRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

type Level = 'read' | 'write'

/** The repository and behaviour of the server. */
export interface GitHubLab {
  readonly gitdir: string
  readonly repository?: string
  readonly token?: string
  /** Accepts an app instead of a token. It gets tokens with its key; each is valid for `life` requests. */
  readonly app?: {
    readonly id: number
    readonly publicKey: string
    readonly installation: number
    readonly life?: number
  }
  /** Rate limits: requests, and writes, within a number of seconds. */
  readonly limits?: {
    readonly primary?: { readonly requests: number; readonly seconds: number }
    readonly secondary?: {
      readonly writes: number
      readonly seconds: number
      readonly status?: 403 | 429
    }
  }
  /** The kind of the token. REST commits are signed for apps only. Default: an app. */
  readonly tokenOf?: 'app' | 'person'
  /** Permissions of the token. Default: all that are needed. */
  readonly permissions?: Partial<Record<'contents' | 'pull_requests' | 'issues' | 'statuses', Level>>
  /** Users with push access beside the owner of the repository. */
  readonly writers?: readonly string[]
  readonly merge?: {
    readonly autoMerge?: boolean
    readonly queue?: boolean
    readonly state?: 'CLEAN' | 'BLOCKED' | 'UNSTABLE'
  }
  /** Called before a request is executed. A response that it returns replaces the server's: a rate limit, an error. */
  readonly before?: (request: LabRequest) => Answer | undefined
  /** Called with the number of a request that is executed and not yet responded to, so that a test can kill the client. */
  readonly done?: (nth: number) => void | Promise<void>
  /** The time that the server writes. Default: the real time. */
  readonly now?: () => Date
}

/** The state of the server. */
export interface State {
  readonly lab: GitHubLab
  readonly repository: string
  readonly url: string
  readonly nodeId: string
  readonly bare: BareRepository
  readonly pulls: PullStore
  /** Ids of the commits that the server signed. */
  readonly signed: Set<string>
  readonly merging: Map<number, 'armed' | 'queued'>
  readonly comments: Map<number, { user: { login: string }; body: string; created_at: string }[]>
  /** Reactions to comments in order, by the comment's id. */
  readonly reactions: Map<number, string[]>
  readonly issues: LabIssue[]
  /** The last edits of their texts. */
  readonly issueEdits: Map<number, { readonly login: string; readonly at: string }>
  readonly statuses: Map<string, { context: string; state: string; description: string | null }[]>
}

/** An issue with the fields that the client reads. */
export interface LabIssue {
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  readonly labels: { name: string }[]
  readonly user: { readonly login: string; readonly type: 'User' | 'Bot' }
}
