/** Starts work at once or later, and settles as the work does. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** Returns a gate that lets at most `width` works be in progress. What came last goes on first, so that few listings are open. */
export function atMost(width: number): Gate {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.pop()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
