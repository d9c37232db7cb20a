import { z } from 'zod'
import type { Answer } from './github-answer.ts'
import type { BareRepository } from './github-git.ts'

/** A pull request with the fields that the client reads, as the server stores and returns it. */
export interface LabPullRequest {
  readonly number: number
  readonly html_url: string
  readonly node_id: string
  readonly requested_teams: readonly []
  state: 'open' | 'closed'
  title: string
  body: string | null
  head: { ref: string; label: string; sha: string }
  base: { ref: string }
  labels: { name: string }[]
  created_at: string
  updated_at: string
  closed_at: string | null
  merged_at: string | null
}

/** The pull requests of a repository. */
export interface PullStore {
  readonly all: readonly LabPullRequest[]
  readonly list: (query: URLSearchParams) => Answer
  readonly open: (draft: unknown) => Answer
  readonly change: (number: number, patch: unknown) => Answer
  /** Merges by squash, as the button does. The default message is that of the one commit. */
  readonly merge: (number: number, how?: SquashOptions) => Answer
  /** Updates the heads of open pull requests. Closes those whose branch does not exist any more. */
  readonly settle: () => void
}

/** The body of `PUT …/merge`. */
export interface SquashOptions {
  readonly sha?: string | undefined
  readonly commit_title?: string | undefined
  readonly commit_message?: string | undefined
}

interface Ground {
  readonly bare: BareRepository
  readonly repository: string
  readonly url: string
  readonly now: () => Date
  readonly nextNumber: () => number
}

const draftSchema = z.object({ title: z.string(), body: z.string(), head: z.string(), base: z.string() })
const patchSchema = z.object({
  title: z.string().optional(),
  body: z.string().optional(),
  state: z.enum(['open', 'closed']).optional(),
})
const bodyLimit = 65_536

const invalid = (message: string): Answer => ({
  status: 422,
  data: {
    message: 'Validation Failed',
    errors: [{ resource: 'PullRequest', code: 'custom', message }],
    documentation_url: 'https://docs.github.com/rest/pulls/pulls',
  },
})

/** Creates an empty store. */
export function pullStore(ground: Ground): PullStore {
  const { bare, repository, url, now, nextNumber } = ground
  const all: LabPullRequest[] = []
  const time = (): string => now().toISOString()
  const open = (draft: unknown): Answer => {
    const { title, body, head, base } = draftSchema.parse(draft)
    const label = `${repository.split('/')[0]}:${head}`
    const [sha, target] = [bare.ref(head), bare.ref(base)]
    if (body.length > bodyLimit) return invalid('body is too long')
    if (sha === undefined || target === undefined) return invalid('head or base is invalid')
    if (sha === target) return invalid(`No commits between ${base} and ${head}`)
    if (all.some((pull) => pull.state === 'open' && pull.head.label === label && pull.base.ref === base))
      return invalid(`A pull request already exists for ${label}.`)
    const number = nextNumber()
    const pull: LabPullRequest = {
      number,
      html_url: `${url}/${repository}/pull/${number}`,
      node_id: `PR_${number}`,
      requested_teams: [],
      state: 'open',
      title,
      body,
      head: { ref: head, label, sha },
      base: { ref: base },
      labels: [],
      created_at: time(),
      updated_at: time(),
      closed_at: null,
      merged_at: null,
    }
    all.push(pull)
    return { status: 201, data: pull }
  }
  const reopens = (pull: LabPullRequest): boolean => bare.ref(pull.head.ref) === pull.head.sha
  const change = (number: number, patch: unknown): Answer => {
    const pull = all.find((one) => one.number === number)
    if (pull === undefined) return { status: 404, data: { message: 'Not Found' } }
    const { title = pull.title, body = pull.body, state = pull.state } = patchSchema.parse(patch)
    if ((body ?? '').length > bodyLimit) return invalid('body is too long')
    if (pull.state === 'closed' && state === 'open' && (pull.merged_at !== null || !reopens(pull)))
      return invalid('state cannot be changed. The branch was force-pushed or recreated.')
    if (state !== pull.state) pull.closed_at = state === 'closed' ? time() : null
    Object.assign(pull, { title, body, state, updated_at: time() })
    return { status: 200, data: pull }
  }
  const merge: PullStore['merge'] = (number, { sha, commit_title, commit_message } = {}) => {
    const pull = all.find((one) => one.number === number)
    if (pull === undefined) return { status: 404, data: { message: 'Not Found' } }
    if (pull.state !== 'open') return { status: 405, data: { message: 'Pull Request is not mergeable' } }
    if (sha !== undefined && sha !== pull.head.sha)
      return { status: 409, data: { message: 'Head branch was modified' } }
    const base = bare.ref(pull.base.ref) ?? ''
    const [head, parent] = [bare.commit(pull.head.sha), bare.commit(base)]
    if (head?.parents[0] !== base || parent === undefined)
      return { status: 405, data: { message: 'Pull Request is not mergeable' } }
    const [subject = '', ...rest] = head.message.split('\n')
    const [title, text] = [
      commit_title ?? `${subject} (#${number})`,
      commit_message ?? rest.join('\n').trim(),
    ]
    const made = bare.writeCommit({
      tree: head.tree,
      parents: [base],
      message: `${title}\n\n${text}`,
      author: 'github',
    })
    bare.move(`refs/heads/${pull.base.ref}`, base, made)
    Object.assign(pull, { state: 'closed', merged_at: time(), closed_at: time(), updated_at: time() })
    return { status: 200, data: { merged: true, sha: made, message: 'merged' } }
  }
  const settle = (): void => {
    for (const pull of all.filter(({ state }) => state === 'open')) {
      const sha = bare.ref(pull.head.ref)
      if (sha === undefined) Object.assign(pull, { state: 'closed', closed_at: time(), updated_at: time() })
      else pull.head = { ...pull.head, sha }
    }
  }
  const list = (query: URLSearchParams): Answer => {
    settle()
    const matches = (name: string, value: string) =>
      !query.has(name) || query.get(name) === 'all' || query.get(name) === value
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)]
    const data = all
      .filter(
        ({ state, head, base }) =>
          matches('state', state) && matches('head', head.label) && matches('base', base.ref),
      )
      .sort((a, b) => b.updated_at.localeCompare(a.updated_at) || b.number - a.number)
      .slice((page - 1) * size, page * size)
    return { status: 200, data }
  }
  return { all, list, open, change, merge, settle }
}
