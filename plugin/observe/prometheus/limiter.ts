/** Limits parallel work: halves the limit on overload, and raises it slowly while work succeeds. */
export interface Limiter {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Halves the limit, because the server is overloaded. */
  slower(): void
}

/** Successes in a row after which the limit rises by one. */
const successesToGrow = 8

/** A limiter that starts at `most`. Additive increase, multiplicative decrease: https://en.wikipedia.org/wiki/Additive_increase/multiplicative_decrease */
export function limiter(most: number): Limiter {
  const state = { width: most, open: 0, good: 0 }
  const waiting: (() => void)[] = []
  const next = (): void => {
    while (state.open < state.width && waiting.length > 0) {
      state.open += 1
      waiting.shift()?.()
    }
  }
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      next()
    })
    try {
      const result = await work()
      state.good += 1
      if (state.good >= successesToGrow && state.width < most) {
        state.width += 1
        state.good = 0
      }
      return result
    } finally {
      state.open -= 1
      next()
    }
  }
  const slower = (): void => {
    state.width = Math.max(1, state.width >> 1)
    state.good = 0
  }
  return { run, slower }
}
