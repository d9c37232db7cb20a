/** How often a request that a busy or absent server did not answer is sent again. */
const retries = 2
const pauseMs = 500

/** Waits the given number of milliseconds. */
export type Pause = (milliseconds: number) => Promise<void>

/** Up to a quarter more or less, so that many runs do not come back at once. */
const sleep: Pause = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds * (0.75 + Math.random() / 2)))

/** Thrown by an attempt that may succeed when made again; `failure` is what to throw when it does not. */
export class Transient extends Error {
  override readonly name = 'Transient'
  readonly failure: Error

  constructor(failure: Error) {
    super(failure.message)
    this.failure = failure
  }
}

/** Makes an attempt, and twice more at most while it fails as `Transient`. */
export async function withRetries<T>(attempt: () => Promise<T>, pause: Pause = sleep): Promise<T> {
  for (let made = 0; ; made += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Transient)) throw error
      if (made === retries) throw error.failure
      await pause(pauseMs * 2 ** made)
    }
  }
}

/** Why a request got no answer, in a few words: the system's error code where there is one. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'no answer in time'
  const cause = error.cause instanceof Error ? error.cause : error
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
}

/** True when a request was given up because its deadline passed. */
export const isTimeout = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
