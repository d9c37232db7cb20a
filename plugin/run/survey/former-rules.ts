import type { JsonObject } from '../../model/json.ts'
import { isJsonObject, listOf, textOf, valueAt } from '../../model/json.ts'
import { identify } from '../../model/manifest.ts'
import { tortoisePolicies } from '../../model/scaling-policy.ts'
import { verticalPolicy } from '../../model/surrounding-objects.ts'
import type { VerticalPolicy } from '../../model/surroundings.ts'
import { printValue } from '../../model/value.ts'

/** The programs whose objects `tortoise init --from` takes rules from. */
export const formerPrograms = ['tortoise', 'vpa', 'goldilocks', 'krr'] as const
export type FormerProgram = (typeof formerPrograms)[number]

/** An object of a rendering; the namespace is `''` where nothing names one. */
export interface PlacedObject {
  readonly object: JsonObject
  readonly namespace: string
  /** The delivery stage that the paths of its source name. */
  readonly stage?: string
}

/** A rule as settings will have it, with what it comes from. */
export interface FormerRule {
  readonly match: Readonly<Record<string, string>>
  readonly [what: string]: unknown
  readonly cpu?: string
  readonly memory?: string
  readonly minimum?: Readonly<Record<string, string>>
  readonly maximum?: Readonly<Record<string, string>>
}

/** An object that still changes pods: values that it owns are skipped until it is Off. */
export interface ActiveWriter {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly mode: string
  /** The path of its mode in the object. */
  readonly path: readonly string[]
}

/** What the objects of another program say. */
export interface Former {
  readonly rules: readonly FormerRule[]
  readonly recommend: Readonly<Record<string, string>>
  readonly writers: readonly ActiveWriter[]
  /** What has no equal here, as sentences without a full stop. */
  readonly notes?: readonly string[]
  /** Number of objects that were read. */
  readonly found: number
}

const nothing: Former = { rules: [], recommend: {}, writers: [], found: 0 }

/** Reads the policies, bounds and modes of another program's objects as rules. */
export function formerRules(program: FormerProgram, objects: readonly PlacedObject[]): Former {
  const all = objects.map((one) => readers[program](one)).filter((one) => one.found > 0)
  return {
    rules: distinct(all.flatMap((one) => one.rules)),
    recommend: Object.assign({}, ...all.map(({ recommend }) => recommend)),
    writers: distinct(all.flatMap(({ writers }) => writers)),
    notes: distinct(all.flatMap(({ notes = [] }) => notes)),
    found: all.length,
  }
}

const distinct = <T>(all: readonly T[]): readonly T[] => [
  ...new Map(all.map((one) => [JSON.stringify(one), one])).values(),
]

type Reader = (one: PlacedObject) => Former

const readers: Readonly<Record<FormerProgram, Reader>> = {
  vpa: verticalRules,
  tortoise: tortoiseRules,
  goldilocks: goldilocksRules,
  krr: krrSettings,
}

const matchOf = (namespace: string, workload: string, container?: string): FormerRule['match'] => ({
  ...(namespace === '' ? {} : { namespace }),
  workload,
  ...(container === undefined || container === '*' ? {} : { container }),
})

function verticalRules({ object, namespace }: PlacedObject): Former {
  const found = identify(object, namespace)
  const [kind, name] = ['kind', 'name'].map((key) => textOf(valueAt(object, ['spec', 'targetRef', key])))
  if (found?.kind !== 'VerticalPodAutoscaler' || kind === undefined || name === undefined) return nothing
  const path = ['spec', 'updatePolicy', 'updateMode']
  const mode = textOf(valueAt(object, path)) ?? 'Recreate'
  const policies = listOf(valueAt(object, ['spec', 'resourcePolicy', 'containerPolicies'])).map(
    verticalPolicy,
  )
  // The last of several rules wins, and a policy for all containers is for those without one of their own.
  const ordered = policies.toSorted(
    (one, other) => Number(other.container === '*') - Number(one.container === '*'),
  )
  const isOff = ordered.some((one) => one.container === '*' && (one.isOff || one.resources.length < 2))
  return {
    rules: ordered.flatMap((one) =>
      policyRule(one, { match: matchOf(found.namespace, `${kind}/${name}`, one.container), isOff }),
    ),
    recommend: {},
    writers:
      mode === 'Off' ? [] : [{ kind: found.kind, namespace: found.namespace, name: found.name, mode, path }],
    found: 1,
  }
}

interface RulePlace {
  readonly match: FormerRule['match']
  /** Whether a rule before it switches a resource off. */
  readonly isOff: boolean
}

