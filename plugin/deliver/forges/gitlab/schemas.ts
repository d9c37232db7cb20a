import { z } from 'zod'
import type { Actor, Pull } from '../forge.ts'

/** A merge request with the fields that are read. */
export const mergeRequestSchema = z.object({
  iid: z.number(),
  web_url: z.string(),
  state: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  source_branch: z.string(),
  target_branch: z.string(),
  source_project_id: z.number(),
  target_project_id: z.number(),
  sha: z.string().nullable(),
  labels: z.array(z.string()),
  author: z.object({ username: z.string() }),
  created_at: z.string(),
  closed_at: z.string().nullish(),
  merged_at: z.string().nullish(),
})
const userSchema = z.object({ username: z.string() })
export const labelEventSchema = z.object({
  user: userSchema.nullable(),
  created_at: z.string(),
  label: z.object({ name: z.string() }).nullable(),
  action: z.string(),
})
export const stateEventSchema = z.object({
  user: userSchema.nullable(),
  created_at: z.string(),
  state: z.string(),
})
export const accountSchema = userSchema
export const noteSchema = z.object({
  author: z.object({ username: z.string() }),
  body: z.string(),
  created_at: z.string(),
  system: z.boolean(),
})
export const issueSchema = z.object({
  iid: z.number(),
  description: z.string().nullish(),
  author: z.object({ username: z.string() }).nullish(),
})
export const memberSchema = z.object({ username: z.string(), access_level: z.number() })
export const statusSchema = z.object({ name: z.string(), status: z.string() })

/** GitLab names the accounts of project and group tokens like this: https://docs.gitlab.com/user/project/settings/project_access_tokens */
const tokenAccount = /^(project|group)_\d+_bot/

/** Converts an account of the API. */
export const actorOf = (user: { readonly username: string } | null): Actor => ({
  login: user?.username ?? '',
  isBot: tokenAccount.test(user?.username ?? ''),
})

const states: Readonly<Record<string, Pull['state']>> = { opened: 'open', locked: 'open', merged: 'merged' }

/** Converts a merge request of the API. */
export function pullOf(data: z.infer<typeof mergeRequestSchema>): Pull {
  const closedAt = data.merged_at ?? data.closed_at ?? undefined
  return {
    number: data.iid,
    author: actorOf(data.author),
    url: data.web_url,
    state: states[data.state] ?? 'closed',
    title: data.title,
    body: (data.description ?? '').replaceAll('\r\n', '\n'),
    branch: data.source_branch,
    base: data.target_branch,
    head: data.sha ?? '',
    labels: data.labels,
    createdAt: data.created_at,
    ...(closedAt === undefined ? {} : { closedAt }),
  }
}
