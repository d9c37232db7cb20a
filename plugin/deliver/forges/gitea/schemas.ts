import { z } from 'zod'
import type { Pull } from '../forge.ts'

/** A pull request with the fields that are read. */
export const pullSchema = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  // After a merge `ref` names the pull request. `label` keeps the name of the branch.
  head: z.object({ label: z.string(), sha: z.string(), repo_id: z.number() }),
  base: z.object({ ref: z.string(), repo_id: z.number() }),
  user: z.object({ login: z.string() }).nullish(),
  labels: z.array(z.object({ name: z.string() })).nullish(),
  created_at: z.string(),
  closed_at: z.string().nullish(),
  merged: z.boolean(),
  merged_at: z.string().nullish(),
})
export const issueSchema = z.object({
  number: z.number(),
  body: z.string().nullable(),
  user: z.object({ login: z.string() }).nullish(),
})
export const commentSchema = z.object({
  user: z.object({ login: z.string() }).nullable(),
  body: z.string(),
  created_at: z.string(),
})
export const timelineSchema = z.object({
  type: z.string(),
  user: z.object({ login: z.string() }).nullish(),
  body: z.string().nullish(),
  label: z.object({ name: z.string() }).nullish(),
  created_at: z.string(),
})
export const accountSchema = z.object({ login: z.string() })
export const statusSchema = z.object({ context: z.string(), status: z.string(), description: z.string() })
export const labelSchema = z.object({ name: z.string() })

type GiteaPull = z.infer<typeof pullSchema>

/** Converts a pull request of the API. */
export function pullOf(data: GiteaPull): Pull {
  const closedAt = data.merged_at ?? data.closed_at ?? undefined
  return {
    number: data.number,
    author: { login: data.user?.login ?? '', isBot: false },
    url: data.html_url,
    state: data.merged ? 'merged' : data.state === 'open' ? 'open' : 'closed',
    title: data.title,
    body: (data.body ?? '').replaceAll('\r\n', '\n'),
    branch: data.head.label,
    base: data.base.ref,
    head: data.head.sha,
    labels: (data.labels ?? []).map(({ name }) => name),
    createdAt: data.created_at,
    ...(closedAt === undefined ? {} : { closedAt }),
  }
}
