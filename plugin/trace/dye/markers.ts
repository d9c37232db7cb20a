import { groupBy } from '../../model/group.ts'
import { parseGoMemory, parseQuantity } from '../../model/quantity.ts'
import type { RepositoryView } from '../../model/source.ts'
import { applySplices } from '../../yaml/splice.ts'
import type { Candidate } from './candidate.ts'

// A marker (also called dye) is a unique value that is written in place of a scalar, to see where it is rendered.

/** Files in which each candidate has a marker as its value. */
export interface MarkedFiles {
  /** The texts with markers, by path. */
  readonly texts: ReadonlyMap<string, string>
  /** The candidate whose marker a rendered value holds; `undefined` when it holds none. */
  readonly match: (rendered: string) => MarkerMatch | undefined
}

/** A candidate whose marker was rendered, and the text that the source adds before and after it. */
export interface MarkerMatch {
  readonly candidate: Candidate
  readonly affix?: { readonly before: string; readonly after: string }
}

// Five digits: with six or more, Helm prints floats; with fewer, a marker could be confused with a real size.
const firstQuantity = 70_001
// Counts are small, since templates compare them and schemas limit them.
const firstCount = 211

interface Marked {
  readonly candidate: Candidate
  readonly marker: string
}

/** Gives each candidate a marker of its own type, unit and quoting. */
export async function markCandidates(
  candidates: readonly Candidate[],
  view: RepositoryView,
): Promise<MarkedFiles> {
  let quantity = firstQuantity
  let count = firstCount
  const marked = candidates.map((candidate): Marked => {
    const number = candidate.type === 'count' ? count++ : quantity++
    return { candidate, marker: markerText(candidate, number) }
  })
  return { texts: await markedTexts(marked, view), match: matcher(marked) }
}

function markerText({ type, value }: Candidate, number: number): string {
  if (type === 'count') return String(number)
  if (type === 'go-memory') return `${number}${value.replace(/^\d+/, '')}`
  const quantity = parseQuantity(value)
  if (quantity === undefined || /^[eE]/.test(quantity.suffix)) return String(number)
  return `${number}${quantity.decimal ? '.5' : ''}${quantity.suffix}`
}

async function markedTexts(
  marked: readonly Marked[],
  view: RepositoryView,
): Promise<ReadonlyMap<string, string>> {
  const byFile = groupBy(marked, ({ candidate }) => candidate.file)
  const texts = await Promise.all(
    [...byFile].map(async ([file, members]): Promise<readonly [string, string]> => {
      const text = (await view.read(file))?.text ?? ''
      const splices = members.map(({ candidate: { range, quote }, marker }) => ({
        start: range[0],
        end: range[1],
        text: `${quote}${marker}${quote}`,
      }))
      return [file, applySplices(text, splices)]
    }),
  )
  return new Map(texts)
}

/**
 * Gives each candidate a marker close to its current value, for candidates that a template or a schema keeps within
 * limits. Such markers are recognised by their number alone, so an affix hides them.
 */
export async function markNearValues(
  candidates: readonly Candidate[],
  view: RepositoryView,
): Promise<MarkedFiles> {
  const taken = new Set(candidates.map(({ value }) => numericKey(value)))
  const marked = candidates.flatMap((candidate): readonly Marked[] => {
    const number = /^\d+$/.exec(/^\d*/.exec(candidate.value)?.[0] ?? '')?.[0]
    const rest = candidate.value.slice(number?.length ?? 0)
    if (number === undefined || rest.startsWith('.')) return []
    for (let next = Number(number) + 1; ; next++) {
      const marker = `${next}${rest}`
      if (taken.has(numericKey(marker))) continue
      taken.add(numericKey(marker))
      return [{ candidate, marker }]
    }
  })
  const byValue = new Map(marked.map((one) => [numericKey(one.marker), one.candidate]))
  const match: MarkedFiles['match'] = (rendered) => {
    const candidate = byValue.get(numericKey(rendered))
    return candidate === undefined ? undefined : { candidate }
  }
  return { texts: await markedTexts(marked, view), match }
}

function matcher(marked: readonly Marked[]): MarkedFiles['match'] {
  const byValue = new Map(marked.map((one) => [numericKey(one.marker), one]))
  const byDigits = new Map(marked.map((one) => [/^\d+/.exec(one.marker)?.[0] ?? one.marker, one]))
  return (rendered) => {
    const exact = byValue.get(numericKey(rendered))
    if (exact !== undefined) return { candidate: exact.candidate }
    const digits = /\d+/.exec(rendered)?.[0] ?? ''
    const inside = byDigits.get(digits)
    if (inside === undefined) return undefined
    const start = rendered.indexOf(inside.marker)
    if (start === -1) return undefined
    const affix = { before: rendered.slice(0, start), after: rendered.slice(start + inside.marker.length) }
    return { candidate: inside.candidate, affix }
  }
}

const numericKey = (text: string): string => {
  const quantity = parseQuantity(text)?.nano ?? parseGoMemory(text)
  return quantity === undefined ? text : String(quantity)
}
