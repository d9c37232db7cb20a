import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { identify } from '../../plugin/model/manifest.ts'
import type { YamlPath } from '../../plugin/model/site.ts'
import type { HelmSource } from '../helm/source.ts'
import { findKustomization } from '../kustomize/file.ts'
import type { KustomizeSource } from '../kustomize/source.ts'
import type { PlainSource } from '../plain/source.ts'
import type { DeclaringKind, Translation, TranslationContext } from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import type { PartContext } from './chart-part.ts'
import { chartPart } from './chart-part.ts'
import { chartOf } from './chart-reference.ts'

/** What an Argo CD Application renders. https://argo-cd.readthedocs.io/en/stable/user-guide/ */
export const application: DeclaringKind = {
  kind: 'Application',
  mayBeIn: hasObjectOf('Application'),
  valuesAt: (object) => helmValuesAt(object, ['spec']),
  // Of several sources, nothing says which one a patch is for.
  patchesAt: (object) =>
    valueAt(object, ['spec', 'sources']) === undefined
      ? ['spec', 'source', 'kustomize', 'patches']
      : undefined,
  handsOn: (path) => path[0] === 'spec' && path.includes('helm'),
  configMaps: () => [],
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'Application' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    return [{ object: { kind, name, namespace: own }, namespace: destination(object) ?? own }]
  },
  translate: async ({ objects, ...context }) => {
    const object = findDeclaring(objects, context.source.declaredBy)
    return object && translateApplication(object, context)
  },
}

/** The namespace that the objects of an Application are deployed to. */
export const destination = (object: JsonObject): string | undefined =>
  textOf(valueAt(object, ['spec', 'destination', 'namespace']))

/** Where an Application, or the template of an ApplicationSet, holds values: as a mapping, or as a text (`|` in the path). */
export function helmValuesAt(
  object: JsonObject,
  spec: YamlPath,
): { readonly path: YamlPath; readonly written: boolean } {
  const sources = listOf(valueAt(object, [...spec, 'sources']))
  const index = sources.findIndex((one) => valueAt(one, ['path']) !== undefined)
  const helm = index === -1 ? [...spec, 'source', 'helm'] : [...spec, 'sources', index, 'helm']
  if (typeof valueAt(object, [...helm, 'values']) === 'string')
    return { path: [...helm, 'values', '|'], written: true }
  const path = [...helm, 'valuesObject']
  return { path, written: valueAt(object, path) !== undefined }
}

/**
 * The chart, kustomization or directory of each source of an Application that is in this repository, with its options;
 * `undefined` when none is. Values files win over the chart, `values` or `valuesObject` over files, parameters over all.
 */
export async function translateApplication(
  object: JsonObject,
  { source, view, findChart }: Pick<TranslationContext, 'source' | 'view' | 'findChart'>,
): Promise<Translation | undefined> {
  const own = [valueAt(object, ['spec', 'source']), ...listOf(valueAt(object, ['spec', 'sources']))]
  const shared = {
    id: source.id,
    namespace: destination(object) ?? 'default',
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
  }
  const name = textOf(valueAt(object, ['metadata', 'name'])) ?? source.declaredBy.name
  const parts = await Promise.all(
    own.map((one) => partOf(one, { shared, view, name, charts: source.charts, findChart })),
  )
  const found = parts.filter((part) => part !== undefined)
  return found.length === 0 ? undefined : { parts: found }
}

async function partOf(
  source: Json | undefined,
  context: PartContext,
): Promise<HelmSource | KustomizeSource | PlainSource | undefined> {
  const { shared, view } = context
  const path = await pathOf(source, context)
  if (path === undefined || (await view.kind(path)) !== 'directory') return undefined
  if ((await view.kind(posix.join(path, 'Chart.yaml'))) === 'file') return chartPart(source, path, context)
  if ((await findKustomization(view, path)) !== undefined) {
    const additions = additionsOf(valueAt(source, ['kustomize']))
    return { kind: 'kustomize', ...shared, path, ...(additions === undefined ? {} : { additions }) }
  }
  const directory = (key: string): string | undefined => textOf(valueAt(source, ['directory', key]))
  const [include, exclude] = [directory('include'), directory('exclude')]
  return {
    kind: 'plain',
    ...shared,
    path,
    recurse: valueAt(source, ['directory', 'recurse']) === true,
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
}

/** The path of a source in this repository, or of its chart from elsewhere. */
async function pathOf(source: Json | undefined, { findChart }: PartContext): Promise<string | undefined> {
  const [path, chart] = [textOf(valueAt(source, ['path'])), textOf(valueAt(source, ['chart']))]
  if (chart !== undefined) return findChart(chartOf(source, chart))
  // A source with only a `ref` has no path: other sources read its files.
  return path === undefined
    ? undefined
    : posix
        .normalize(path)
        .replace(/^\.?\//, '')
        .replace(/\/$/, '') || '.'
}

const replaced = ['namePrefix', 'nameSuffix', 'namespace'] as const
const appended = ['patches', 'components'] as const

/** What the Kustomize options of an Application add; `undefined` without any that matter for sizes. */
function additionsOf(options: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(options)) return undefined
  const given = [...replaced, ...appended].flatMap((key) => {
    const value: Json | undefined = options[key]
    return value === undefined || value === '' ? [] : [[key, value] as const]
  })
  return given.length === 0 ? undefined : Object.fromEntries(given)
}
