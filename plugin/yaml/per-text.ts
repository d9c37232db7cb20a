import { LRUCache } from 'lru-cache'

/** In UTF-16 units of the texts. */
const mostKept = 4 * 1024 ** 2

/** A function of a text, with its results for the texts used last. The results are shared, so nothing may change them. */
export function perText<T>(read: (text: string) => T): (text: string) => T {
  const kept = new LRUCache<string, { readonly result: T }>({
    maxSize: mostKept,
    sizeCalculation: (_, text) => text.length + 1,
  })
  return (text) => {
    const known = kept.get(text)
    if (known !== undefined) return known.result
    const result = read(text)
    kept.set(text, { result })
    return result
  }
}
