import { fieldUnit } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { parseQuantity } from '../../model/quantity.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { scalarsOf } from '../../yaml/scalars.ts'
import { yamlInView } from '../yaml-in-view.ts'
import type { Candidate, Shape } from './candidate.ts'
import { templateLiterals } from './template-literals.ts'

/** Says which shape a scalar has, or that it is none of our business. */
export type Judge = (scalar: FoundScalar) => Shape | undefined

/** Every candidate in the files that a source reads, in file order. Files that do not parse hold none. */
export async function findCandidates(
  inputs: readonly InputFile[],
  view: RepositoryView,
  judge: Judge,
): Promise<readonly Candidate[]> {
  // Those of a release's holder come first: its dyes are then the same for all its releases, and so is its rendering.
  const ordered = [...inputs].sort((a, b) => (b.above ?? 0) - (a.above ?? 0))
  const byPath = new Map(ordered.map((input) => [input.path, input]))
  const found = await Promise.all([...byPath.values()].map((input) => candidatesIn(input, view, judge)))
  return found.flat()
}

async function candidatesIn(
  input: InputFile,
  view: RepositoryView,
  judge: Judge,
): Promise<readonly Candidate[]> {
  if (!/\.(ya?ml|json|tpl)$|Kustomization$/.test(input.path)) return []
  const { role, leaf, above } = input
  const layer = { role, leaf, ...(above === undefined ? {} : { above }) }
  const found =
    role === 'template' ? await literalsIn(input.path, view) : await scalarsIn(input.path, view, judge)
  return found.map((one) => ({ ...one, ...layer }))
}

type Found = Omit<Candidate, 'role' | 'leaf'>

async function literalsIn(path: string, view: RepositoryView): Promise<readonly Found[]> {
  const file = await view.read(path)
  return file === undefined ? [] : templateLiterals(file)
}

const byName = new WeakMap<RepositoryView, Map<string, Promise<readonly Found[]>>>()

/** The candidates in a file. What goes by name is the same for every source that reads it, and is kept with the view. */
async function scalarsIn(path: string, view: RepositoryView, judge: Judge): Promise<readonly Found[]> {
  if (judge !== looksLikeSize) return judged(path, view, judge)
  const kept = byName.get(view) ?? new Map<string, Promise<readonly Found[]>>()
  byName.set(view, kept)
  const found = kept.get(path) ?? judged(path, view, judge)
  kept.set(path, found)
  return found
}

async function judged(path: string, view: RepositoryView, judge: Judge): Promise<readonly Found[]> {
  const yaml = await yamlInView(path, view)
  if (yaml === undefined) return []
  return scalarsOf(yaml).flatMap((scalar): Found[] => {
    const shape = judge(scalar)
    if (shape === undefined) return []
    const { document, path: at, range, value, quote } = scalar
    const text = yaml.text.slice(...range)
    return [{ file: path, document, path: at, ...yaml.at(range[0]), range, text, value, quote, shape }]
  })
}

/** Judges by name: what a size, a target or a bound is usually called. */
export const looksLikeSize: Judge = (scalar) => {
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

/** The words that say what a scalar is: its last keys, or the path of the JSON patch or name of the variable beside it. */
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

/** Judges by value: a scalar of no telling name whose value is one of those sought. */
export function valueAmong(fields: readonly ManifestField[]): Judge {
  const counts = new Set(fields.filter(({ field }) => fieldUnit(field) === 'count').map(({ value }) => value))
  const sizes = new Set(
    fields.filter(({ value }) => !counts.has(value)).map(({ value }) => numericKey(value)),
  )
  return (scalar) => {
    const name = scalar.path.at(-1)
    if (looksLikeSize(scalar) !== undefined || typeof name !== 'string') return undefined
    // A chart's number of replicas often doubles as the lower bound of its autoscaler.
    if (counts.has(scalar.value) && /replica|scal|count|min|max/i.test(name)) return 'count'
    const isOther = /replica|port|version|revision|weight|seconds|period|count/i.test(name)
    return !isOther && parseQuantity(scalar.value) !== undefined && sizes.has(numericKey(scalar.value))
      ? 'quantity'
      : undefined
  }
}

const numericKey = (text: string): string => String(parseQuantity(text)?.nano ?? text)
