/** Number of retries of a request to a busy or unreachable server. */
const retries = 2
const pauseMs = 500

/** Waits the given number of milliseconds. */
export type Pause = (milliseconds: number) => Promise<void>

/** Waits with a jitter of a quarter, so that many runs do not retry at the same time. */
const sleep: Pause = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds * (0.75 + Math.random() / 2)))

/** Thrown by an attempt that can be retried; `failure` is the error to throw after the last retry. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
  readonly failure: Error

  constructor(failure: Error) {
    super(failure.message)
    this.failure = failure
  }
}

/** Runs an attempt, and retries it up to twice with exponential backoff while it throws `TransientError`. Rejects with its `failure` after that. */
export async function withRetries<T>(attempt: () => Promise<T>, pause: Pause = sleep): Promise<T> {
  for (let made = 0; ; made += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      if (made === retries) throw error.failure
      await pause(pauseMs * 2 ** made)
    }
  }
}

/** Why a request got no response, in a few words: the system's error code when there is one. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  const cause = error.cause instanceof Error ? error.cause : error
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** True when a request was aborted at its deadline. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')

/** True for an HTTP status that sends the client to another URL. */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)
