import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import type { DeclaringKind } from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import { destination, helmValuesAt, translateApplication } from './application.ts'
import { generate } from './generators.ts'
import { fillTemplate } from './template.ts'

/** The Applications that an ApplicationSet generates. https://argo-cd.readthedocs.io/en/stable/user-guide/application-set/ */
export const applicationSet: DeclaringKind = {
  kind: 'ApplicationSet',
  mayBeIn: hasObjectOf('ApplicationSet'),
  // Generators make the paths, or find them by a pattern.
  computesPaths: (text) => /kind: *["']?ApplicationSet/m.test(text),
  valuesAt: (object) => helmValuesAt(object, ['spec', 'template', 'spec']),
  patchesAt: () => undefined,
  handsOn: (path) => path[0] === 'spec' && path.includes('helm'),
  configMaps: () => [],
  declares: async (object, { namespace, view }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'ApplicationSet' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    const applications = await applicationsOf(object, view)
    return applications.flatMap((application) => {
      const generated = textOf(valueAt(application, ['metadata', 'name']))
      if (generated === undefined) return []
      return [
        { object: { kind, name, namespace: own, generated }, namespace: destination(application) ?? own },
      ]
    })
  },
  translate: async ({ source, objects, view, findChart }) => {
    const object = findDeclaring(objects, source.declaredBy)
    const applications = object === undefined ? [] : await applicationsOf(object, view)
    const application = applications.find(
      (one) => valueAt(one, ['metadata', 'name']) === source.declaredBy.generated,
    )
    return application && translateApplication(application, { source, view, findChart })
  },
}

/** The template filled with each set of parameters. Generators that need a cluster or a forge give no sets. */
async function applicationsOf(object: JsonObject, view: RepositoryView): Promise<readonly JsonObject[]> {
  const template = valueAt(object, ['spec', 'template'])
  if (!isJsonObject(template)) return []
  const goTemplate = valueAt(object, ['spec', 'goTemplate']) === true
  const sets = await generate(valueAt(object, ['spec', 'generators']), { view, goTemplate })
  return sets.flatMap((parameters) => {
    const filled: Json | undefined = fillTemplate(template, parameters, goTemplate)
    return isJsonObject(filled) ? [filled] : []
  })
}
