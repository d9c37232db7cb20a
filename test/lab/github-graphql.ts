import { z } from 'zod'
import type { Answer } from './github-answer.ts'
import { graphqlAnswerProblems, graphqlProblems } from './github-schema.ts'
import type { State } from './github-state.ts'

const zero = /^0+$/
const updateSchema = z.object({
  repositoryId: z.string(),
  refUpdates: z.array(
    z.object({
      name: z.string(),
      beforeOid: z.string().regex(/^[0-9a-f]{40}$/),
      afterOid: z.string().regex(/^[0-9a-f]{40}$/),
      force: z.boolean().optional(),
    }),
  ),
})
const mergeSchema = z.object({ pullRequestId: z.string(), expectedHeadOid: z.string().optional() })

const failure = (type: string, message: string): Answer => ({
  status: 200,
  data: { data: null, errors: [{ type, message, path: [], locations: [] }] },
})
const success = (name: string): Answer => ({
  status: 200,
  data: { data: { [name]: { clientMutationId: null } } },
})

type RefUpdate = z.infer<typeof updateSchema>['refUpdates'][number]

/** Returns why a ref may not be moved; `undefined` when it may. */
function refusal(
  { bare }: State,
  { name, beforeOid, afterOid, force = false }: RefUpdate,
): string | undefined {
  const now = bare.ref(name.replace('refs/heads/', ''))
  const same = now === undefined ? zero.test(beforeOid) : now === beforeOid
  if (!same) return `${name} is at ${now ?? 'nothing'}, expected ${beforeOid}`
  const forward = now === undefined || zero.test(afterOid) || bare.isAncestor(now, afterOid)
  return force || forward ? undefined : `${name} is not a fast forward`
}

function updateRefs(state: State, input: unknown): Answer {
  const { repositoryId, refUpdates } = updateSchema.parse(input)
  if (repositoryId !== state.nodeId) return failure('NOT_FOUND', 'Could not resolve to a node')
  if (state.lab.permissions?.contents === 'read')
    return failure('FORBIDDEN', 'Resource not accessible by integration')
  const refused = refUpdates.flatMap((one) => refusal(state, one) ?? [])
  if (refused[0] !== undefined) return failure('UNPROCESSABLE', refused[0])
  const moves = refUpdates.map(({ name, beforeOid: from, afterOid: to }) => ({ name, from, to }))
  if (!state.bare.moveAll(moves)) return failure('UNPROCESSABLE', 'the refs could not be moved')
  state.pulls.settle()
  return success('updateRefs')
}

const commitSchema = z.object({
  branch: z.object({ repositoryNameWithOwner: z.string(), branchName: z.string() }),
  expectedHeadOid: z.string(),
  message: z.object({ headline: z.string(), body: z.string().default('') }),
  fileChanges: z.object({ additions: z.array(z.object({ path: z.string(), contents: z.string() })) }),
})

/** Commits files, all with mode 100644, and signs the commit for every kind of token. */
function commitOnBranch(state: State, input: unknown): Answer {
  const { branch, expectedHeadOid, message, fileChanges } = commitSchema.parse(input)
  if (state.lab.permissions?.contents === 'read')
    return failure('FORBIDDEN', 'Resource not accessible by personal access token')
  const head = state.bare.ref(branch.branchName)
  if (branch.repositoryNameWithOwner !== state.repository || head === undefined)
    return failure('NOT_FOUND', `No ref found for ${branch.branchName}`)
  if (head !== expectedHeadOid)
    return failure('STALE_DATA', `Expected branch to point to "${expectedHeadOid}" but it did not.`)
  const entries = fileChanges.additions.map(({ path, contents }) => ({
    path,
    mode: '100644',
    content: Buffer.from(contents, 'base64'),
  }))
  const made = state.bare.writeCommit({
    tree: state.bare.writeTree(head, entries),
    parents: [head],
    message: [message.headline, message.body].filter(Boolean).join('\n\n'),
    author: 'ada',
  })
  state.signed.add(made)
  state.bare.move(`refs/heads/${branch.branchName}`, head, made)
  return { status: 200, data: { data: { createCommitOnBranch: { commit: { oid: made } } } } }
}

function arm(state: State, input: unknown): Answer {
  const { pullRequestId } = mergeSchema.parse(input)
  const pull = state.pulls.all.find(({ number }) => `PR_${number}` === pullRequestId)
  const merge = state.lab.merge ?? {}
  if (pull === undefined) return failure('NOT_FOUND', 'no such pull request')
  if (merge.autoMerge === false)
    return failure('UNPROCESSABLE', 'Auto merge is not allowed for this repository')
  if ((merge.state ?? 'BLOCKED') === 'CLEAN')
    return failure('UNPROCESSABLE', 'Pull request is in clean status')
  state.merging.set(pull.number, 'armed')
  return success('enablePullRequestAutoMerge')
}

