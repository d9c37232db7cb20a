import { fitBody, oneLine } from '../../../model/escape-markdown.ts'
import type { Check, Forge, Merging, Pull } from '../forge.ts'
import { refusedStatus, type Session } from './session.ts'

/** Closed pull requests that are remembered, newest first. */
const mostClosed = 200
const ours = 'tortoise/'

interface GitHubPull {
  readonly number: number
  readonly html_url: string
  readonly state: string
  readonly title: string
  readonly body: string | null
  readonly head: { readonly ref: string; readonly sha: string; readonly label: string | null }
  readonly base: { readonly ref: string }
  readonly labels: readonly { readonly name: string }[]
  readonly created_at: string
  readonly closed_at: string | null
  readonly merged_at: string | null
}

function pullOf(data: GitHubPull): Pull {
  const { number, html_url: url, title, body, head, base, labels } = data
  const closedAt = data.merged_at ?? data.closed_at
  return {
    number,
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

async function listPulls({ at, ask }: Session): Promise<readonly Pull[]> {
  const asked = { ...at, sort: 'updated' as const, direction: 'desc' as const, per_page: 100 }
  const mine = ({ head }: GitHubPull): boolean =>
    head.ref.startsWith(ours) && head.label?.split(':')[0]?.toLowerCase() === at.owner.toLowerCase()
  const open = await ask('list pull requests', (octokit) =>
    octokit.paginate(octokit.rest.pulls.list, { ...asked, state: 'open' }),
  )
  const closed = await ask('list pull requests', (octokit) => {
    let seen = 0
    return octokit.paginate(octokit.rest.pulls.list, { ...asked, state: 'closed' }, ({ data }, done) => {
      seen += data.length
      if (seen >= mostClosed) done()
      return data
    })
  })
  return [...open, ...closed].filter(mine).map(pullOf)
}

/** The newest pull request of a branch in any state: a request that was answered too late is found again by it. */
async function openPull({ at, ask }: Session, draft: Parameters<Forge['open']>[0]): Promise<Pull> {
  const { branch: head, base, title, body } = draft
  try {
    const { data } = await ask('open a pull request', ({ rest }) =>
      rest.pulls.create({ ...at, head, base, title: oneLine(title), body: fitBody(body) }),
    )
    return pullOf(data)
  } catch (error) {
    const asked = { ...at, state: 'open' as const, head: `${at.owner}:${head}`, base, per_page: 1 }
    const exists = refusedStatus(error) === 422
    const found = exists
      ? await ask('list pull requests', ({ rest }) => rest.pulls.list(asked)).then(({ data }) => data[0])
      : undefined
    if (found === undefined) throw error
    return pullOf(found)
  }
}

async function findIssue({ at, ask }: Session, marker: string) {
  const issues = await ask('list issues', (octokit) =>
    octokit.paginate(octokit.rest.issues.listForRepo, {
      ...at,
      state: 'open',
      labels: 'tortoise',
      per_page: 100,
    }),
  )
  const found = issues.find(({ body, pull_request: pull }) => pull === undefined && body?.includes(marker))
  return found && { number: found.number, body: (found.body ?? '').replaceAll('\r\n', '\n') }
}

async function check({ at, ask }: Session, commit: string, checks: readonly Check[]): Promise<void> {
  const { data } = await ask('read checks', ({ rest }) =>
    rest.repos.getCombinedStatusForRef({ ...at, ref: commit, per_page: 100 }),
  )
  for (const one of checks) {
    const stands = data.statuses.some(
      ({ context, state, description }) =>
        context === one.context && state === one.state && description === one.description,
    )
    if (stands) continue
    await ask('show a check', ({ rest }) => rest.repos.createCommitStatus({ ...at, sha: commit, ...one }))
  }
}

const arm = `mutation($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { clientMutationId } }`
const enqueue = `mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { clientMutationId } }`
const state = `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { squashMergeAllowed rebaseMergeAllowed mergeCommitAllowed pullRequest(number: $number) { id headRefOid isInMergeQueue isMergeQueueEnabled mergeStateStatus autoMergeRequest { enabledAt } } } }`

interface MergeState {
  readonly repository: {
    readonly squashMergeAllowed: boolean
    readonly rebaseMergeAllowed: boolean
    readonly mergeCommitAllowed: boolean
    readonly pullRequest: {
      readonly id: string
      readonly headRefOid: string
      readonly isInMergeQueue: boolean
      readonly isMergeQueueEnabled: boolean
      readonly mergeStateStatus: string
      readonly autoMergeRequest: object | null
    }
  }
}

const methodOf = ({ repository }: MergeState): 'SQUASH' | 'REBASE' | 'MERGE' =>
  repository.squashMergeAllowed ? 'SQUASH' : repository.rebaseMergeAllowed ? 'REBASE' : 'MERGE'

/** A longer message is left to GitHub's default. */
const longestMessage = 60_000

/** The message of a squash: that of our own commit, for its trailers are read again. GitHub's default may be another. */
async function squashMessage({ at, ask }: Session, { number, head }: Pull) {
  const { data } = await ask('read a commit', ({ rest }) => rest.git.getCommit({ ...at, commit_sha: head }))
  const [subject = '', ...rest] = data.message.split('\n')
  const body = rest.join('\n').trim()
  return body.length > longestMessage ? undefined : { title: `${subject} (#${number})`, body }
}

/** Arms auto-merge; where a queue rules, enters it; where nothing is left to wait for, merges. Only the head that we wrote. */
async function autoMerge(session: Session, pull: Pull): Promise<Merging> {
  const { at, ask } = session
  const { number, head } = pull
  const found = await ask<MergeState>('read the merge state', (octokit) =>
    octokit.graphql(state, { ...at, number }),
  )
  const { id, headRefOid, isInMergeQueue, isMergeQueueEnabled, mergeStateStatus, autoMergeRequest } =
    found.repository.pullRequest
  if (headRefOid !== head) return 'refused'
  if (isInMergeQueue) return 'queued'
  if (autoMergeRequest !== null) return 'armed'
  const clean = mergeStateStatus === 'CLEAN' || mergeStateStatus === 'UNSTABLE'
  const merge_method = methodOf(found).toLowerCase() as 'squash' | 'rebase' | 'merge'
  const squash =
    merge_method === 'squash' && !isMergeQueueEnabled ? await squashMessage(session, pull) : undefined
  const asked = clean
    ? isMergeQueueEnabled
      ? ask('enter the merge queue', (octokit) =>
          octokit.graphql(enqueue, { input: { pullRequestId: id, expectedHeadOid: head } }),
        ).then(() => 'queued' as const)
      : ask('merge', ({ rest }) =>
          rest.pulls.merge({
            ...at,
            pull_number: number,
            sha: head,
            merge_method,
            ...(squash && { commit_title: squash.title, commit_message: squash.body }),
          }),
        ).then(() => 'merged' as const)
    : ask('arm auto-merge', (octokit) =>
        octokit.graphql(arm, {
          input: {
            pullRequestId: id,
            expectedHeadOid: head,
            ...(isMergeQueueEnabled ? {} : { mergeMethod: methodOf(found) }),
            ...(squash && { commitHeadline: squash.title, commitBody: squash.body }),
          },
        }),
      ).then(() => 'armed' as const)
  return asked.catch((error: unknown) => {
    if (refusedStatus(error) === undefined) throw error
    return 'refused' as const
  })
}

/** GitHub, by REST for all that REST can do. */
export function githubForge(session: Session): Forge {
  const { at, ask } = session
  return {
    name: 'GitHub',
    pulls: () => listPulls(session),
    open: (draft) => openPull(session, draft),
    update: async (pull_number, patch) => {
      await ask('update a pull request', ({ rest }) => rest.pulls.update({ ...at, pull_number, ...patch }))
    },
    addLabels: async (issue_number, labels) => {
      await ask('label a pull request', ({ rest }) =>
        rest.issues.addLabels({ ...at, issue_number, labels: [...labels] }),
      )
    },
    comments: async (issue_number) => {
      const found = await ask('read comments', (octokit) =>
        octokit.paginate(octokit.rest.issues.listComments, { ...at, issue_number, per_page: 100 }),
      )
      return found.map(({ user, body = '', created_at: when }) => ({
        author: user?.login ?? '',
        body,
        at: when,
      }))
    },
    comment: async (issue_number, body) => {
      await ask('comment', ({ rest }) => rest.issues.createComment({ ...at, issue_number, body }))
    },
    mayWrite: async (username) => {
      const asked = ask('read a permission', ({ rest }) =>
        rest.repos.getCollaboratorPermissionLevel({ ...at, username }),
      )
      const level = await asked.then(
        ({ data }) => data.permission,
        (error: unknown) => {
          if (refusedStatus(error) === 404) return 'none'
          throw error
        },
      )
      return level === 'admin' || level === 'write'
    },
    findIssue: (marker) => findIssue(session, marker),
    writeIssue: async ({ title, body }, issue_number) => {
      const text = fitBody(body)
      await (issue_number === undefined
        ? ask('open the dashboard', ({ rest }) =>
            rest.issues.create({ ...at, title, body: text, labels: ['tortoise'] }),
          )
        : ask('update the dashboard', ({ rest }) =>
            rest.issues.update({ ...at, issue_number, title, body: text }),
          ))
    },
    check: (commit, checks) => check(session, commit, checks),
    autoMerge: (pull) => autoMerge(session, pull),
  }
}
