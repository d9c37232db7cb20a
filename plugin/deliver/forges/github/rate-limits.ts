/** A rate limit that was reached, and the seconds until it resets. */
export interface Limit {
  readonly kind: 'primary' | 'secondary'
  readonly seconds: number
}

/** Seconds to wait when the response names none: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const defaultSeconds = 60

type Headers = Readonly<Record<string, string | number | undefined>>

const headersOf = (error: Error): Headers => {
  const response = 'response' in error ? error.response : error
  const headers =
    typeof response === 'object' && response !== null && 'headers' in response ? response.headers : undefined
  return typeof headers === 'object' && headers !== null ? (headers as Headers) : {}
}

const numberIn = (headers: Headers, name: string): number | undefined => {
  const value = Number(headers[name])
  return headers[name] === undefined || Number.isNaN(value) ? undefined : value
}

/** Returns a header of the response that caused an error. */
export const headerOf = (error: Error, name: string): string | undefined => headersOf(error)[name]?.toString()

/** Returns the rate limit that caused an error, found by status, headers and message; `undefined` for other errors. */
export function limitOf(error: unknown, now: number): Limit | undefined {
  if (!(error instanceof Error)) return undefined
  const [headers, status] = [headersOf(error), 'status' in error ? error.status : 200]
  const isNamed = /rate limit/i.test(error.message)
  if (status !== 429 && !(isNamed && (status === 403 || status === 200))) return undefined
  const reset = numberIn(headers, 'x-ratelimit-reset')
  if (numberIn(headers, 'x-ratelimit-remaining') === 0 && reset !== undefined)
    return { kind: 'primary', seconds: Math.max(0, reset - now / 1000) + 1 }
  return { kind: 'secondary', seconds: numberIn(headers, 'retry-after') ?? defaultSeconds }
}

const maxJitterSeconds = 5

/** Returns the milliseconds to wait for a limit, with jitter, so that not all clients continue at once. */
export const waitOf = ({ seconds }: Limit): number =>
  (seconds + Math.random() * Math.min(maxJitterSeconds, seconds / 2 + 0.1)) * 1000
