import type { FoundScalar } from '../../yaml/scalars.ts'
import { type PlacedScalars, placedScalars } from './placed-scalars.ts'
import { type WrittenField, writtenFields } from './written-fields.ts'

/** What a text of a file says, read once and only as far as it is needed. */
export interface FileFacts {
  readonly fields: () => readonly WrittenField[]
  readonly scalars: () => PlacedScalars
}

/** Returns the result of a function, which is called once, when it is needed first. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** What a reader returns; nothing for a text that is nested too deeply or whose aliases expand too far. */
function readable<T>(read: () => T, nothing: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) return nothing
    throw error
  }
}

/** Returns the facts of a text. */
export const factsOf = (text: string): FileFacts => ({
  fields: lazy(() => readable(() => writtenFields(text), [])),
  scalars: lazy(() => readable(() => placedScalars(text), new Map())),
})

/** A file before and after a commit. Without `before` the commit added it. */
export interface ChangedFile {
  readonly file: string
  readonly before: FileFacts | undefined
  readonly after: FileFacts
}

/** A value of a manifest before and after; without `was` the commit added it. */
export interface MovedField {
  readonly was: WrittenField | undefined
  readonly is: WrittenField
}

/** A scalar before and after; without `was` the commit added it. */
export interface MovedScalar {
  readonly was: FoundScalar | undefined
  readonly is: FoundScalar
}

/** What a commit changed in a file. */
export interface FileDiff {
  /** By kind, container and field: all values of manifests in the file, changed or not. */
  readonly fields: ReadonlyMap<string, readonly MovedField[]>
  /** The scalars that changed or were added, by their new text. */
  readonly scalars: () => ReadonlyMap<string, readonly MovedScalar[]>
  readonly added: () => readonly FoundScalar[]
  readonly removesNothing: () => boolean
}

/** Returns the key of a field in `FileDiff.fields`. */
export const fieldKeyOf = (
  kind: string,
  { container, field }: { readonly container?: string | undefined; readonly field: string },
): string => JSON.stringify([kind, container ?? null, field])

const grouped = <T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}

const identityOf = ({ manifest, container, field }: WrittenField): string =>
  JSON.stringify([manifest, container ?? null, field])

/** Compares a file before and after a commit. */
export function diffFile({ before, after }: ChangedFile): FileDiff {
  const old = new Map(before?.fields().map((one) => [identityOf(one), one]))
  const fields = after.fields().map((is): MovedField => ({ was: old.get(identityOf(is)), is }))
  const scalars = lazy(() => {
    const known = before?.scalars() ?? new Map<string, FoundScalar>()
    return [...after.scalars()]
      .map(([place, is]): MovedScalar => ({ was: known.get(place), is }))
      .filter(({ was, is }) => was?.value !== is.value)
  })
  return {
    fields: grouped(fields, ({ is }) => fieldKeyOf(is.kind, is)),
    scalars: lazy(() => grouped(scalars(), ({ is }) => is.value)),
    added: () => scalars().flatMap(({ was, is }) => (was === undefined ? [is] : [])),
    removesNothing: lazy(() =>
      [...(before?.scalars().keys() ?? [])].every((place) => after.scalars().has(place)),
    ),
  }
}
