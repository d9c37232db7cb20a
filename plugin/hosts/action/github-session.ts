import type { Settings } from '../../../config/schema.ts'
import { openSession, type Session } from '../../deliver/forges/github/session.ts'
import { stop } from '../../model/problem.ts'
import { githubToken } from '../../run/deliver/tokens.ts'
import type { Host } from '../../run/host.ts'

/** Opens the repository of settings on GitHub, for a purpose such as `Answering a comment`. Throws `settings.missing` without one. */
export async function openGitHub(host: Host, settings: Settings, purpose: string): Promise<Session> {
  const { github } = settings.deliver
  if (github === undefined)
    throw stop('settings.missing', `${purpose} needs a forge, and deliver.github is not set`, {
      hint: 'Set deliver.github.repository, or use mode commit.',
    })
  const { repository, apiUrl, paced } = github
  const token = githubToken(host, settings.deliver, purpose)
  return openSession({
    kind: 'github',
    repository,
    token,
    paced,
    ...(apiUrl === undefined ? {} : { apiUrl }),
  })
}
