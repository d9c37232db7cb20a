import type { Answer } from './github-answer.ts'
import type { GitHubLab, LabRequest } from './github-state.ts'

/** Counts requests by the rules of https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export interface Meter {
  /** Counts a request. Returns a response when a limit is reached. */
  readonly count: (request: LabRequest) => Answer | undefined
  /** The headers of every response that describe the primary limit. */
  readonly headers: () => Readonly<Record<string, string>>
}

/** Creates a meter that uses the real time. */
export function meterOf({ primary, secondary }: NonNullable<GitHubLab['limits']> = {}): Meter {
  let [used, reset] = [0, 0]
  let writes: number[] = []
  const limit = primary?.requests ?? 5000
  const headers = () => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - used)),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-used': String(used),
  })
  const count: Meter['count'] = ({ method }) => {
    const now = Date.now()
    if (reset * 1000 <= now) {
      used = 0
      reset = Math.ceil(now / 1000 + (primary?.seconds ?? 3600))
    }
    used += 1
    if (used > limit)
      return {
        status: 403,
        data: { message: 'API rate limit exceeded for installation ID 1.' },
        headers: headers(),
      }
    if (secondary === undefined || method === 'GET') return undefined
    writes = writes.filter((at) => at > now - secondary.seconds * 1000)
    if (writes.length < secondary.writes) {
      writes.push(now)
      return undefined
    }
    const message =
      'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'
    return {
      status: secondary.status ?? 403,
      data: { message },
      headers: { ...headers(), 'retry-after': String(secondary.seconds) },
    }
  }
  return { count, headers }
}