function policyRule(
  { isOff, resources, minimum, maximum }: VerticalPolicy,
  { match, isOff: isOffBefore }: RulePlace,
): readonly FormerRule[] {
  const on = isOffBefore && match['container'] !== undefined ? 'On' : undefined
  const policy = (resource: 'cpu' | 'memory'): object => {
    const own = isOff || !resources.includes(resource) ? 'Off' : on
    return own === undefined ? {} : { [resource]: own }
  }
  const rule = {
    match,
    ...policy('cpu'),
    ...policy('memory'),
    ...bounds('minimum', minimum),
    ...bounds('maximum', maximum),
  }
  return Object.keys(rule).length > 1 ? [rule] : []
}

function bounds(name: 'minimum' | 'maximum', amounts: Readonly<Record<string, string>>): object {
  const own = Object.fromEntries(
    Object.entries(amounts).filter(([resource]) => resource === 'cpu' || resource === 'memory'),
  )
  return Object.keys(own).length === 0 ? {} : { [name]: own }
}

type Growing = { match: FormerRule['match'] } & Record<string, unknown>

function tortoiseRules({ object, namespace }: PlacedObject): Former {
  const found = identify(object, namespace)
  if (found?.kind !== 'Tortoise' || !found.apiVersion.startsWith('autoscaling.mercari.com/')) return nothing
  const target = valueAt(object, ['spec', 'targetRefs', 'scaleTargetRef'])
  const workload = `${textOf(valueAt(target, ['kind'])) ?? 'Deployment'}/${textOf(valueAt(target, ['name'])) ?? ''}`
  const path = ['spec', 'updateMode']
  const mode = textOf(valueAt(object, path)) ?? 'Off'
  const rules = new Map<string, Growing>()
  for (const one of tortoisePolicies(object)) {
    const key = one.container ?? ''
    const rule: Growing = rules.get(key) ?? { match: matchOf(found.namespace, workload, one.container) }
    rules.set(key, rule)
    // Also `On`: without a rule, the object itself sets Off when it is switched off.
    if (one.policy !== undefined) rule[one.resource] = one.policy
    for (const part of ['minimum', 'maximum'] as const) {
      const value = one[part]
      if (value === undefined) continue
      const known = rule[part]
      rule[part] = {
        ...(typeof known === 'object' ? known : {}),
        [one.resource]: printValue(`requests.${one.resource}`, value),
      }
    }
  }
  return {
    rules: [...rules.values()].filter((rule) => Object.keys(rule).length > 1),
    recommend: {},
    writers:
      mode === 'Auto' ? [{ kind: found.kind, namespace: found.namespace, name: found.name, mode, path }] : [],
    found: 1,
  }
}

const goldilocks = 'goldilocks.fairwinds.com/'

/** Goldilocks: https://goldilocks.docs.fairwinds.com/advanced/. A namespace that is switched off is only reported. */
function goldilocksRules({ object, namespace }: PlacedObject): Former {
  const found = identify(object, namespace)
  const label = (name: string): string | undefined =>
    textOf(valueAt(object, ['metadata', 'labels', `${goldilocks}${name}`])) ??
    textOf(valueAt(object, ['metadata', 'annotations', `${goldilocks}${name}`]))
  const [enabled, excluded] = [label('enabled'), label('exclude-containers')]
  if (found === undefined || (enabled === undefined && excluded === undefined)) return nothing
  const isSpace = found.kind === 'Namespace'
  const match = isSpace ? { namespace: found.name } : matchOf(found.namespace, `${found.kind}/${found.name}`)
  const off = enabled === 'false' ? [{ match, delivery: 'report' }] : []
  const containers = (excluded ?? '').split(',').map((one) => one.trim())
  const skipped = containers
    .filter((one) => one !== '')
    .map((container) => ({ match: { ...match, container }, cpu: 'Off', memory: 'Off' }))
  return { rules: [...off, ...skipped], recommend: {}, writers: [], found: 1 }
}

/** The arguments of a KRR that runs as a CronJob or Job: https://github.com/robusta-dev/krr */
function krrSettings({ object }: PlacedObject): Former {
  const template =
    valueAt(object, ['spec', 'jobTemplate', 'spec', 'template']) ?? valueAt(object, ['spec', 'template'])
  const containers = listOf(valueAt(template, ['spec', 'containers']))
  const commands = containers
    .filter(isJsonObject)
    .map((one) =>
      [...listOf(one['command']), ...listOf(one['args'])].flatMap((word) => textOf(word) ?? []).join(' '),
    )
  const command = commands.find((one) => /\bkrr(?:\.py)?\b/.test(one))
  if (command === undefined) return nothing
  const flags = [...command.matchAll(/--(?:cpu[-_]percentile|memory[-_]buffer[-_]percentage)[= ]\d+/g)]
  const given = flags
    .map(([flag]) => flag)
    .filter((flag) => !/percentile[= ]95$|percentage[= ]15$/.test(flag))
  const note = `the job passes ${given.join(' and ')}; the profile krr always uses a percentile of 95 and a buffer of 15 %`
  return {
    rules: [],
    recommend: { profile: 'krr' },
    writers: [],
    notes: given.length === 0 ? [] : [note],
    found: 1,
  }
}
