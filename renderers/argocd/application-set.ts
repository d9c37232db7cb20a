import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import { concernsOneSource, stop } from '../../plugin/model/problem.ts'
import type { DeclaringKind, DeclaringPorts } from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import { destination, helmValuesAt, translateApplication } from './application.ts'
import { generateOne } from './generators.ts'
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
    path[0] === 'spec' && (path.includes('helm') || path[1] === 'generators' || path[1] === 'templatePatch'),
  configMaps: () => [],
  declares: async (object, context) => {
    const found = identify(object, context.namespace)
    if (found?.kind !== 'ApplicationSet' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    const { applications, missing } = await applicationsOf(object, own, context)
    const made = applications.flatMap((application) => {
      const generated = textOf(valueAt(application, ['metadata', 'name']))
      if (generated === undefined) return []
      return [
        { object: { kind, name, namespace: own, generated }, namespace: destination(application) ?? own },
      ]
    })
    // The set itself is listed for the Applications that it makes and that are not known here.
    return missing.length === 0 ? made : [...made, { object: { kind, name, namespace: own }, namespace: own }]
  },
  translate: async ({ objects, ...context }) => {
    const { declaredBy } = context.source
    const object = findDeclaring(objects, declaredBy)
    if (object === undefined) return undefined
    const { applications, missing } = await applicationsOf(object, declaredBy.namespace, context)
    if (declaredBy.generated === undefined)
      throw stop('source.render', missing.join('; ') || 'all its Applications are known', {
        place: { file: context.source.path },
      })
    const application = applications.find(
      (one) => valueAt(one, ['metadata', 'name']) === declaredBy.generated,
    )
    return application && translateApplication(application, context)
  },
}

/** The Applications that an ApplicationSet makes, and why others are not known. */
interface Generated {
  readonly applications: readonly JsonObject[]
  readonly missing: readonly string[]
}

async function applicationsOf(object: JsonObject, at: string, ports: DeclaringPorts): Promise<Generated> {
  const goTemplate = valueAt(object, ['spec', 'goTemplate']) === true
  const generators = listOf(valueAt(object, ['spec', 'generators']))
  const made = await Promise.all(
    generators.map(async (generator: Json): Promise<Generated> => {
      try {
        const sets = await generateOne(generator, { ...ports, goTemplate, at })
        return { applications: await filledTemplates(object, sets, { ...ports, goTemplate }), missing: [] }
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
