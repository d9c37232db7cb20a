import { fieldUnit } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { parseQuantity } from '../../model/quantity.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import type { NumberType } from './candidate.ts'

/** The type of a scalar that may set a field; `undefined` for any other scalar. */
export type Classifier = (scalar: FoundScalar) => NumberType | undefined

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
  if (/cpu|mem|ephemeral/i.test(subject))
    return parseQuantity(scalar.value) === undefined ? undefined : 'quantity'
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
    if (
      counts.has(scalar.value) &&
      /replica|scal|count|min|max|least|most|low|upper|high|floor|ceil|pods/i.test(name)
    )
      return 'count'
    // A template may write the unit itself: `4` for `4Gi`.
    if (digits.has(scalar.value) && /limit|request|size|ram|core|[gm]i?b?$/i.test(name)) return 'quantity'
    const isOther = /replica|port|version|revision|weight|seconds|period|count/i.test(name)
    return !isOther && parseQuantity(scalar.value) !== undefined && sizes.has(numericKey(scalar.value))
      ? 'quantity'
      : undefined
  }
}

const numericKey = (text: string): string => String(parseQuantity(text)?.nano ?? text)
