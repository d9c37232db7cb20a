import type { Answer } from './github-answer.ts'
import type { BareRepository } from './github-git.ts'
import type { PullStore } from './github-pulls.ts'

/** A request as it came in. */
export interface LabRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

type Level = 'read' | 'write'

/** Where the refs are, and how the server is to behave. */
export interface GitHubLab {
  readonly gitdir: string
  readonly repository?: string
  readonly token?: string
  /** Lets an app in instead: it asks for tokens with its key, each good for so many requests. */
  readonly app?: {
    readonly id: number
    readonly publicKey: string
    readonly installation: number
    readonly life?: number
  }
  /** Requests in so many seconds, and writes in so many. */
  readonly limits?: {
    readonly primary?: { readonly requests: number; readonly seconds: number }
    readonly secondary?: {
      readonly writes: number
      readonly seconds: number
      readonly status?: 403 | 429
    }
  }
  /** Whose token it is: commits made by parts are signed for apps alone. An app's where absent. */
  readonly tokenOf?: 'app' | 'person'
  /** What the token may do; all it needs where absent. */
  readonly permissions?: Partial<Record<'contents' | 'pull_requests' | 'issues' | 'statuses', Level>>
  /** Who may push, besides the owner of the repository. */
  readonly writers?: readonly string[]
  readonly merge?: {
    readonly autoMerge?: boolean
    readonly queue?: boolean
    readonly state?: 'CLEAN' | 'BLOCKED' | 'UNSTABLE'
  }
  /** Looks at a request before it is answered; an answer of its own is given instead: a limit, a fault. */
  readonly before?: (request: LabRequest) => Answer | undefined
  /** Told of each request, by its number, when it was done and before it is answered: the moment to kill who asked. */
  readonly done?: (nth: number) => void | Promise<void>
  /** The time the server writes; the real one where absent. */
  readonly now?: () => Date
}

/** All the server holds. */
export interface State {
  readonly lab: GitHubLab
  readonly repository: string
  readonly url: string
  readonly nodeId: string
  readonly bare: BareRepository
  readonly pulls: PullStore
  /** Commits that the server signed. */
  readonly signed: Set<string>
  readonly merging: Map<number, 'armed' | 'queued'>
  readonly comments: Map<number, { user: { login: string }; body: string; created_at: string }[]>
  /** Signs below comments, by the comment's id, in the order they were given. */
  readonly reactions: Map<number, string[]>
  readonly issues: LabIssue[]
  readonly statuses: Map<string, { context: string; state: string; description: string | null }[]>
}

/** An issue, as far as the client reads it. */
export interface LabIssue {
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  readonly labels: { name: string }[]
}
