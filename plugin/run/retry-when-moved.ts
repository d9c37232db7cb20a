import { isMoved } from '../model/problem.ts'
import type { Host } from './host.ts'

/** Times that a pass is made anew because somebody was faster. */
const mostAgain = 2
const pause = 500

/** Does something again, after a growing pause with jitter, while somebody was faster; then stops with the reason. */
export async function retryWhenMoved<T>(host: Host, attempt: (nth: number) => Promise<T>): Promise<T> {
  for (let nth = 0; ; nth += 1) {
    try {
      return await attempt(nth)
    } catch (error) {
      if (!isMoved(error) || nth === mostAgain) throw error
      const reason = error.problems[0]?.message ?? 'somebody was faster'
      host.progress({ kind: 'warning', message: `${reason}; reading and proving again` })
      await new Promise((resolve) => setTimeout(resolve, pause * 2 ** nth * (0.5 + Math.random())))
    }
  }
}
