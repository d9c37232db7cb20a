import { z } from 'zod'
import type { Answer } from './github-answer.ts'
import type { BareRepository } from './github-git.ts'

/** A pull request with the fields that the client reads, as the server stores and returns it. */
export interface LabPullRequest {
  readonly number: number
  readonly html_url: string
  readonly node_id: string
  readonly requested_teams: readonly []
  readonly user: LabUser
  state: 'open' | 'closed'
  title: string
  body: string | null
  head: { ref: string; label: string; sha: string; repo: { id: number; full_name: string } | null }
  base: { ref: string; repo: { id: number; full_name: string } }
  labels: { name: string }[]
  created_at: string
  updated_at: string
  closed_at: string | null
  merged_at: string | null
}

/** An account as the REST API returns it. */
export interface LabUser {
  readonly login: string
  readonly type: 'User' | 'Bot'
}

/** Returns the account of a login: `…[bot]` is one of an app. */
export const labUser = (login: string): LabUser => ({
  login,
  type: login.endsWith('[bot]') ? 'Bot' : 'User',
})

/** Something that an account did on a pull request, as the REST API returns it. */
export interface LabEvent {
  readonly event: 'labeled' | 'unlabeled' | 'closed' | 'reopened'
  readonly actor: LabUser
  readonly label?: { readonly name: string; readonly color: string }
  created_at: string
}

/** The last edit of the body of a pull request. */
export interface LabEdit {
  readonly login: string
  at: string
}

/** The pull requests of a repository. */
export interface PullStore {
  readonly all: readonly LabPullRequest[]
  readonly events: Map<number, LabEvent[]>
  readonly edits: Map<number, LabEdit>
  /** Sets or removes a label as an account. */
  readonly label: (number: number, login: string, name: string, isSet?: boolean) => void
  readonly list: (query: URLSearchParams) => Answer
  readonly open: (draft: unknown, login: string) => Answer
  /** Changes a pull request as an account; as the owner of the repository by default. */
  readonly change: (number: number, patch: unknown, login?: string) => Answer
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

/** Id of the repository of the server. */
export const labRepositoryId = 1296269

/** Creates an empty store. */
export function pullStore(ground: Ground): PullStore {
  const { bare, repository, url, now, nextNumber } = ground
  const all: LabPullRequest[] = []
  const [events, edits] = [new Map<number, LabEvent[]>(), new Map<number, LabEdit>()]
  const [owner = ''] = repository.split('/')
  const time = (): string => now().toISOString()
  const did = (number: number, login: string, one: Pick<LabEvent, 'event' | 'label'>): void => {
    const event = { ...one, actor: labUser(login), created_at: time() }
    events.set(number, [...(events.get(number) ?? []), event])
  }
  const isOwn = ({ head }: LabPullRequest): boolean => head.repo?.id === labRepositoryId
  const label: PullStore['label'] = (number, login, name, isSet = true) => {
    const pull = all.find((one) => one.number === number)
    if (pull === undefined || pull.labels.some((one) => one.name === name) === isSet) return
    pull.labels = isSet ? [...pull.labels, { name }] : pull.labels.filter((one) => one.name !== name)
    did(number, login, { event: isSet ? 'labeled' : 'unlabeled', label: { name, color: 'ededed' } })
  }
  const open: PullStore['open'] = (draft, login) => {
    const { title, body, head, base } = draftSchema.parse(draft)
    const label = `${owner}:${head}`
    const [sha, target] = [bare.ref(head), bare.ref(base)]
    if (body.length > bodyLimit) return invalid('body is too long')
    if (sha === undefined || target === undefined) return invalid('head or base is invalid')
    if (sha === target) return invalid(`No commits between ${base} and ${head}`)
    const isSame = (pull: LabPullRequest): boolean => isOwn(pull) && pull.head.label === label
    if (all.some((pull) => pull.state === 'open' && isSame(pull) && pull.base.ref === base))
      return invalid(`A pull request already exists for ${label}.`)
    const number = nextNumber()
    const pull: LabPullRequest = {
      number,
      html_url: `${url}/${repository}/pull/${number}`,
      node_id: `PR_${number}`,
      requested_teams: [],
      user: labUser(login),
      state: 'open',
      title,
      body,
      head: { ref: head, label, sha, repo: { id: labRepositoryId, full_name: repository } },
      base: { ref: base, repo: { id: labRepositoryId, full_name: repository } },
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
  const change: PullStore['change'] = (number, patch, login = owner) => {
    const pull = all.find((one) => one.number === number)
    if (pull === undefined) return { status: 404, data: { message: 'Not Found' } }
    const { title = pull.title, body = pull.body, state = pull.state } = patchSchema.parse(patch)
    if ((body ?? '').length > bodyLimit) return invalid('body is too long')
    if (pull.state === 'closed' && state === 'open' && (pull.merged_at !== null || !reopens(pull)))
      return invalid('state cannot be changed. The branch was force-pushed or recreated.')
    if (state !== pull.state) {
      pull.closed_at = state === 'closed' ? time() : null
      did(number, login, { event: state === 'closed' ? 'closed' : 'reopened' })
    }
    if (body !== pull.body) edits.set(number, { login, at: time() })
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
    for (const pull of all.filter((one) => one.state === 'open' && isOwn(one))) {
      const sha = bare.ref(pull.head.ref)
      if (sha === undefined) {
        Object.assign(pull, { state: 'closed', closed_at: time(), updated_at: time() })
        did(pull.number, owner, { event: 'closed' })
      } else pull.head = { ...pull.head, sha }
    }
  }
  const list = (query: URLSearchParams): Answer => {
    settle()
    const matches = (name: string, value: string) =>
      !query.has(name) || query.get(name) === 'all' || query.get(name) === value
    const [page, size] = [Number(query.get('page') ?? 1), Number(query.get('per_page') ?? 30)]
    const found = all
      .filter(
        ({ state, head, base }) =>
          matches('state', state) && matches('head', head.label) && matches('base', base.ref),
      )
      .sort((a, b) => b.updated_at.localeCompare(a.updated_at) || b.number - a.number)
    const data = found.slice((page - 1) * size, page * size)
    const next = new URLSearchParams(query)
    next.set('page', String(page + 1))
    const link = `<${url}/repos/${repository}/pulls?${next}>; rel="next"`
    return { status: 200, data, ...(page * size < found.length && { headers: { link } }) }
  }
  return { all, events, edits, label, list, open, change, merge, settle }
}
