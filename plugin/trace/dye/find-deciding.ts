import type { Candidate } from './candidate.ts'

/** Renders with only the given candidates moved, and tells which of the open fields moved with them; `undefined` when it does not render. */
export type Move = (candidates: readonly Candidate[]) => Promise<ReadonlySet<string> | undefined>

/**
 * Finds for each field the one candidate that a computed value comes from. Candidates are numbered, and each rendering
 * moves those whose number has one certain bit: which renderings move a field spells the number of its candidate. A last
 * rendering moves those found alone, each field's answer being kept only if the field still moves.
 */
export async function findDeciding(
  fields: readonly string[],
  candidates: readonly Candidate[],
  move: Move,
): Promise<ReadonlyMap<string, Candidate>> {
  const numbers = new Map(fields.map((field) => [field, 0]))
  // Numbers start at one: a field that never moves spells zero, which is nobody.
  for (let bit = 1; bit <= candidates.length; bit *= 2) {
    const moved = await move(candidates.filter((_, index) => ((index + 1) & bit) !== 0))
    if (moved === undefined) return new Map()
    for (const field of moved) numbers.set(field, (numbers.get(field) ?? 0) + bit)
  }
  const found = new Map<string, Candidate>()
  for (const [field, number] of numbers) {
    const candidate = candidates[number - 1]
    if (candidate !== undefined) found.set(field, candidate)
  }
  const alone = await Promise.all(
    [...new Set(found.values())].map(async (one) => [one, await move([one])] as const),
  )
  const movedBy = new Map(alone)
  return new Map([...found].filter(([field, candidate]) => movedBy.get(candidate)?.has(field) === true))
}
