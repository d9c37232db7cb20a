import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'
import { identify } from '../../plugin/model/manifest.ts'
import { concernsOneSource, stop } from '../../plugin/model/problem.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'
import type { DeclaringKind, DeclaringPorts } from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import { deployedTo, helmValuesAt, translateApplication } from './application.ts'
import { generateOne } from './generators.ts'
import { ledBack } from './live-applications.ts'
import { filledTemplates } from './template.ts'

/** The Applications that an ApplicationSet generates. https://argo-cd.readthedocs.io/en/stable/user-guide/application-set/ */
export const applicationSet: DeclaringKind = {
  kind: 'ApplicationSet',
  mayBeIn: hasObjectOf('ApplicationSet'),
  // Generators make the paths, or find them by a pattern.
  computesPaths: (text) => /kind: *["']?ApplicationSet/m.test(text),
  valuesAt: (object) => helmValuesAt(object, ['spec', 'template', 'spec']),
  patchesAt: () => undefined,
  handsOn: (path) =>
    path[0] === 'spec' &&
    (path.includes('helm') ||
      path.includes('kustomize') ||
      path[1] === 'generators' ||
      path[1] === 'templatePatch'),
  configMaps: () => [],
  declares: async (object, context) => {
    const found = identify(object, context.namespace)
    if (found?.kind !== 'ApplicationSet' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    const { applications, missing } = await applicationsOf({ object, base: object }, own, context)
    const made = applications.flatMap(({ application, cluster }) => {
      const generated = nameIn(application)
      if (generated === undefined) return []
      const object = { kind, name, namespace: own, generated }
      const where = cluster === undefined ? {} : { cluster }
      return [{ object, ...deployedTo(application, own), ...where }]
    })
    // The set itself is listed for the Applications that it makes and that are not known here.
    return missing.length === 0 ? made : [...made, { object: { kind, name, namespace: own }, namespace: own }]
  },
  translate: async (context) => {
    const { declaredBy } = context.source
    const object = findDeclaring(context.objects, declaredBy)
    const base = findDeclaring(await context.base(), declaredBy)
    if (object === undefined || base === undefined) return undefined
    const { applications, missing } = await applicationsOf({ object, base }, declaredBy.namespace, context)
    if (declaredBy.generated === undefined)
      throw stop('source.render', missing.join('; ') || 'all its Applications are known', {
        place: { file: context.source.path },
      })
    const named = (all: Generated['applications']) =>
      all.find((one) => nameIn(one.application) === declaredBy.generated)?.application
    const application = named(applications)
    const unedited = await applicationsOf({ object: base, base }, declaredBy.namespace, context)
    const translation =
      application &&
      (await translateApplication({ object: application, base: named(unedited.applications) }, context))
    return translation && { ...translation, rollout: heldBySet(translation.rollout, object) }
  },
}

/** A rollout with what keeps an ApplicationSet from changing the Applications that it made. */
function heldBySet(rollout: Rollout | undefined, set: JsonObject): Rollout {
  const name = `ApplicationSet ${textOf(valueAt(set, ['metadata', 'name']))}`
  const policy = textOf(valueAt(set, ['spec', 'syncPolicy', 'applicationsSync'])) ?? ''
  const isKept = policy === 'create-only' || policy === 'create-delete'
  const ignored = listOf(valueAt(set, ['spec', 'ignoreApplicationDifferences'])).length > 0
  const held = [
    ...(rollout?.held === undefined ? [] : [rollout.held]),
    ...(isKept ? [`${name} does not change Applications that exist (applicationsSync: ${policy})`] : []),
    ...(ignored ? [`${name} ignores some differences of its Applications`] : []),
  ].join('. ')
  return { by: '', ...rollout, ...(held === '' ? {} : { held }) }
}

/** The Applications that an ApplicationSet makes, and why others are not known. */
interface Generated {
  readonly applications: readonly {
    readonly application: JsonObject
    /** Where it rolls out, if only the cluster knows it. */
    readonly cluster?: string
  }[]
  readonly missing: readonly string[]
}

/** An ApplicationSet, and the same one without pending edits. */
interface DeclaredSet {
  readonly object: JsonObject
  readonly base: JsonObject
}

async function applicationsOf(
  { object, base }: DeclaredSet,
  namespace: string,
  ports: DeclaringPorts,
): Promise<Generated> {
  const made = await generatedApplications(object, namespace, ports)
  if (made.missing.length === 0) return made
  const known = new Set(made.applications.map(({ application }) => nameIn(application)))
  const set = nameIn(object)
  const live = byName(ports.live).filter(
    (one) => one.generator === set && one.namespace === namespace && !known.has(one.name),
  )
  const [template, current] = [base, object].map((one) => valueAt(one, ['spec', 'template']))
  if (!isJsonObject(template) || !isJsonObject(current) || live.length === 0) return made
  const led = live.flatMap((one) => {
    // One of a cluster that is not read has no usage, but it reads the same files.
    const { cluster = `the destination of ${one.name}` } = one
    return ledBack(template, current, [one]).map((application) => ({ application, cluster }))
  })
  // Once every live Application is known, nothing is missing that runs.
  return {
    applications: [...made.applications, ...led],
    missing: led.length === live.length ? [] : made.missing,
  }
}

/** Live declarations, each once: a hub is read for each of its clusters. */
const byName = (live: readonly LiveDeclaration[]): readonly LiveDeclaration[] => {
  const known = live.filter(({ cluster }) => cluster !== undefined)
  const all = [...live, ...known].map((one) => [`${one.kind}/${one.namespace}/${one.name}`, one] as const)
  return [...new Map(all).values()]
}

const nameIn = (object: JsonObject): string | undefined => textOf(valueAt(object, ['metadata', 'name']))

/** What the generators give that this repository can answer. */
async function generatedApplications(
  object: JsonObject,
  at: string,
  ports: DeclaringPorts,
): Promise<Generated> {
  const goTemplate = valueAt(object, ['spec', 'goTemplate']) === true
  const generators = listOf(valueAt(object, ['spec', 'generators']))
  const made = await Promise.all(
    generators.map(async (generator: Json): Promise<Generated> => {
      try {
        const sets = await generateOne(generator, { ...ports, goTemplate, at })
        const filled = await filledTemplates(object, sets, { ...ports, goTemplate })
        return { applications: filled.map((application) => ({ application })), missing: [] }
      } catch (error) {
        if (!concernsOneSource(error)) throw error
        return { applications: [], missing: [error.problems[0]?.message ?? error.message] }
      }
    }),
  )
  return {
    applications: made.flatMap(({ applications }) => applications),
    missing: made.flatMap(({ missing }) => missing),
  }
}
