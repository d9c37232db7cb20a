/**
 * Maps items with at most `width` of them in progress, and returns the results in order. After the first failure no
 * further work starts, and its error is thrown.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  width = 4,
): Promise<readonly R[]> {
  const results: R[] = new Array(items.length)
  const queue = items.entries()
  let failed = false
  const worker = async (): Promise<void> => {
    // The workers take their items from one iterator.
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
      if (failed) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}
