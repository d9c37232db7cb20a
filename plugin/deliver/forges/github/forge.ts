import { fitBody } from '../../../model/text/markdown.ts'
import type { Check, Comment, Forge, Pull, PullDraft } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import { actorOf, readActs, readLastEdit } from './acts.ts'
import { autoMerge } from './auto-merge.ts'
import { searchPulls } from './search-pulls.ts'
import type { Session } from './session.ts'

/** So many closed pull requests are listed, the last updated ones; those of Tortoise among older ones are searched. */
const maxClosed = 200
/** Most open pull requests that are listed. */
const maxOpen = 1000
const branchPrefix = 'tortoise/'

interface GitHubRepositoryId {
  readonly id: number | bigint
}

interface GitHubPull {
  readonly number: number
  readonly html_url: string
  readonly state: string
  readonly title: string
  readonly body: string | null
  readonly user: { readonly login: string; readonly type: string } | null
  readonly head: { readonly ref: string; readonly sha: string; readonly repo: GitHubRepositoryId | null }
  readonly base: { readonly ref: string; readonly repo: GitHubRepositoryId | null }
  readonly labels: readonly { readonly name: string }[]
  readonly created_at: string
  readonly closed_at: string | null
  readonly merged_at: string | null
}

function pullOf(data: GitHubPull): Pull {
  const { number, html_url: url, title, body, head, base, labels, user } = data
  const closedAt = data.merged_at ?? data.closed_at
  return {
    number,
    author: actorOf(user),
    url,
    state: data.merged_at !== null ? 'merged' : data.state === 'open' ? 'open' : 'closed',
    title,
    body: (body ?? '').replaceAll('\r\n', '\n'),
    branch: head.ref,
    base: base.ref,
    head: head.sha,
    labels: labels.map(({ name }) => name),
    createdAt: data.created_at,
    ...(closedAt === null ? {} : { closedAt }),
  }
}

/**
 * Whether a pull request is from a branch of Tortoise in the repository itself. The name of the owner does not show that: a
 * fork can have the same owner. The repository of a head is `null` when it was deleted.
 */
const isOurs = ({ head, base }: GitHubPull): boolean =>
  head.ref.startsWith(branchPrefix) && head.repo?.id !== undefined && head.repo.id === base.repo?.id

async function listPulls(session: Session, since: Date): Promise<readonly Pull[]> {
  const { repo, send } = session
  const request = { ...repo, sort: 'updated' as const, direction: 'desc' as const, per_page: 100 }
  const list = (state: 'open' | 'closed', most: number) =>
    send('list pull requests', (octokit) => {
      let count = 0
      return octokit.paginate(octokit.rest.pulls.list, { ...request, state }, ({ data }, done) => {
        count += data.length
        if (count >= most) done()
        return data
      })
    })
  const [open, closed] = [await list('open', maxOpen), await list('closed', maxClosed)]
  const listed = [...open, ...closed].filter(isOurs).map(pullOf)
  const isWhole = closed.length < maxClosed || Date.parse(closed.at(-1)?.updated_at ?? '') < since.getTime()
  if (isWhole) return listed
  const known = new Set(listed.map(({ number }) => number))
  const older = await searchPulls(session, { prefix: branchPrefix, since })
  return [...listed, ...older.filter(({ number }) => !known.has(number))]
}

async function pullsFrom({ repo, send }: Session, branch: string): Promise<readonly Pull[]> {
  const request = { ...repo, state: 'all' as const, head: `${repo.owner}:${branch}`, per_page: 100 }
  const found = await send('list pull requests', (octokit) =>
    octokit.paginate(octokit.rest.pulls.list, request),
  )
  return found.filter(isOurs).map(pullOf)
}

/** Opens a pull request. If the branch has an open one, because an earlier answer got lost, that one is returned. */
async function openPull({ repo, send }: Session, draft: PullDraft): Promise<Pull> {
  const { branch: head, base, title, body } = draft
  try {
    const { data } = await send('open a pull request', ({ rest }) =>
      rest.pulls.create({
        ...repo,
        head,
        base,
        title: title.toString(),
        body: fitBody(body).toString(),
      }),
    )
    return pullOf(data)
  } catch (error) {
    // Forks with the same owner match too.
    const request = { ...repo, state: 'open' as const, head: `${repo.owner}:${head}`, base, per_page: 100 }
    const exists = httpStatusOf(error) === 422
    const found = exists
      ? await send('list pull requests', ({ rest }) => rest.pulls.list(request)).then(({ data }) =>
          data.find(isOurs),
        )
      : undefined
    if (found === undefined) throw error
    return pullOf(found)
  }
}

