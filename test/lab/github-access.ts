import { createVerify } from 'node:crypto'
import { z } from 'zod'
import type { Answer } from './github-answer.ts'
import type { GitHubLab, LabRequest } from './github-state.ts'

/** The authentication of the server. */
export interface Access {
  /** Responds to the requests that only an app may send; `undefined` for all others. */
  readonly answer: (request: LabRequest, given: string) => Answer | undefined
  readonly knows: (given: string) => boolean
  /** Expires the current token. From now on this one is valid. */
  readonly renew: (token: string) => void
}

const unknownToken: Answer = { status: 401, data: { message: 'Bad credentials' } }
const notGranted: Answer = {
  status: 422,
  data: {
    message: 'The permissions requested are not available to this installation.',
    documentation_url: 'https://docs.github.com/rest/apps/apps',
  },
}
const notFound: Answer = { status: 404, data: { message: 'Not Found' } }
const claimsSchema = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() })
const askedSchema = z.object({
  repositories: z.array(z.string()).optional(),
  permissions: z.record(z.string(), z.string()).default({}),
})

/** Checks a JSON Web Token of an app: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app */
function isApp(given: string, { id, publicKey }: NonNullable<GitHubLab['app']>): boolean {
  const [header = '', payload = '', signature = ''] = given.split('.')
  if (signature === '') return false
  const sound = createVerify('RSA-SHA256')
    .update(`${header}.${payload}`)
    .verify(publicKey, signature, 'base64url')
  const claims = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  const now = Date.now() / 1000
  return sound && String(claims.iss) === String(id) && claims.exp > now && claims.exp - claims.iat <= 660
}

/** The issued tokens, with the number of requests that each is valid for. */
export function accessOf(lab: GitHubLab): Access {
  const { app, token = 'lab-token', repository = 'acme/gitops' } = lab
  const lives = new Map<string, number>(app === undefined ? [[token, Number.POSITIVE_INFINITY]] : [])
  const issue = (body: unknown): Answer => {
    const { repositories, permissions } = askedSchema.parse(body)
    const mine = repositories === undefined || repositories.every((name) => repository.endsWith(`/${name}`))
    const refused = Object.entries(permissions).some(
      ([name, level]) => level === 'write' && (lab.permissions as Record<string, string>)?.[name] === 'read',
    )
    if (!mine || refused) return notGranted
    const made = `ghs_lab.${lives.size + 1}`
    lives.set(made, app?.life ?? Number.POSITIVE_INFINITY)
    const expires_at = new Date(Date.now() + 3_600_000).toISOString()
    return { status: 201, data: { token: made, expires_at, permissions, repository_selection: 'selected' } }
  }
  const answer: Access['answer'] = ({ method, path, body }, given) => {
    if (app === undefined) return undefined
    if (method === 'GET' && path === `/repos/${repository}/installation`)
      return isApp(given, app) ? { status: 200, data: { id: app.installation } } : unknownToken
    if (method !== 'POST' || !path.startsWith('/app/installations/')) return undefined
    if (!isApp(given, app)) return unknownToken
    return path === `/app/installations/${app.installation}/access_tokens` ? issue(body ?? {}) : notFound
  }
  const knows = (given: string): boolean => {
    const left = lives.get(given) ?? 0
    lives.set(given, left - 1)
    return left > 0
  }
  const renew = (next: string): void => {
    lives.clear()
    lives.set(next, Number.POSITIVE_INFINITY)
  }
  return { answer, knows, renew }
}
