import { isMoved } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'

const maxRetries = 2
const firstPauseMs = 500

/**
 * Calls `attempt` with 0, 1, 2 … while it throws `git.moved`, with exponential backoff and jitter between the calls.
 * Rethrows any other error at once, and `git.moved` after the last retry.
 */
export async function retryWhenMoved<T>(
  progress: Progress,
  attempt: (nth: number) => Promise<T>,
): Promise<T> {
  for (let nth = 0; ; nth += 1) {
    try {
      return await attempt(nth)
    } catch (error) {
      if (!isMoved(error) || nth === maxRetries) throw error
      const reason = error.problems[0]?.message ?? 'the branch moved during the run'
      progress({ kind: 'warning', message: `${reason}; the run plans again` })
      await new Promise((resolve) => setTimeout(resolve, firstPauseMs * 2 ** nth * (0.5 + Math.random())))
    }
  }
}
