import { type Field, scheduleField } from '../../model/field.ts'
import { placeholderDefault } from '../../model/placeholder.ts'
import type { YamlPath } from '../../model/site.ts'
import { openYaml } from '../../yaml/open.ts'
import { type FoundScalar, scalarsOf } from '../../yaml/scalars.ts'

/** The scalars of a file by place. A place is the document and the path in it. */
export type PlacedScalars = ReadonlyMap<string, FoundScalar>

/** The place of a scalar in a file: equal for the same place in two texts of it. */
export const placeKey = (document: number, path: YamlPath): string => JSON.stringify([document, ...path])

/** Returns the place of a scalar: equal for the same place in two texts of a file. */
const placeOf = ({ document, path }: Pick<FoundScalar, 'document' | 'path'>): string =>
  placeKey(document, path)

/** Returns the scalars of a text, placeholders by their defaults; none when the text cannot be edited safely. */
export function placedScalars(text: string): PlacedScalars {
  const opened = openYaml('', text, { allowRepeated: true })
  if (!opened.ok) return new Map()
  return new Map(
    scalarsOf(opened.yaml).map((one) => [
      placeOf(one),
      { ...one, value: placeholderDefault(one.value) ?? one.value },
    ]),
  )
}

/** Objects of these kinds say in their own words, and not at the fields themselves, what others render. */
const speaking =
  /^(Kustomization|Component|HelmRelease|HelmChart|HelmChartConfig|Application|ApplicationSet|ConfigMap|Secret)$/
const autoscaler = /^(HorizontalPodAutoscaler|ScaledObject)$/

/** The value of a key beside or above a scalar. */
type Lookup = (path: YamlPath) => string | undefined

/**
 * The kind of the innermost Kubernetes object around a scalar; `undefined` for values files and patches without one. For an
 * autoscaler that names its target it is the kind of a manifest, as for a workload.
 */
function kindAround(path: YamlPath, at: Lookup): string | undefined {
  for (let length = path.length - 1; length >= 0; length -= 1) {
    const prefix = path.slice(0, length)
    const kind = at([...prefix, 'kind'])
    if (kind !== undefined && at([...prefix, 'apiVersion']) !== undefined)
      return autoscaler.test(kind) && at([...prefix, 'spec', 'scaleTargetRef', 'name']) === undefined
        ? undefined
        : kind
  }
  return undefined
}

/** The names of the list items that a path goes through, outermost first. */
const namesOn = (path: YamlPath, at: Lookup): readonly string[] =>
  path.flatMap((step, index) => {
    const name = typeof step === 'number' ? at([...path.slice(0, index + 1), 'name']) : undefined
    return name === undefined ? [] : [name]
  })

const lookupIn =
  (scalars: PlacedScalars, document: number): Lookup =>
  (path) =>
    scalars.get(placeKey(document, path))?.value

/** The words that address a scalar, innermost last: its keys, and what the same mapping says of it, such as a JSON pointer. */
export interface Address {
  readonly segments: readonly string[]
  /** Names of the list items around it. */
  readonly names: readonly string[]
  /** The container that the list of containers around it names. */
  readonly container: string | undefined
  /** Kind and name of the object that a patch around it is for, as far as they are given without a pattern. */
  readonly target: { readonly kind: string | undefined; readonly name: string | undefined }
}

/** The target of the patch in whose block of text a scalar is. Its names are patterns: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/ */
function targetOf(path: YamlPath, at: Lookup): Address['target'] {
  const holder = path.slice(0, Math.max(0, path.indexOf('|') - 1))
  const plain = (key: string): string | undefined => {
    const text = path.includes('|') ? at([...holder, 'target', key]) : undefined
    return text !== undefined && /^[\w-]+$/.test(text) ? text : undefined
  }
  return { kind: plain('kind'), name: plain('name') }
}

