import { fieldKey } from '../model/field.ts'
import type { JsonObject } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf, identify } from '../model/manifest.ts'
import type { Intent, Proof, UnexpectedChange } from '../model/proof.ts'
import type { ReleaseSource, Rendering, Source } from '../model/source.ts'
import { sameValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import type { Difference } from './difference.ts'
import { differences } from './difference.ts'

/** One source rendered before and after the edits. A second rendering of the unchanged source shows what is random in it. */
export interface RenderedTwice {
  readonly source: Source
  readonly before: Rendering
  readonly after: Rendering
  readonly beforeAgain?: Rendering
  /** Why the source no longer renders after the edits. */
  readonly failure?: string
}

/** Compares renderings object by object: every difference must be an intended field at its intended value, and none may be missing. */
export function prove(rendered: readonly RenderedTwice[], intents: readonly Intent[]): Proof {
  const releases = rendered.map(({ source }) => source).filter((source) => source.kind === 'release')
  const verdicts = rendered
    .filter(({ failure }) => failure === undefined)
    .map((one) => {
      const held = releases.filter(({ holder }) => holder.id === one.source.id)
      return proveSource(one, { intents: intents.filter(({ source }) => source === one.source.id), held })
    })
  const moved = verdicts.flatMap((verdict) => verdict.moved)
  const missing = verdicts.flatMap((verdict) => verdict.missing)
  const unexpected = verdicts.flatMap((verdict) => verdict.unexpected)
  const unrendered = intents.filter(({ source }) => !rendered.some((one) => one.source.id === source))
  const failed = rendered.flatMap(({ source, failure }) =>
    failure === undefined ? [] : [{ source: source.id, message: failure }],
  )
  const proved = [missing, unexpected, unrendered, failed].every(({ length }) => length === 0)
  return {
    verdict: proved ? 'proved' : 'refuted',
    sources: rendered.map(({ source }) => source.id),
    moved,
    missing: [...missing, ...unrendered],
    unexpected,
    failed,
  }
}

function proveSource(
  { source, before, after, beforeAgain }: RenderedTwice,
  { intents, held }: Expected,
): Pick<Proof, 'moved' | 'missing' | 'unexpected'> {
  const namespace = source.namespace ?? 'default'
  const random = new Set(
    beforeAgain ? differences(before.objects, beforeAgain.objects, namespace).flatMap(randomKeys) : [],
  )
  const fields = new Map(fieldsOf(after.objects, namespace).map((field) => [fieldKey(field), field]))
  const explained = new Set(
    intents.flatMap((intent) => placeKeys(fields.get(fieldKey(intent)), { after, namespace })),
  )
  const extra = differences(before.objects, after.objects, namespace).filter(
    (difference) =>
      !randomKeys(difference).some((key) => random.has(key)) &&
      !explained.has(differenceKey(difference)) &&
      !held.some((release) => isValueOf(difference, release, before.objects)),
  )
  const hits = (intent: Intent): boolean => {
    const value = fields.get(fieldKey(intent))?.value
    return value !== undefined && sameValue(intent.field, value, intent.to)
  }
  return {
    moved: intents.filter(hits),
    missing: intents.filter((intent) => !hits(intent)),
    unexpected: extra.map((difference) => unexpectedChange(source, difference)),
  }
}

interface Expected {
  readonly intents: readonly Intent[]
  /** Releases that the source holds and that are rendered for this proof themselves. */
  readonly held: readonly ReleaseSource[]
}

/** A value handed on to a release, in its object or in a ConfigMap it reads: what it does is seen in the release's own rendering. */
function isValueOf(
  { object, path }: Difference,
  { object: release }: ReleaseSource,
  objects: readonly JsonObject[],
): boolean {
  if (object.kind === 'ConfigMap') {
    const declared = objects.find(
      (one) => one['kind'] === release.kind && valueAt(one, ['metadata', 'name']) === release.name,
    )
    const sources = valueAt(declared, ['spec', 'valuesFrom'])
    const names = Array.isArray(sources) ? sources.map((one) => valueAt(one, ['name'])) : []
    return names.some((name) => name === object.name || name === stemOf(object.name))
  }
  const isObject = object.kind === release.kind && object.name === release.name && path[0] === 'spec'
  return isObject && (path[1] === 'values' || path[1] === 'valuesFrom' || path.includes('helm'))
}

/** A name without its last part: a generator's hash, or a random suffix. */
const stemOf = (name: string): string => name.replace(/-[^-]+$/, '')

/** How a random difference is known again: by its place, and for an object with a random name by its kind and stem. */
const randomKeys = (difference: Difference): readonly string[] => {
  const { kind, name } = difference.object
  return difference.path.length > 0
    ? [differenceKey(difference)]
    : [differenceKey(difference), `${kind} ${stemOf(name)}`]
}

interface Holder {
  readonly after: Rendering
  readonly namespace: string
}

/** The place of a field, as differences are named. */
function placeKeys(field: ManifestField | undefined, { after, namespace }: Holder): readonly string[] {
  const object = field && after.objects[field.object]
  const owner = object && identify(object, namespace)
  if (field === undefined || owner === undefined) return []
  // A variable that was not there before comes with its name.
  const paths = field.field.startsWith('env.')
    ? [field.path, [...field.path.slice(0, -1), 'name']]
    : [field.path]
  return paths.map((path) => [workloadKey(owner), ...path].join('\0'))
}

const differenceKey = ({ object, path }: Difference): string => [workloadKey(object), ...path].join('\0')

function unexpectedChange(source: Source, { object, path, before, after }: Difference): UnexpectedChange {
  return { source: source.id, object: workloadLabel(object), path, before, after }
}
