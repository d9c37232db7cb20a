import { groupBy } from '../../model/group.ts'
import { parseGoMemory, parseQuantity } from '../../model/quantity.ts'
import type { RepositoryView } from '../../model/source.ts'
import { applySplices } from '../../yaml/splice.ts'
import type { Candidate } from './candidate.ts'

/** Candidates with the unique value each was given. */
export interface Dyed {
  /** Files as they read with every candidate dyed. */
  readonly texts: ReadonlyMap<string, string>
  /** The candidate that a rendered value came from, and what stands round its dye there. */
  readonly trace: (rendered: string) => Surfaced | undefined
}

/** A candidate recognised in a rendering. */
export interface Surfaced {
  readonly candidate: Candidate
  readonly affix?: { readonly before: string; readonly after: string }
}

// Five digits: from six on, Helm prints numbers as floats; below, a real size could be mistaken for a dye.
const firstQuantity = 70_001
// Bounds and targets stay small, since templates compare them and schemas bound them.
const firstCount = 211

interface Assigned {
  readonly candidate: Candidate
  readonly dye: string
}

/** Gives every candidate its own value, of the same type, unit and quoting. */
export async function dye(candidates: readonly Candidate[], view: RepositoryView): Promise<Dyed> {
  let quantity = firstQuantity
  let count = firstCount
  const assigned = candidates.map((candidate): Assigned => {
    const number = candidate.shape === 'count' ? count++ : quantity++
    return { candidate, dye: dyeText(candidate, number) }
  })
  return { texts: await dyedTexts(assigned, view), trace: recogniser(assigned) }
}

function dyeText({ shape, value }: Candidate, number: number): string {
  if (shape === 'count') return String(number)
  if (shape === 'go-memory') return `${number}${value.replace(/^\d+/, '')}`
  const quantity = parseQuantity(value)
  if (quantity === undefined || /^[eE]/.test(quantity.suffix)) return String(number)
  return `${number}${quantity.decimal ? '.5' : ''}${quantity.suffix}`
}

async function dyedTexts(
  assigned: readonly Assigned[],
  view: RepositoryView,
): Promise<ReadonlyMap<string, string>> {
  const byFile = groupBy(assigned, ({ candidate }) => candidate.file)
  const texts = await Promise.all(
    [...byFile].map(async ([file, members]): Promise<readonly [string, string]> => {
      const text = (await view.read(file))?.text ?? ''
      const splices = members.map(({ candidate: { range, quote }, dye: value }) => ({
        start: range[0],
        end: range[1],
        text: `${quote}${value}${quote}`,
      }))
      return [file, applySplices(text, splices)]
    }),
  )
  return new Map(texts)
}

/**
 * Values close to the present ones, each of its own, for candidates that a template or a schema keeps within bounds.
 * They are told apart by their numbers alone.
 */
export async function dyeNear(candidates: readonly Candidate[], view: RepositoryView): Promise<Dyed> {
  const taken = new Set(candidates.map(({ value }) => numericKey(value)))
  const assigned = candidates.flatMap((candidate): readonly Assigned[] => {
    const number = /^\d+$/.exec(/^\d*/.exec(candidate.value)?.[0] ?? '')?.[0]
    const rest = candidate.value.slice(number?.length ?? 0)
    if (number === undefined || rest.startsWith('.')) return []
    for (let next = Number(number) + 1; ; next++) {
      const dye = `${next}${rest}`
      if (taken.has(numericKey(dye))) continue
      taken.add(numericKey(dye))
      return [{ candidate, dye }]
    }
  })
  const byValue = new Map(assigned.map((one) => [numericKey(one.dye), one.candidate]))
  const trace: Dyed['trace'] = (rendered) => {
    const candidate = byValue.get(numericKey(rendered))
    return candidate === undefined ? undefined : { candidate }
  }
  return { texts: await dyedTexts(assigned, view), trace }
}

function recogniser(assigned: readonly Assigned[]): Dyed['trace'] {
  const byValue = new Map(assigned.map((one) => [numericKey(one.dye), one]))
  const byDigits = new Map(assigned.map((one) => [/^\d+/.exec(one.dye)?.[0] ?? one.dye, one]))
  return (rendered) => {
    const exact = byValue.get(numericKey(rendered))
    if (exact !== undefined) return { candidate: exact.candidate }
    const digits = /\d+/.exec(rendered)?.[0] ?? ''
    const inside = byDigits.get(digits)
    if (inside === undefined) return undefined
    const cut = rendered.indexOf(inside.dye)
    if (cut === -1) return undefined
    const affix = { before: rendered.slice(0, cut), after: rendered.slice(cut + inside.dye.length) }
    return { candidate: inside.candidate, affix }
  }
}

const numericKey = (text: string): string => {
  const quantity = parseQuantity(text)?.nano ?? parseGoMemory(text)
  return quantity === undefined ? text : String(quantity)
}
