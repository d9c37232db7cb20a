import { fieldUnit } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { placeholderDefault } from '../../model/placeholder.ts'
import { parseQuantity } from '../../model/quantity.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { scalarsOf } from '../../yaml/scalars.ts'
import { yamlInView } from '../yaml-in-view.ts'
import type { Candidate, NumberType } from './candidate.ts'
import { templateLiterals } from './template-literals.ts'

/** The type of a scalar that may set a field; `undefined` for any other scalar. */
export type Classifier = (scalar: FoundScalar) => NumberType | undefined

/** Every candidate in the files that a source reads, in the order of the files. Files that cannot be parsed have none. */
export async function findCandidates(
  inputs: readonly InputFile[],
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Candidate[]> {
  // Files of the declaring source come first: all its releases then give them the same markers, and share its rendering.
  const ordered = [...inputs].sort((a, b) => (b.levelsUp ?? 0) - (a.levelsUp ?? 0))
  const byPath = new Map(ordered.map((input) => [input.path, input]))
  const found = await Promise.all([...byPath.values()].map((input) => candidatesIn(input, view, classify)))
  return found.flat()
}

async function candidatesIn(
  input: InputFile,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Candidate[]> {
  if (!/\.(ya?ml|json|tpl)$|Kustomization$/.test(input.path)) return []
  const { role, topLayer, levelsUp, frozen } = input
  const layer = {
    role,
    topLayer,
    ...(levelsUp === undefined ? {} : { levelsUp }),
    ...(frozen === undefined ? {} : { frozen }),
  }
  const found =
    role === 'template' ? await literalsIn(input.path, view) : await scalarsIn(input.path, view, classify)
  return found.map((one) => ({ ...one, ...layer }))
}

type Found = Omit<Candidate, 'role' | 'topLayer'>

async function literalsIn(path: string, view: RepositoryView): Promise<readonly Found[]> {
  const file = await view.read(path)
  return file === undefined ? [] : templateLiterals(file)
}

const byName = new WeakMap<RepositoryView, Map<string, Promise<readonly Found[]>>>()

/** The candidates in a file. Those found by name are the same for every source that reads the file: they are kept per view. */
async function scalarsIn(
  path: string,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Found[]> {
  if (classify !== classifyByName) return classified(path, view, classify)
  const kept = byName.get(view) ?? new Map<string, Promise<readonly Found[]>>()
  byName.set(view, kept)
  const found = kept.get(path) ?? classified(path, view, classify)
  kept.set(path, found)
  return found
}

async function classified(
  path: string,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Found[]> {
  const yaml = await yamlInView(path, view)
  if (yaml === undefined) return []
  return scalarsOf(yaml).flatMap((written): Found[] => {
    const scalar = defaultIn(written, yaml.text)
    const type = classify(scalar)
    if (type === undefined) return []
    const { document, path: at, range, value, quote } = scalar
    const text = yaml.text.slice(...range)
    return [{ file: path, document, path: at, ...yaml.at(range[0]), range, text, value, quote, type }]
  })
}

/** A scalar; for a placeholder of Flux, the part of it that is the default: `500m` in `${CPU:=500m}`. */
function defaultIn(scalar: FoundScalar, text: string): FoundScalar {
  const value = placeholderDefault(scalar.value)
  const [start, end] = scalar.range
  const at = value === undefined ? -1 : text.slice(start, end).indexOf(scalar.value)
  if (value === undefined || at === -1) return scalar
  const first = start + at + scalar.value.length - 1 - value.length
  return { ...scalar, value, quote: '', range: [first, first + value.length] }
}

/** Classifies by name: the names that sizes, targets and bounds usually have. */
export const classifyByName: Classifier = (scalar) => {
  const subject = subjectOf(scalar)
  if (subject === undefined) return undefined
  const isNumber = /^\d+$/.test(scalar.value)
  if (/go_?max_?procs/i.test(subject)) return isNumber ? 'count' : undefined
  if (/go_?mem_?limit/i.test(subject)) return /^\d+([KMGT]i)?B?$/.test(scalar.value) ? 'go-memory' : undefined
  if (/(min|max)[-_.]?(replicas?|pods)|autoscaling\.(min|max)$/i.test(subject))
    return isNumber ? 'count' : undefined
  if (/util|target|threshold|average|percent/i.test(subject) && isNumber) return 'count'
  if (/cpu|mem/i.test(subject)) return parseQuantity(scalar.value) === undefined ? undefined : 'quantity'
  return undefined
}

/** What a scalar is called: its last keys, or the path of its JSON patch, or the name of its variable. */
function subjectOf({ path, siblings }: FoundScalar): string | undefined {
  const keys = path.filter((step): step is string => typeof step === 'string')
  const last = keys.at(-1)
  if (last === undefined || typeof path.at(-1) === 'number') return undefined
  // The target of a KEDA trigger: `triggers: [{type: cpu, metadata: {value: "60"}}]`.
  if (keys.at(-2) === 'metadata' && last === 'value') return 'targetValue'
  if (siblings.has('op')) {
    const isValue = last === 'value' && siblings.get('op') !== 'test'
    return isValue ? siblings.get('path')?.replaceAll('/', '.') : undefined
  }
  if (last === 'value' && siblings.has('name')) {
    const name = siblings.get('name') ?? ''
    return /^GO/.test(name) ? name : undefined
  }
  return keys.slice(-3).join('.')
}

/** Classifies by value: scalars whose name says nothing and whose value is one of those of the given fields. */
export function classifyByValue(fields: readonly ManifestField[]): Classifier {
  const counts = new Set(fields.filter(({ field }) => fieldUnit(field) === 'count').map(({ value }) => value))
  const sizes = new Set(
    fields.filter(({ value }) => !counts.has(value)).map(({ value }) => numericKey(value)),
  )
  const digits = new Set(fields.flatMap(({ value }) => /^(\d+)[A-Za-z]+$/.exec(value)?.[1] ?? []))
  return (scalar) => {
    const name = scalar.path.at(-1)
    if (classifyByName(scalar) !== undefined || typeof name !== 'string') return undefined
    // Charts often use their number of replicas as the lower bound of the autoscaler too.
    if (counts.has(scalar.value) && /replica|scal|count|min|max/i.test(name)) return 'count'
    // A template may write the unit itself: `4` for `4Gi`.
    if (digits.has(scalar.value) && /limit|request|size|ram|core|[gm]i?b?$/i.test(name)) return 'quantity'
    const isOther = /replica|port|version|revision|weight|seconds|period|count/i.test(name)
    return !isOther && parseQuantity(scalar.value) !== undefined && sizes.has(numericKey(scalar.value))
      ? 'quantity'
      : undefined
  }
}

const numericKey = (text: string): string => String(parseQuantity(text)?.nano ?? text)
