import { isField, scheduleField } from '../../model/field.ts'
import { isOverlayFile } from '../../model/overlay.ts'
import type { YamlPath } from '../../model/site.ts'
import { sameValue } from '../../model/value.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import {
  type ChangedFile,
  diffFile,
  type FileDiff,
  fieldKeyOf,
  lazy,
  type MovedField,
  type MovedScalar,
} from './file-diff.ts'
import { type Address, addressOf, canAddress, type PlacedScalars } from './placed-scalars.ts'
import { isInSchedule, movedSchedule } from './placed-schedules.ts'
import { parseChangeKey, type TrailedChange } from './trailers.ts'

/** How many comparisons are left. When none is left, nothing more is proved. */
export interface CheckBudget {
  left: number
}

/** A change that a commit message names, with its address. */
interface Claim extends NonNullable<ReturnType<typeof parseChangeKey>> {
  readonly change: TrailedChange
}

/** A file with its diff, and the claims about it. */
interface Ground {
  readonly changed: ChangedFile
  readonly diff: FileDiff
  readonly budget: CheckBudget
  /** Whether all that was added to the file is values of claims and words that say where these belong. */
  readonly addsClaimsOnly: () => boolean
}

/** Takes comparisons from a budget. Returns whether it had them. */
const spend = (budget: CheckBudget, count = 1): boolean => {
  budget.left -= count
  return budget.left >= 0
}

const isValue = (field: string, text: string, value: string): boolean =>
  isField(field) && value !== '' && sameValue(field, text, value)

/**
 * What a source adds after a scalar to make a value of it: nothing when the scalar is the value, `Mi` when `512` becomes
 * `512Mi`. `undefined` when the scalar cannot be that value.
 */
function affixOf(field: string, scalar: string, value: string): string | undefined {
  if (isValue(field, scalar, value)) return ''
  const rest = /^\d[\d.]*$/.test(scalar) && value.startsWith(scalar) ? value.slice(scalar.length) : ''
  return /^[A-Za-z]+$/.test(rest) ? rest : undefined
}

/** The values of manifests that may be the field of a claim: in the manifest with its very name and namespace, if the file has one. */
function candidatesOf({ diff, budget }: Ground, claim: Claim): readonly MovedField[] {
  const { workload } = claim
  const all = diff.fields.get(fieldKeyOf(workload.kind, claim)) ?? []
  if (!spend(budget, all.length)) return []
  const named = all.filter(({ is }) => is.name === workload.name)
  const placed = named.filter(({ is }) => is.namespace === workload.namespace)
  return placed.length > 0 ? placed : named.length > 0 ? named : all
}

/** The names of the manifests in which the old value of a claim became the new one, or the new one was added. */
function namesOfMoved(ground: Ground, claim: Claim): readonly string[] {
  const { from, to } = claim.change
  return candidatesOf(ground, claim)
    .filter(({ was, is }) => {
      if (!isValue(claim.field, is.value, to)) return false
      return was === undefined ? ground.addsClaimsOnly() : isValue(claim.field, was.value, from)
    })
    .map(({ is }) => is.name)
}

/** The new texts that a scalar can have for a value: the value, or the number in it. */
const textsOf = (value: string): readonly string[] => [
  ...new Set([value, /^\d[\d.]*/.exec(value)?.[0] ?? value]),
]

/** The address of a scalar that can be a setting of the field that a claim names; `undefined` for any other scalar. */
function addressFor(
  scalar: FoundScalar,
  scalars: PlacedScalars,
  { workload, field, container }: Claim,
): Address | undefined {
  const address = addressOf(scalar, scalars)
  if (address === undefined || !isField(field) || !canAddress(address, field)) return undefined
  const isKind = field.startsWith('hpa.') || (address.target.kind ?? workload.kind) === workload.kind
  return isKind && (address.container ?? container) === container ? address : undefined
}

