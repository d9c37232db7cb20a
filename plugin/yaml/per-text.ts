import { LRUCache } from 'lru-cache'
import type { Json } from '../model/json.ts'
import type { KeptResults } from '../model/kept-results.ts'

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

let keptBetweenRuns: KeptResults | undefined

/** Sets where results of functions of texts are kept between runs; nowhere at the start of a process. */
export function keepBetweenRuns(kept: KeptResults | undefined): void {
  keptBetweenRuns = kept
}

/** In UTF-16 units of the text: a larger one is read again. */
const largestKept = 256 * 1024

/** A function of a text whose results are kept between runs too, by its name. */
export function keptPerText<T extends Json>(
  name: string,
  read: (text: string) => T | undefined,
): (text: string) => T | undefined {
  return perText((text) => {
    if (keptBetweenRuns === undefined || text.length > largestKept) return read(text)
    const key = `${name} ${text}`
    const known = keptBetweenRuns.read(key)
    // A list of one result, or of none where it is `undefined`.
    if (Array.isArray(known)) return known[0] as T | undefined
    const result = read(text)
    keptBetweenRuns.keep(key, result === undefined ? [] : [result])
    return result
  })
}
