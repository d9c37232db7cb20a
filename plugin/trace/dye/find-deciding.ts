import type { Candidate } from './candidate.ts'

/**
 * Renders with only the given candidates marked. Gives the keys of the fields whose values changed; `undefined` when the
 * source does not render so.
 */
export type ChangedFields = (candidates: readonly Candidate[]) => Promise<ReadonlySet<string> | undefined>

/**
 * Finds for each field the one candidate from which its value is computed. Candidates are numbered, and the rendering for
 * each bit marks those whose number has that bit: the renderings that change a field are the bits of its candidate's
 * number. Each candidate found is then marked alone; an answer is kept only if the field still changes.
 */
export async function findDeciding(
  fields: readonly string[],
  candidates: readonly Candidate[],
  changedFields: ChangedFields,
): Promise<ReadonlyMap<string, Candidate>> {
  const numbers = new Map(fields.map((field) => [field, 0]))
  // Numbers start at one, so that zero means that no rendering changed the field.
  for (let bit = 1; bit <= candidates.length; bit *= 2) {
    const changed = await changedFields(candidates.filter((_, index) => ((index + 1) & bit) !== 0))
    if (changed === undefined) return new Map()
    for (const field of changed) numbers.set(field, (numbers.get(field) ?? 0) + bit)
  }
  const found = new Map<string, Candidate>()
  for (const [field, number] of numbers) {
    const candidate = candidates[number - 1]
    if (candidate !== undefined) found.set(field, candidate)
  }
  const alone = await Promise.all(
    [...new Set(found.values())].map(async (one) => [one, await changedFields([one])] as const),
  )
  const changedBy = new Map(alone)
  return new Map([...found].filter(([field, candidate]) => changedBy.get(candidate)?.has(field) === true))
}
