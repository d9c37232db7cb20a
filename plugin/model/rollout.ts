import { type JsonObject, type JsonPath, textOf, valueAt } from './json.ts'

/** How a change of a source reaches its cluster: what the object that declares the source says about it. */
export interface Rollout {
  /** A sentence: `Argo CD syncs Application web automatically`. */
  readonly by: string
  /** A sentence on why that does not happen by itself; absent when it does. */
  readonly held?: string
  /** A sentence on where the live object differs from Git; absent when it does not, or no cluster was read. */
  readonly differs?: string
  /** The fields whose changes it does not roll out. */
  readonly ignores?: readonly IgnoreRule[]
  /** Whether Flux applies the objects, so that their annotations can keep Flux from it. */
  readonly byFlux?: boolean
  /** What may set variables in the objects, and is not read: `Secret cluster-secrets`. */
  readonly variablesFrom?: string
}

/** Fields of some objects that are ignored. */
export interface IgnoreRule {
  /** The object that has the rule. */
  readonly owner: string
  readonly group: string
  readonly kind: string
  readonly name?: string
  readonly namespace?: string
  /** A JSON pointer, or an expression of jq. */
  readonly path: string
}

/** The rollouts of the source of a proposal. */
export interface SourceRollout {
  readonly source: string
  readonly rollouts: readonly Rollout[]
}

/** Why a change of a field of a rendered object is not rolled out, by the source that renders it; `undefined` when it is. */
export function notRolledOut(
  object: JsonObject | undefined,
  path: JsonPath,
  rollout: Rollout | undefined,
): string | undefined {
  if (object === undefined || rollout === undefined) return undefined
  const rule = rollout.ignores?.find((one) => concerns(one, object) && covers(one.path, object, path))
  if (rule !== undefined)
    return `${rule.owner} ignores differences in ${rule.path}, so a change of it is not rolled out; remove that rule of ignoreDifferences first`
  return rollout.byFlux === true ? refusedByFlux(object) : undefined
}

/** The values with which an object keeps Flux from changing it, by annotation or label. */
const fluxSwitches: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['kustomize.toolkit.fluxcd.io/reconcile', ['disabled']],
  ['kustomize.toolkit.fluxcd.io/ssa', ['Ignore', 'IfNotPresent']],
]

function refusedByFlux(object: JsonObject): string | undefined {
  for (const [name, values] of fluxSwitches) {
    for (const place of ['annotations', 'labels']) {
      const value = textOf(valueAt(object, ['metadata', place, name]))
      if (value !== undefined && values.includes(value))
        return `its object has ${name}: ${value}, so Flux does not change it; remove that first`
    }
  }
  return undefined
}

function concerns({ group, kind, name, namespace }: IgnoreRule, object: JsonObject): boolean {
  const apiVersion = textOf(object['apiVersion']) ?? ''
  const own = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  const metadata = (key: string): string | undefined => textOf(valueAt(object, ['metadata', key]))
  return (
    (group === '*' || group === own) &&
    (kind === '*' || kind === object['kind']) &&
    (name === undefined || name === metadata('name')) &&
    (namespace === undefined || metadata('namespace') === undefined || namespace === metadata('namespace'))
  )
}

/** Whether a rule's path is a field or something around it. An expression that cannot be read covers what it names. */
function covers(rule: string, object: JsonObject, path: JsonPath): boolean {
  const steps = rule.startsWith('/') ? pointerSteps(rule) : expressionSteps(rule)
  if (steps === undefined) return path.some((step) => typeof step === 'string' && rule.includes(`.${step}`))
  return (
    steps.length <= path.length &&
    steps.every((step, index) => isStep(step, path[index], valueAt(object, path.slice(0, index + 1))))
  )
}

/** A step of a path: a key, a position, any item of a list, or an item of a name. */
type Step = string | { readonly item: string | undefined }

const isStep = (
  step: Step,
  wanted: string | number | undefined,
  value: JsonObject[string] | undefined,
): boolean =>
  typeof step === 'string'
    ? step === String(wanted)
    : typeof wanted === 'number' && (step.item === undefined || step.item === valueAt(value, ['name']))

const pointerSteps = (pointer: string): readonly Step[] =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The steps of `.spec.list[].key`, with `| select(.name == "x")` after a list; `undefined` for other expressions. */
function expressionSteps(expression: string): readonly Step[] | undefined {
  const steps: Step[] = []
  let rest = expression.trim()
  while (rest !== '') {
    const found =
      /^\s*\|?\s*(?:\.?\["([^"]*)"\]|\.?\[(\d*)\]|\.([\w-]+)|select\(\s*\.name\s*==\s*"([^"]*)"\s*\))\s*/.exec(
        rest,
      )
    if (found === null) return undefined
    const [whole, quoted, index, key, name] = found
    if (name !== undefined) {
      if (typeof steps.at(-1) !== 'object') return undefined
      steps.splice(-1, 1, { item: name })
    } else steps.push(index === '' ? { item: undefined } : (quoted ?? key ?? index ?? ''))
    rest = rest.slice(whole.length)
  }
  return steps
}
