import { isField } from '../../model/field.ts'
import { isOverlayFile } from '../../model/overlay.ts'
import { sameValue } from '../../model/value.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { addressOf, canAddress, type PlacedScalars, placedScalars, placeOf } from './placed-scalars.ts'
import { parseChangeKey, type TrailedChange } from './trailers.ts'
import { type WrittenField, writtenFields } from './written-fields.ts'

/** What a text of a file says, read once and only as far as it is needed. */
export interface FileFacts {
  readonly fields: () => readonly WrittenField[]
  readonly scalars: () => PlacedScalars
}

/** Returns the facts of a text. */
export function factsOf(text: string): FileFacts {
  let fields: readonly WrittenField[] | undefined
  let scalars: PlacedScalars | undefined
  return {
    fields: () => (fields ??= writtenFields(text)),
    scalars: () => (scalars ??= placedScalars(text)),
  }
}

/** A file before and after a commit. Without `before` the commit added it. */
export interface ChangedFile {
  readonly file: string
  readonly before: FileFacts | undefined
  readonly after: FileFacts
}

/** A change that a commit message names, with its address. */
interface Claim extends Pick<TrailedChange, 'from' | 'to'>, NonNullable<ReturnType<typeof parseChangeKey>> {}

/**
 * What a source adds around a scalar to make a value of it, as one text: empty when the scalar is the value, `\0Mi` when
 * `512` becomes `512Mi`. `undefined` when the scalar cannot be that value.
 */
function affixOf(field: string, scalar: string, value: string): string | undefined {
  if (isField(field) && value !== '' && sameValue(field, scalar, value)) return ''
  return /^\d[\d.]*$/.test(scalar) && value.includes(scalar) ? value.replace(scalar, '\0') : undefined
}

/** Whether a kustomization may have made one name of another: it can add a prefix and a suffix. */
const fits = (written: string, rendered: string): boolean => written !== '' && rendered.includes(written)

const sameManifest = (one: WrittenField, other: WrittenField): boolean =>
  one.manifest === other.manifest && one.container === other.container && one.field === other.field

/** The fields of manifests in a file that state the new value of a claim for its field. */
const stating = (facts: FileFacts, { workload, container, field, to }: Claim): readonly WrittenField[] =>
  facts
    .fields()
    .filter(
      (one) =>
        one.kind === workload.kind &&
        one.field === field &&
        one.container === container &&
        fits(one.name, workload.name) &&
        affixOf(field, one.value, to) === '',
    )

/** Whether a manifest in the file states the old value before and the new one after. */
const movesField = ({ before, after }: ChangedFile, claim: Claim): boolean =>
  stating(after, claim).some((one) => {
    const was = before?.fields().find((other) => sameManifest(one, other))
    return was !== undefined && affixOf(claim.field, was.value, claim.from) === ''
  })

/** Whether a setting in the file, outside of manifests, has the old value before and the new one after. */
function movesSetting({ before, after }: ChangedFile, claim: Claim): boolean {
  if (before === undefined) return false
  const scalars = after.scalars()
  return [...scalars.values()].some((scalar) => {
    const was = before.scalars().get(placeOf(scalar))
    if (was === undefined || was.value === scalar.value) return false
    const affix = affixOf(claim.field, scalar.value, claim.to)
    if (affix === undefined || affix !== affixOf(claim.field, was.value, claim.from)) return false
    return speaksOf(scalar, scalars, claim) && speaksOf(was, before.scalars(), claim)
  })
}

/** Whether a scalar can be a setting of the field that a claim names. */
function speaksOf(scalar: FoundScalar, scalars: PlacedScalars, { field, container }: Claim): boolean {
  const address = addressOf(scalar, scalars)
  if (address === undefined || !isField(field) || !canAddress(address, field)) return false
  return address.container === undefined || address.container === container
}

/** Keys of scalars that say where a value belongs. */
const addressing = new Set([
  'apiVersion',
  'kind',
  'name',
  'namespace',
  'op',
  'path',
  'field',
  'container',
  'version',
])

/**
 * Whether the file has the new value of a claim and did not have the place of it before: Tortoise adds a value where no
 * scalar sets it. Such a commit adds nothing else to the file, and removes nothing.
 */
function addsValue(changed: ChangedFile, claim: Claim, claims: readonly Claim[]): boolean {
  const { file, before, after } = changed
  if (before === undefined && !isOverlayFile(file)) return false
  const [old, now] = [before?.scalars() ?? new Map<string, FoundScalar>(), after.scalars()]
  const added = [...now].filter(([place]) => !old.has(place)).map(([, scalar]) => scalar)
  if ([...old.keys()].some((place) => !now.has(place))) return false
  const isValue = ({ value }: FoundScalar, { field, to }: Claim): boolean => affixOf(field, value, to) === ''
  const isExplained = (one: FoundScalar): boolean =>
    addressing.has(String(one.path.at(-1))) || claims.some((other) => isValue(one, other))
  return (
    added.every(isExplained) && added.some((one) => isValue(one, claim) && isAddedFor(one, changed, claim))
  )
}

/** Whether an added scalar is where the field of a claim is written: in a manifest, a patch, recommendations or settings. */
function isAddedFor(scalar: FoundScalar, { before, after }: ChangedFile, claim: Claim): boolean {
  const isNew = (one: WrittenField): boolean =>
    before?.fields().some((other) => sameManifest(one, other)) !== true
  return stating(after, claim).some(isNew) || speaksOf(scalar, after.scalars(), claim)
}

function claimOf({ key, from, to }: TrailedChange): readonly Claim[] {
  const address = parseChangeKey(key)
  return address === undefined || !isField(address.field) || from === to ? [] : [{ ...address, from, to }]
}

/**
 * Returns those of the changes that a commit message names which the commit's own diff of a file makes: the value of the
 * field, at a place of the file that can set it, is the old one before and the new one after.
 */
export function provedChanges(
  changes: readonly TrailedChange[],
  changed: ChangedFile,
): readonly TrailedChange[] {
  const claims = changes.flatMap(claimOf)
  return changes.filter((change) =>
    claimOf(change).some(
      (claim) =>
        movesField(changed, claim) || movesSetting(changed, claim) || addsValue(changed, claim, claims),
    ),
  )
}
