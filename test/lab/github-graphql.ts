import { z } from 'zod'
import { graphqlProblems } from './github-schema.ts'
import type { Answer, State } from './github-state.ts'

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

function updateRefs(state: State, input: unknown): Answer {
  const { repositoryId, refUpdates } = updateSchema.parse(input)
  if (repositoryId !== state.nodeId) return failure('NOT_FOUND', 'Could not resolve to a node')
  if (state.lab.permissions?.contents === 'read')
    return failure('FORBIDDEN', 'Resource not accessible by integration')
  for (const { name, beforeOid, afterOid, force = false } of refUpdates) {
    const now = state.bare.ref(name.replace('refs/heads/', ''))
    const same = now === undefined ? zero.test(beforeOid) : now === beforeOid
    if (!same) return failure('UNPROCESSABLE', `${name} is at ${now ?? 'nothing'}, expected ${beforeOid}`)
    if (!force && now !== undefined && !state.bare.isAncestor(now, afterOid))
      return failure('UNPROCESSABLE', `${name} is not a fast forward`)
    if (!state.bare.move(name, beforeOid, afterOid))
      return failure('UNPROCESSABLE', `${name} could not be moved`)
    state.pulls.settle()
  }
  return success('updateRefs')
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

const bodySchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) })

/** Answers the GraphQL that the client uses. */
export function answerGraphql(state: State, body: unknown): Answer {
  const { query, variables } = bodySchema.parse(body)
  const problems = graphqlProblems(query, variables)
  if (problems.length > 0) return failure('INVALID', problems.join('; '))
  const { input } = variables
  if (query.includes('updateRefs(')) return updateRefs(state, input)
  if (query.includes('enablePullRequestAutoMerge(')) return arm(state, input)
  if (query.includes('enqueuePullRequest(')) return enqueue(state, input)
  if (query.includes('mergeStateStatus')) return mergeState(state, Number(variables['number']))
  return failure('UNDEFINED', 'not served here')
}
