/** Lets a few pieces of work run at once: fewer after each sign of overload, slowly more again while all goes well. */
export interface Limiter {
  run<T>(work: () => Promise<T>): Promise<T>
  /** Halves the width: the other side is overloaded. */
  slower(): void
}

/** So many good answers in a row allow one more at once. */
const successesToGrow = 8

/** Additive increase, multiplicative decrease: https://en.wikipedia.org/wiki/Additive_increase/multiplicative_decrease */
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