function enqueue(state: State, input: unknown): Answer {
  const { pullRequestId, expectedHeadOid } = mergeSchema.parse(input)
  const pull = state.pulls.all.find(({ number }) => `PR_${number}` === pullRequestId)
  if (pull === undefined || pull.head.sha !== expectedHeadOid) return failure('UNPROCESSABLE', 'head moved')
  if (state.lab.merge?.queue !== true) return failure('UNPROCESSABLE', 'no merge queue')
  state.merging.set(pull.number, 'queued')
  return success('enqueuePullRequest')
}

function mergeState(state: State, number: number): Answer {
  const pull = state.pulls.all.find((one) => one.number === number)
  if (pull === undefined) return failure('NOT_FOUND', 'no such pull request')
  const { queue = false, state: mergeStateStatus = 'BLOCKED' } = state.lab.merge ?? {}
  const merging = state.merging.get(number)
  return {
    status: 200,
    data: {
      data: {
        repository: {
          squashMergeAllowed: true,
          rebaseMergeAllowed: true,
          mergeCommitAllowed: true,
          pullRequest: {
            id: `PR_${number}`,
            headRefOid: pull.head.sha,
            isInMergeQueue: merging === 'queued',
            isMergeQueueEnabled: queue,
            mergeStateStatus,
            autoMergeRequest: merging === 'armed' ? { enabledAt: pull.created_at } : null,
          },
        },
      },
    },
  }
}

function lastEdit(state: State, number: number, of: 'pullRequest' | 'issue'): Answer {
  const edit = of === 'issue' ? state.issueEdits.get(number) : state.pulls.edits.get(number)
  const isBot = edit?.login.endsWith('[bot]') === true
  const editor = edit && { __typename: isBot ? 'Bot' : 'User', login: edit.login.replace('[bot]', '') }
  const found = { lastEditedAt: edit?.at ?? null, editor: editor ?? null }
  return { status: 200, data: { data: { repository: { [of]: found } } } }
}

const searchSchema = z.object({ search: z.string(), after: z.string().nullable() })
const pageSize = 100

/** Searches pull requests by state, prefix of the branch and time of the last update, and nothing else. */
function search(state: State, { search: text, after }: z.infer<typeof searchSchema>): Answer {
  const words = /^repo:(\S+) is:pr is:closed head:(\S+) updated:>=(\S+)$/.exec(text)
  const [, repository, prefix = '', since = ''] = words ?? []
  if (repository !== state.repository) return failure('INVALID', `not served here: ${text}`)
  const all = state.pulls.all.filter(
    (one) =>
      one.state === 'closed' && one.head.ref.startsWith(prefix) && one.updated_at.slice(0, 10) >= since,
  )
  const from = Number(after ?? 0)
  const end = from + pageSize
  const nodes = all.slice(from, end).map((one) => ({
    __typename: 'PullRequest',
    number: one.number,
    url: one.html_url,
    title: one.title,
    body: one.body ?? '',
    state: one.merged_at === null ? 'CLOSED' : 'MERGED',
    isCrossRepository: one.head.repo?.id !== one.base.repo.id,
    headRefName: one.head.ref,
    headRefOid: one.head.sha,
    baseRefName: one.base.ref,
    createdAt: one.created_at,
    closedAt: one.closed_at,
    mergedAt: one.merged_at,
    author: { __typename: one.user.type, login: one.user.login.replace('[bot]', '') },
    labels: { nodes: one.labels },
  }))
  const pageInfo = { hasNextPage: end < all.length, endCursor: String(end) }
  return { status: 200, data: { data: { search: { pageInfo, nodes } } } }
}

const bodySchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) })

/** Responds to the GraphQL requests that the client sends. */
export function answerGraphql(state: State, body: unknown): Answer {
  const request = bodySchema.parse(body)
  const { query, variables } = request
  const problems = graphqlProblems(query, variables)
  if (problems.length > 0) return failure('INVALID', problems.join('; '))
  const answer = answerTo(state, request)
  const { data } = dataSchema.parse(answer.data)
  const wrong = data === null ? [] : graphqlAnswerProblems(query, variables, data)
  if (wrong.length > 0) throw new Error(`not what GitHub would answer: ${wrong.join('; ')}`)
  return answer
}

const dataSchema = z.object({ data: z.record(z.string(), z.unknown()).nullable() })

function answerTo(state: State, { query, variables }: z.infer<typeof bodySchema>): Answer {
  const { input } = variables
  if (query.includes('updateRefs(')) return updateRefs(state, input)
  if (query.includes('createCommitOnBranch(')) return commitOnBranch(state, input)
  if (query.includes('enablePullRequestAutoMerge(')) return arm(state, input)
  if (query.includes('enqueuePullRequest(')) return enqueue(state, input)
  if (query.includes('mergeStateStatus')) return mergeState(state, Number(variables['number']))
  if (query.includes('search(')) return search(state, searchSchema.parse(variables))
  if (query.includes('lastEditedAt'))
    return lastEdit(
      state,
      Number(variables['number']),
      query.includes('issue(number') ? 'issue' : 'pullRequest',
    )
  return failure('UNDEFINED', 'not served here')
}