/** The address of a setting outside of manifests whose old value became the new one of a claim, or which was added with that. */
function movedSetting({ was, is }: MovedScalar, ground: Ground, claim: Claim): Address | undefined {
  const { changed, budget, addsClaimsOnly } = ground
  const { from, to } = claim.change
  const affix = spend(budget) ? affixOf(claim.field, is.value, to) : undefined
  const now = affix === undefined ? undefined : addressFor(is, changed.after.scalars(), claim)
  if (now === undefined || changed.before === undefined) return undefined
  if (was === undefined) return addsClaimsOnly() ? now : undefined
  if (affixOf(claim.field, was.value, from) !== affix) return undefined
  const old = addressFor(was, changed.before.scalars(), claim)
  // A list whose items changed places changed nothing.
  return old?.names.join('\0') === now.names.join('\0') ? now : undefined
}

/** The change of a claim with the file and the names that prove it; `undefined` when the diff does not make it. */
function prove(claim: Claim, ground: Ground): TrailedChange | undefined {
  const { file } = ground.changed
  const names = namesOfMoved(ground, claim)
  if (names.length > 0) return { ...claim.change, file, names }
  if (claim.field === scheduleField) return provedSchedule(claim, ground)
  for (const text of textsOf(claim.change.to))
    for (const moved of ground.diff.scalars().get(text) ?? []) {
      if (ground.budget.left <= 0) return undefined
      const address = movedSetting(moved, ground, claim)
      if (address === undefined) continue
      const { name } = claim.field.startsWith('hpa.') ? {} : address.target
      return { ...claim.change, file, ...(name === undefined ? {} : { names: [name] }) }
    }
  return undefined
}

/** The change of a schedule in a list outside of manifests: in values, or in a patch. */
function provedSchedule({ change }: Claim, { changed, budget }: Ground): TrailedChange | undefined {
  const { file, before, after } = changed
  if (before === undefined || !spend(budget)) return undefined
  return movedSchedule(before.scalars(), after.scalars(), change) ? { ...change, file } : undefined
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
 * Whether a commit adds values of claims to a file, and nothing else: Tortoise adds a value where no scalar sets it. It adds
 * a file for recommendations only.
 */
function addsClaims({ file, before, after }: ChangedFile, diff: FileDiff, claims: readonly Claim[]): boolean {
  if ((before === undefined && !isOverlayFile(file)) || !diff.removesNothing()) return false
  const values = new Set(claims.flatMap(({ change }) => textsOf(change.to)))
  const added = diff.added()
  const blocks = new Set(added.flatMap(({ path, value }) => (values.has(value) ? (blockOf(path) ?? []) : [])))
  const hasSchedule = claims.some(({ field }) => field === scheduleField)
  return added.every(
    (one) =>
      addressing.has(String(one.path.at(-1))) ||
      values.has(one.value) ||
      blocks.has(blockOf(one.path) ?? '') ||
      (hasSchedule && isInSchedule(one, after.scalars())),
  )
}

/** The mapping of sizes that holds a scalar, as a text: the other sizes of a preset are written beside a new one. */
const blockOf = (path: YamlPath): string | undefined =>
  path.at(-2) === 'requests' || path.at(-2) === 'limits' ? path.slice(0, -2).join('\0') : undefined

function claimOf(change: TrailedChange): readonly Claim[] {
  const address = parseChangeKey(change.key)
  const isChange =
    address !== undefined && isField(address.field) && !isValue(address.field, change.from, change.to)
  return isChange ? [{ ...address, change }] : []
}

/**
 * Returns those of the changes that a commit message names which the commit's own diff of a file makes: the value of the
 * field, at a place of the file that can set it, is the old one before and the new one after. Each has the file, and the
 * names that manifests in it give the workload, by which the reader decides whether these are of the workload.
 */
export function provedChanges(
  changes: readonly TrailedChange[],
  changed: ChangedFile,
  budget: CheckBudget,
): readonly TrailedChange[] {
  const claims = changes.flatMap(claimOf)
  if (claims.length === 0) return []
  const diff = diffFile(changed)
  const ground = { changed, diff, budget, addsClaimsOnly: lazy(() => addsClaims(changed, diff, claims)) }
  return claims.flatMap((claim) => prove(claim, ground) ?? [])
}
