import { fieldUnit } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { parseQuantity } from '../model/quantity.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import { openYaml } from '../yaml/open.ts'
import type { FoundScalar } from '../yaml/scalars.ts'
import { scalarsOf } from '../yaml/scalars.ts'
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
  const ordered = [...inputs].sort((a, b) => Number(b.holder === true) - Number(a.holder === true))
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
  const file = await view.read(input.path)
  if (file === undefined) return []
  const { role, leaf, holder } = input
  const layer = { role, leaf, ...(holder === undefined ? {} : { holder }) }
  if (role === 'template') return templateLiterals(file).map((literal) => ({ ...literal, ...layer }))
  const opened = openYaml(file.path, file.text)
  if (!opened.ok) return []
  const { yaml } = opened
  return scalarsOf(yaml).flatMap((scalar): Candidate[] => {
    const shape = judge(scalar)
    if (shape === undefined) return []
    const { document, path, range, value, quote } = scalar
    const text = file.text.slice(...range)
    return [
      { file: file.path, ...layer, document, path, ...yaml.at(range[0]), range, text, value, quote, shape },
    ]
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