/**
 * Returns how a scalar is addressed; `undefined` for one that is no setting: in a manifest, whose fields are read as such,
 * or in the metadata of any object.
 */
export function addressOf(scalar: FoundScalar, scalars: PlacedScalars): Address | undefined {
  const { document, path, siblings } = scalar
  const at = lookupIn(scalars, document)
  const kind = kindAround(path, at)
  const inner = path.slice(path.lastIndexOf('|') + 1)
  if ((kind !== undefined && !speaking.test(kind)) || inner[0] === 'metadata') return undefined
  const keys = inner.filter((step): step is string => typeof step === 'string')
  // `{ name: autoscaling.minReplicas, value: 3 }`, `{ op: replace, path: /spec/minReplicas, value: 3 }`
  const said = path.at(-1) === 'value' ? ['name', 'path'].flatMap((key) => siblings.get(key) ?? []) : []
  const list = path.findLastIndex((step) => step === 'containers' || step === 'initContainers')
  return {
    segments: [...keys, ...said.flatMap((text) => text.split(/[/.]/))],
    names: namesOn(path, at),
    container: list === -1 ? undefined : at([...path.slice(0, list + 2), 'name']),
    target: targetOf(path, at),
  }
}

/** The words of a segment: `targetCPUUtilizationPercentage` has `target`, `cpu`, `utilization` and `percentage`. */
const wordsOf = (segment: string): readonly string[] =>
  segment
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')

type Meaning = readonly (readonly [meaning: string, words: ReadonlySet<string>])[]

const resources: Meaning = [
  ['cpu', new Set(['cpu', 'cpus', 'core', 'cores', 'millicores'])],
  ['memory', new Set(['memory', 'mem', 'ram', 'memlimit', 'gomemlimit'])],
]
const groups: Meaning = [
  ['requests', new Set(['request', 'requests'])],
  ['limits', new Set(['limit', 'limits'])],
]
const bounds: Meaning = [
  ['minReplicas', new Set(['min', 'minimum', 'least', 'lowest', 'lower', 'floor'])],
  ['maxReplicas', new Set(['max', 'maximum', 'most', 'highest', 'upper', 'ceiling'])],
]

/** The meaning of the innermost segment that has one. */
function meaningOf(segments: readonly string[], meanings: Meaning): string | undefined {
  for (const segment of [...segments].reverse()) {
    const words = wordsOf(segment)
    const found = meanings.find(([, known]) => words.some((word) => known.has(word)))
    if (found !== undefined) return found[0]
  }
  return undefined
}

const spelled = (segments: readonly string[], name: string): boolean =>
  segments.some((segment) =>
    segment
      .replace(/[^A-Za-z]/g, '')
      .toUpperCase()
      .includes(name),
  )

/** Whether words can address a field: they name its resource or bound, and nothing else. A schedule is no single scalar. */
export function canAddress({ segments }: Pick<Address, 'segments'>, field: Field): boolean {
  const [room = '', name = '', metric = ''] = field.split('.')
  if (field === scheduleField) return false
  if (field === 'env.GOMAXPROCS' || field === 'env.GOMEMLIMIT') return spelled(segments, name)
  if (spelled(segments, 'GOMAXPROCS') || spelled(segments, 'GOMEMLIMIT')) return false
  if (field === 'hpa.minReplicas' || field === 'hpa.maxReplicas') return meaningOf(segments, bounds) === name
  const [resource, isTarget] = [meaningOf(segments, resources), spelled(segments, 'UTILIZATION')]
  // The target of a trigger of KEDA is a plain `value`.
  const isTrigger = segments.includes('triggers') && segments.at(-1) === 'value'
  if (room === 'hpa')
    return (
      meaningOf(segments, bounds) === undefined &&
      (resource === metric || (resource === undefined && (isTarget || isTrigger)))
    )
  const group = meaningOf(segments, groups)
  return !isTarget && resource === name && (group === undefined || group === room)
}
