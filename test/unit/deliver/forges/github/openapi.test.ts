import { describe, expect, it } from 'vitest'
import { calledOperations } from '../../../../lab/github-description/operations.mjs'
import { answerProblems, description, requestProblems, wholeAnswer } from '../../../../lab/github-openapi.ts'
import { graphqlAnswerProblems } from '../../../../lab/github-schema.ts'

const at = '/repos/acme/gitops'
const none = new URLSearchParams()
const open = { method: 'POST', path: `${at}/pulls`, body: { title: 'a', head: 'b', base: 'main' } }

describe("GitHub's OpenAPI description", () => {
  it('has every operation that the source calls (`npm run github:description` adds a new one)', () => {
    const held = Object.entries(Object(description()['paths'])).flatMap(([path, item]) =>
      Object.keys(Object(item)).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(held.toSorted()).toEqual(calledOperations())
    expect(held.length).toBeGreaterThan(20)
  })

  it.each([
    ['a call that does not exist', { method: 'POST', path: `${at}/pull`, body: {} }, none],
    ['a body without a required property', { ...open, body: { title: 'a', head: 'b' } }, none],
    ['a body with a property of the wrong type', { ...open, body: { ...open.body, draft: 'yes' } }, none],
    [
      'a parameter that does not exist',
      { method: 'GET', path: `${at}/pulls`, body: undefined },
      new URLSearchParams({ order: 'x' }),
    ],
    [
      'a parameter with another value',
      { method: 'GET', path: `${at}/pulls`, body: undefined },
      new URLSearchParams({ state: 'x' }),
    ],
  ])('refuses %s', (_what, request, query) => {
    expect(requestProblems(request, query)).not.toEqual([])
  })

  it('accepts a valid request', () => {
    expect(requestProblems(open, none)).toEqual([])
  })

  it('refuses a response without a required field, and accepts one completed from the example', () => {
    expect(answerProblems(open, 201, { number: 1 })).not.toEqual([])
    const whole = wholeAnswer(open, 201, { number: 1, requested_teams: [] })
    expect(answerProblems(open, 201, whole)).toEqual([])
    expect(answerProblems(open, 201, { ...Object(whole), number: '1' })).toEqual([
      'answer 201: /number must be integer',
    ])
  })
})

describe("responses checked against GitHub's GraphQL schema", () => {
  const query =
    'query ($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) { pullRequest(number: $number) { id mergeStateStatus } } }'
  const variables = { owner: 'shop', name: 'gitops', number: 1 }
  const answer = (pullRequest: object) => ({ repository: { pullRequest } })

  it('must have the right types and exactly the requested fields', () => {
    const problems = (pullRequest: object) => graphqlAnswerProblems(query, variables, answer(pullRequest))
    expect(problems({ id: 'PR_1', mergeStateStatus: 'CLEAN' })).toEqual([])
    expect(problems({ id: 'PR_1', mergeStateStatus: 'FINE' }).join()).toContain('FINE')
    expect(problems({ mergeStateStatus: 'CLEAN' }).join()).toContain('non-nullable')
    expect(problems({ id: 'PR_1', mergeStateStatus: 'CLEAN', title: 'more' })).toHaveLength(1)
  })
})
