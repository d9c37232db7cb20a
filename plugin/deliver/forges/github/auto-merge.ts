import type { Merging, Pull } from '../forge.ts'
import { httpStatusOf } from '../request.ts'
import type { Session } from './session.ts'

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

type MergeMethod = 'SQUASH' | 'REBASE' | 'MERGE'

const methodOf = ({ repository }: MergeState): MergeMethod =>
  repository.squashMergeAllowed ? 'SQUASH' : repository.rebaseMergeAllowed ? 'REBASE' : 'MERGE'

/** For a longer commit message GitHub's default is used. */
const maxMessageLength = 60_000

/** Returns the message for a squash: the message of Tortoise's commit, because later runs read its trailers. */
async function squashMessage({ repo, send }: Session, { number, head }: Pull) {
  const { data } = await send('read a commit', ({ rest }) =>
    rest.git.getCommit({ ...repo, commit_sha: head }),
  )
  const [subject = '', ...rest] = data.message.split('\n')
  const body = rest.join('\n').trim()
  return body.length > maxMessageLength ? undefined : { title: `${subject} (#${number})`, body }
}

type SquashMessage = Awaited<ReturnType<typeof squashMessage>>

interface MergePlan {
  readonly method: MergeMethod
  readonly squash: SquashMessage
}

async function enterQueue({ send }: Session, id: string, { head }: Pull): Promise<Merging> {
  await send('enter the merge queue', (octokit) =>
    octokit.graphql(enqueue, { input: { pullRequestId: id, expectedHeadOid: head } }),
  )
  return 'queued'
}

async function mergeNow(
  { repo, send }: Session,
  { number, head }: Pull,
  { method, squash }: MergePlan,
): Promise<Merging> {
  await send('merge', ({ rest }) =>
    rest.pulls.merge({
      ...repo,
      pull_number: number,
      sha: head,
      merge_method: method.toLowerCase() as Lowercase<MergeMethod>,
      ...(squash && { commit_title: squash.title, commit_message: squash.body }),
    }),
  )
  return 'merged'
}

async function armAutoMerge({ send }: Session, input: object): Promise<Merging> {
  await send('arm auto-merge', (octokit) => octokit.graphql(arm, { input }))
  return 'armed'
}

function startMerge(session: Session, pull: Pull, plan: MergePlan & MergeState): Promise<Merging> {
  const { method, squash, repository } = plan
  const { id, isMergeQueueEnabled, mergeStateStatus } = repository.pullRequest
  const isClean = mergeStateStatus === 'CLEAN' || mergeStateStatus === 'UNSTABLE'
  if (isClean) return isMergeQueueEnabled ? enterQueue(session, id, pull) : mergeNow(session, pull, plan)
  return armAutoMerge(session, {
    pullRequestId: id,
    expectedHeadOid: pull.head,
    ...(isMergeQueueEnabled ? {} : { mergeMethod: method }),
    ...(squash && { commitHeadline: squash.title, commitBody: squash.body }),
  })
}

/**
 * Arms auto-merge, or enters the merge queue where the branch has one, or merges when no check is pending. Merges only the
 * head that Tortoise wrote.
 */
export async function autoMerge(session: Session, pull: Pull): Promise<Merging> {
  const { repo, send } = session
  const found = await send<MergeState>('read the merge state', (octokit) =>
    octokit.graphql(state, { ...repo, number: pull.number }),
  )
  const { headRefOid, isInMergeQueue, isMergeQueueEnabled, autoMergeRequest } = found.repository.pullRequest
  if (headRefOid !== pull.head) return 'refused'
  if (isInMergeQueue) return 'queued'
  if (autoMergeRequest !== null) return 'armed'
  const method = methodOf(found)
  const squash = method === 'SQUASH' && !isMergeQueueEnabled ? await squashMessage(session, pull) : undefined
  return startMerge(session, pull, { ...found, method, squash }).catch((error: unknown) => {
    if (httpStatusOf(error) === undefined) throw error
    return 'refused' as const
  })
}
