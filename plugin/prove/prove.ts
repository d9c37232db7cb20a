import { fieldKey } from '../model/field.ts'
import type { JsonObject } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf, identify } from '../model/manifest.ts'
import type { Intent, Proof, UnexpectedChange } from '../model/proof.ts'
import type { DeclaringFormat } from '../model/renderer.ts'
import type { DeclaringObject, ReleaseSource, Rendering, Source } from '../model/source.ts'
import { isRelease, namespaceOf } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import { refusedSizes } from './acceptable.ts'
import type { Difference } from './difference.ts'
import { differences } from './difference.ts'
import { withoutSchedules } from './without-schedules.ts'

/** One source rendered before and after the edits. */
export interface RenderedTwice {
  readonly source: Source
  readonly before: Rendering
  readonly after: Rendering
  /** A second rendering of the unchanged source: what differs from `before` is random. */
  readonly beforeAgain?: Rendering
  /** Why the source no longer renders after the edits. */
  readonly failure?: string
}

/** How objects of a kind declare sources; `undefined` for a kind that declares none. */
type FormatOf = (kind: string) => DeclaringFormat | undefined

/**
 * Compares renderings object by object. `proved` when every difference is an intended field at its intended value, and
 * every intended field has changed.
 */
export function prove(
  rendered: readonly RenderedTwice[],
  intents: readonly Intent[],
  formatOf: FormatOf = () => undefined,
): Proof {
  const releases = rendered.map(({ source }) => source).filter(isRelease)
  const results = rendered
    .filter(({ failure }) => failure === undefined)
    .map((one) => {
      const declared = releases.filter(({ declaredIn }) => declaredIn.id === one.source.id)
      const own = intents.filter(({ source }) => source === one.source.id)
      return proveSource(one, { intents: own, declared, formatOf })
    })
  const unrendered = intents.filter(({ source }) => !rendered.some((one) => one.source.id === source))
  const missing = [...results.flatMap((one) => one.missing), ...unrendered]
  const unexpected = results.flatMap((one) => one.unexpected)
  const failed = rendered.flatMap(({ source, failure }) =>
    failure === undefined ? [] : [{ source: source.id, message: failure }],
  )
  const refused = rendered.flatMap(newlyRefused)
  return {
    verdict: [missing, unexpected, failed, refused].every(({ length }) => length === 0)
      ? 'proved'
      : 'refuted',
    sources: rendered.map(({ source }) => source.id),
    moved: results.flatMap((one) => one.moved),
    missing,
    unexpected,
    failed,
    ...(refused.length === 0 ? {} : { refused }),
  }
}

/** The sizes that the API server would refuse, where it would not have before. */
function newlyRefused({ source, before, after, failure }: RenderedTwice): NonNullable<Proof['refused']> {
  if (failure !== undefined) return []
  const known = new Set(refusedSizes(before.objects, namespaceOf(source)))
  return refusedSizes(after.objects, namespaceOf(source))
    .filter((message) => !known.has(message))
    .map((message) => ({ source: source.id, message }))
}

function proveSource(
  rendered: RenderedTwice,
  expected: Expected,
): Pick<Proof, 'moved' | 'missing' | 'unexpected'> {
  const { source, after } = rendered
  const fields = new Map(
    fieldsOf(after.objects, namespaceOf(source)).map((field) => [fieldKey(field), field]),
  )
  const hasChanged = (intent: Intent): boolean => {
    const value = fields.get(fieldKey(intent))?.value
    return value !== undefined && sameValue(intent.field, value, intent.to)
  }
  const { intents } = expected
  return {
    moved: intents.filter(hasChanged),
    missing: intents.filter((intent) => !hasChanged(intent)),
    unexpected: unexplained(rendered, expected, fields).map((one) => unexpectedChange(source, one)),
  }
}

/** The differences that are neither intended, nor random, nor values handed on to a release. */
function unexplained(
  { source, before, after, beforeAgain }: RenderedTwice,
  { intents, declared, formatOf }: Expected,
  fields: ReadonlyMap<string, ManifestField>,
): readonly Difference[] {
  const namespace = namespaceOf(source)
  const compared = withoutSchedules(intents, fields, namespace)
  const compare = (one: Rendering, other: Rendering) =>
    differences(compared(one.objects), compared(other.objects), namespace)
  const random = new Set(beforeAgain ? compare(before, beforeAgain).flatMap(randomKeys) : [])
  const intended = new Set(
    intents.flatMap((intent) => placeKeys(fields.get(fieldKey(intent)), { after, namespace })),
  )
  return compare(before, after).filter(
    (difference) =>
      !randomKeys(difference).some((key) => random.has(key)) &&
      !intended.has(differenceKey(difference)) &&
      !declared.some(({ declaredBy }) =>
        isHandedOn(difference, { declaredBy, format: formatOf(declaredBy.kind), objects: before.objects }),
      ),
  )
}

interface Expected {
  readonly intents: readonly Intent[]
  /** The releases that the source declares and that are rendered for this proof too. */
  readonly declared: readonly ReleaseSource[]
  readonly formatOf: FormatOf
}

interface Declaration {
  readonly declaredBy: DeclaringObject
  readonly format: DeclaringFormat | undefined
  readonly objects: readonly JsonObject[]
}

/**
 * Whether a difference only concerns what a release is rendered with, in its object or in a ConfigMap that the object
 * refers to: its effect is compared in the rendering of the release.
 */
function isHandedOn(
  { object, path }: Difference,
  { declaredBy: { kind, name }, format, objects }: Declaration,
): boolean {
  if (format === undefined) return false
  if (object.kind !== 'ConfigMap') return object.kind === kind && object.name === name && format.handsOn(path)
  const declaring = objects.find((one) => one['kind'] === kind && valueAt(one, ['metadata', 'name']) === name)
  const names = declaring === undefined ? [] : format.configMaps(declaring)
  return names.some(
    (one) => one === object.name || one === stemOf(object.name) || isSameButHash(one, object.name),
  )
}

/** Whether two names are those that kustomize generates for two contents of one ConfigMap. */
const isSameButHash = (one: string, other: string): boolean =>
  stemOf(one) === stemOf(other) && [one, other].every((name) => /-[bcdfghkmt2456789]{10}$/.test(name))

/** A name without its last part: a generator's hash, or a random suffix. */
const stemOf = (name: string): string => name.replace(/-[^-]+$/, '')

/** The keys by which a random difference is recognised: its place, and for an object with a random name its kind and stem. */
const randomKeys = (difference: Difference): readonly string[] => {
  const { kind, name } = difference.object
  return difference.path.length > 0
    ? [differenceKey(difference)]
    : [differenceKey(difference), `${kind} ${stemOf(name)}`]
}

interface RenderedField {
  readonly after: Rendering
  readonly namespace: string
}

/** The keys of the differences that a change of a field makes. */
function placeKeys(field: ManifestField | undefined, { after, namespace }: RenderedField): readonly string[] {
  const object = field && after.objects[field.object]
  const owner = object && identify(object, namespace)
  if (field === undefined || owner === undefined) return []
  // A new variable adds its name too.
  const paths = field.field.startsWith('env.')
    ? [field.path, [...field.path.slice(0, -1), 'name']]
    : [field.path]
  return paths.map((path) => [workloadKey(owner), ...path].join('\0'))
}

const differenceKey = ({ object, path }: Difference): string => [workloadKey(object), ...path].join('\0')

function unexpectedChange(source: Source, { object, path, before, after }: Difference): UnexpectedChange {
  return { source: source.id, object: workloadLabel(object), path, before, after }
}
