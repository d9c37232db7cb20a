import { z } from 'zod'
import type { Pull } from '../forge.ts'
import type { Session } from './session.ts'

/** GitHub returns at most 1,000 results of a search. */
const maxPages = 10

const searchQuery = `query($search: String!, $after: String) { search(type: ISSUE, query: $search, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { __typename ... on PullRequest { number url title body state isCrossRepository headRefName headRefOid baseRefName createdAt closedAt mergedAt author { __typename login } labels(first: 50) { nodes { name } } } } } }`

const pullSchema = z.object({
  __typename: z.literal('PullRequest'),
  number: z.number(),
  url: z.string(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isCrossRepository: z.boolean(),
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  createdAt: z.string(),
  closedAt: z.string().nullable(),
  mergedAt: z.string().nullable(),
  author: z.object({ __typename: z.string(), login: z.string() }).nullable(),
  labels: z.object({ nodes: z.array(z.object({ name: z.string() })).nullable() }).nullable(),
})
const pageSchema = z.object({
  search: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    nodes: z.array(z.union([pullSchema, z.object({ __typename: z.string() }), z.null()])),
  }),
})

function pullOf(found: z.infer<typeof pullSchema>): Pull {
  const { number, url, title, body, author, labels } = found
  const closedAt = found.mergedAt ?? found.closedAt
  const isBot = author?.__typename === 'Bot'
  const name = author?.login ?? ''
  return {
    number,
    // GraphQL names a bot without the `[bot]` that REST appends.
    author: { login: isBot && !name.endsWith('[bot]') ? `${name}[bot]` : name, isBot },
    url,
    state: found.state === 'MERGED' ? 'merged' : found.state === 'OPEN' ? 'open' : 'closed',
    title,
    body: body.replaceAll('\r\n', '\n'),
    branch: found.headRefName,
    base: found.baseRefName,
    head: found.headRefOid,
    labels: (labels?.nodes ?? []).map((one) => one.name),
    createdAt: found.createdAt,
    ...(closedAt === null ? {} : { closedAt }),
  }
}

/**
 * Searches the closed pull requests from branches with a prefix in the repository itself, updated since a time: at most 1,000,
 * whatever else the repository has. The search of GitHub lags behind by minutes, so the last ones must be listed as well.
 */
export async function searchPulls(
  { repo: { owner, repo }, send }: Session,
  { prefix, since }: { readonly prefix: string; readonly since: Date },
): Promise<readonly Pull[]> {
  const day = since.toISOString().slice(0, 10)
  const search = `repo:${owner}/${repo} is:pr is:closed head:${prefix} updated:>=${day}`
  const found: Pull[] = []
  let after: string | null = null
  for (let page = 0; page < maxPages; page += 1) {
    const variables: Record<string, string | null> = { search, after }
    const data = await send('search pull requests', (octokit) => octokit.graphql(searchQuery, variables))
    const { nodes, pageInfo } = pageSchema.parse(data).search
    for (const node of nodes) {
      const pull = pullSchema.safeParse(node)
      if (pull.success && !pull.data.isCrossRepository && pull.data.headRefName.startsWith(prefix))
        found.push(pullOf(pull.data))
    }
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) break
    after = pageInfo.endCursor
  }
  return found
}