async function findIssue({ repo, send }: Session, marker: string) {
  const issues = await send('list issues', (octokit) =>
    octokit.paginate(octokit.rest.issues.listForRepo, {
      ...repo,
      state: 'open',
      labels: 'tortoise',
      per_page: 100,
    }),
  )
  const found = issues
    .filter(({ body, pull_request: pull }) => pull === undefined && body?.includes(marker))
    .reduce<(typeof issues)[number] | undefined>(
      (oldest, one) => (oldest === undefined || one.number < oldest.number ? one : oldest),
      undefined,
    )
  return (
    found && {
      number: found.number,
      body: (found.body ?? '').replaceAll('\r\n', '\n'),
      author: actorOf(found.user),
    }
  )
}

async function check({ repo, send }: Session, commit: string, checks: readonly Check[]): Promise<void> {
  const { data } = await send('read statuses', ({ rest }) =>
    rest.repos.getCombinedStatusForRef({ ...repo, ref: commit, per_page: 100 }),
  )
  for (const one of checks) {
    const isSet = data.statuses.some(
      ({ context, state, description }) =>
        context === one.context && state === one.state && description === one.description.toString(),
    )
    if (isSet) continue
    const status = { ...one, description: one.description.toString() }
    await send('set a status', ({ rest }) =>
      rest.repos.createCommitStatus({ ...repo, sha: commit, ...status }),
    )
  }
}

async function readComments({ repo, send }: Session, issue_number: number): Promise<readonly Comment[]> {
  const found = await send('read comments', (octokit) =>
    octokit.paginate(octokit.rest.issues.listComments, { ...repo, issue_number, per_page: 100 }),
  )
  return found.map(({ user, body = '', created_at: at }) => {
    const { login: author, isBot: byBot } = actorOf(user)
    return { author, byBot, body, at }
  })
}

async function mayWrite({ repo, send }: Session, username: string): Promise<boolean> {
  const permission = send('read a permission', ({ rest }) =>
    rest.repos.getCollaboratorPermissionLevel({ ...repo, username }),
  )
  const level = await permission.then(
    ({ data }) => data.permission,
    (error: unknown) => {
      if (httpStatusOf(error) === 404) return 'none'
      throw error
    },
  )
  return level === 'admin' || level === 'write'
}

async function writeIssue(
  { repo, send }: Session,
  issue: Parameters<Forge['writeIssue']>[0],
  issue_number: number | undefined,
): Promise<void> {
  const [title, text] = [issue.title.toString(), fitBody(issue.body).toString()]
  await (issue_number === undefined
    ? send('open the dashboard', ({ rest }) =>
        rest.issues.create({ ...repo, title, body: text, labels: ['tortoise'] }),
      )
    : send('update the dashboard', ({ rest }) =>
        rest.issues.update({ ...repo, issue_number, title, body: text }),
      ))
}

/** The forge of a GitHub session. It uses REST, and GraphQL only for auto-merge. */
export function githubForge(session: Session): Forge {
  const { repo, send } = session
  return {
    name: 'GitHub',
    namesEditors: true,
    pulls: (since) => listPulls(session, since),
    pullsFrom: (branch) => pullsFrom(session, branch),
    open: (draft) => openPull(session, draft),
    update: async (pull_number, { title, body, state }) => {
      const patch = {
        ...(title && { title: title.toString() }),
        ...(body && { body: body.toString() }),
        ...(state && { state }),
      }
      await send('update a pull request', ({ rest }) => rest.pulls.update({ ...repo, pull_number, ...patch }))
    },
    addLabels: async (issue_number, labels) => {
      await send('label a pull request', ({ rest }) =>
        rest.issues.addLabels({ ...repo, issue_number, labels: [...labels] }),
      )
    },
    // An app cannot ask who it is with its token. Its pull requests and edits are those of a bot.
    account: async () => undefined,
    acts: (number) => readActs(session, number),
    lastEdit: (number, of) => readLastEdit(session, number, of),
    comments: (number) => readComments(session, number),
    comment: async (issue_number, text) => {
      const body = text.toString()
      await send('comment', ({ rest }) => rest.issues.createComment({ ...repo, issue_number, body }))
    },
    mayWrite: (login) => mayWrite(session, login),
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: (issue, number) => writeIssue(session, issue, number),
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
