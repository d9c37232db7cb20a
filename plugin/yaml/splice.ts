import type { Splice } from '../model/edit.ts'

/** Applies replacements to a text. Throws a RangeError (a bug of ours) when two of them overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  const ordered = [...splices].sort((a, b) => b.start - a.start || b.end - a.end)
  let limit = text.length
  let result = text
  for (const { start, end, text: replacement } of ordered) {
    if (start > end || end > limit) throw new RangeError(`splices overlap at offset ${start}`)
    result = result.slice(0, start) + replacement + result.slice(end)
    limit = start
  }
  return result
}
