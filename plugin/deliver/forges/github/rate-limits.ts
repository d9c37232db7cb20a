/** A limit of the forge that was reached: which, and when it lets go. */
export interface Limit {
  readonly kind: 'primary' | 'secondary'
  readonly seconds: number
}

/** Where the server names no time, GitHub asks for a minute: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const unnamed = 60

type Headers = Readonly<Record<string, string | number | undefined>>

const headersOf = (error: Error): Headers => {
  const held = 'response' in error ? error.response : error
  const headers = typeof held === 'object' && held !== null && 'headers' in held ? held.headers : undefined
  return typeof headers === 'object' && headers !== null ? (headers as Headers) : {}
}

const numberIn = (headers: Headers, name: string): number | undefined => {
  const value = Number(headers[name])
  return headers[name] === undefined || Number.isNaN(value) ? undefined : value
}

/** A header of the answer behind a failure. */
export const headerOf = (error: Error, name: string): string | undefined => headersOf(error)[name]?.toString()

/** Tells a reached limit from other refusals, by status, headers and words. */
export function limitOf(error: unknown, now: number): Limit | undefined {
  if (!(error instanceof Error)) return undefined
  const [headers, status] = [headersOf(error), 'status' in error ? error.status : 200]
  const spoken = /rate limit/i.test(error.message)
  if (status !== 429 && !(spoken && (status === 403 || status === 200))) return undefined
  const reset = numberIn(headers, 'x-ratelimit-reset')
  if (numberIn(headers, 'x-ratelimit-remaining') === 0 && reset !== undefined)
    return { kind: 'primary', seconds: Math.max(0, reset - now / 1000) + 1 }
  return { kind: 'secondary', seconds: numberIn(headers, 'retry-after') ?? unnamed }
}

const longestJitter = 5

/** How long to wait for a limit, in milliseconds: not all who wait go on at once. */
export const waitOf = ({ seconds }: Limit): number =>
  (seconds + Math.random() * Math.min(longestJitter, seconds / 2 + 0.1)) * 1000
