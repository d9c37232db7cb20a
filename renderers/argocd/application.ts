import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { liveOf } from '../../plugin/model/live-declaration.ts'
import { identify } from '../../plugin/model/manifest.ts'
import { concernsOneSource, type ExpectedStop } from '../../plugin/model/problem.ts'
import type { YamlPath } from '../../plugin/model/site.ts'
import { withDifferences, withLive } from '../live/with-live.ts'
import type {
  DeclaredRelease,
  DeclaringKind,
  Translation,
  TranslationContext,
} from '../release/declaring-kind.ts'
import { hasObjectOf } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import type { PartContext } from './part-context.ts'
import { rolloutOf } from './rollout.ts'
import { partOf, type SourcePart } from './source-part.ts'

/** What an Argo CD Application renders. https://argo-cd.readthedocs.io/en/stable/user-guide/ */
export const application: DeclaringKind = {
  kind: 'Application',
  mayBeIn: hasObjectOf('Application'),
  valuesAt: (object) => helmValuesAt(object, ['spec']),
  // Of several sources, nothing says which one a patch is for.
  patchesAt: (object) =>
    valueAt(object, ['spec', 'sources']) === undefined &&
    valueAt(object, ['spec', 'sourceHydrator']) === undefined
      ? ['spec', 'source', 'kustomize', 'patches']
      : undefined,
  handsOn: (path) => path[0] === 'spec' && (path.includes('helm') || path.includes('kustomize')),
  configMaps: () => [],
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'Application' || !found.apiVersion.startsWith('argoproj.io/')) return []
    const { kind, name, namespace: own } = found
    return [{ object: { kind, name, namespace: own }, ...deployedTo(object, own) }]
  },
  translate: async (context) => {
    const { declaredBy } = context.source
    const object = findDeclaring(context.objects, declaredBy)
    const base = findDeclaring(await context.base(), declaredBy)
    return object && translateApplication({ object, base }, context)
  },
}

/** The namespace that the objects of an Application are deployed to. */
const destination = (object: JsonObject): string | undefined =>
  textOf(valueAt(object, ['spec', 'destination', 'namespace']))

/** The namespace and the cluster that an Application is deployed to; `own` is its own namespace. */
export function deployedTo(
  object: JsonObject,
  own: string,
): Pick<DeclaredRelease, 'namespace' | 'destination'> {
  const [name, server] = ['name', 'server'].map((key) =>
    textOf(valueAt(object, ['spec', 'destination', key])),
  )
  const place = { ...(name && { name }), ...(server && { server }) }
  return {
    namespace: destination(object) ?? own,
    ...(Object.keys(place).length === 0 ? {} : { destination: place }),
  }
}

/**
 * Where an Application, or the template of an ApplicationSet, holds values: as a mapping, or as a text (`|` in the path).
 * `undefined` for one that is hydrated: only newer versions of Argo CD read values there.
 */
export function helmValuesAt(
  object: JsonObject,
  spec: YamlPath,
): { readonly path: YamlPath; readonly written: boolean } | undefined {
  const sources = listOf(valueAt(object, [...spec, 'sources']))
  const index = sources.findIndex(
    (one) => valueAt(one, ['path']) !== undefined || valueAt(one, ['chart']) !== undefined,
  )
  const dry = [...spec, 'sourceHydrator', 'drySource']
  const isHydrated = valueAt(object, dry) !== undefined
  const own = isHydrated ? dry : index === -1 ? [...spec, 'source'] : [...spec, 'sources', index]
  const helm = [...own, 'helm']
  if (isHydrated && valueAt(object, helm) === undefined) return undefined
  if (typeof valueAt(object, [...helm, 'values']) === 'string')
    return { path: [...helm, 'values', '|'], written: true }
  const path = [...helm, 'valuesObject']
  return { path, written: valueAt(object, path) !== undefined }
}

/** The sources of an Application: the dry one where it is hydrated, and else several or one. */
function sourcesIn(object: JsonObject): readonly Json[] {
  const dry = valueAt(object, ['spec', 'sourceHydrator', 'drySource'])
  if (dry !== undefined) return [dry]
  const several = listOf(valueAt(object, ['spec', 'sources']))
  const one = valueAt(object, ['spec', 'source'])
  return several.length > 0 || one === undefined ? several : [one]
}

/**
 * The chart, kustomization or directory of each source of an Application that is in this repository, with its options.
 * Values files win over the chart, `values` or `valuesObject` over files, parameters over all. Rejects with
 * `source.render` when none is in this repository.
 */
export async function translateApplication(
  declared: { readonly object: JsonObject; readonly base: JsonObject | undefined },
  context: TranslationContext,
): Promise<Translation | undefined> {
  const name = textOf(valueAt(declared.object, ['metadata', 'name'])) ?? context.source.declaredBy.name
  const { object, differences } = withLive({ ...declared, kind: 'Application', name }, context, decisive)
  const sources = sourcesIn(object)
  const live = liveOf(
    { kind: 'Application', namespace: context.source.declaredBy.namespace, name },
    context.live,
    context.source.cluster,
  )
  const parts = partContext(object, { ...context, live, name, sources })
  const found = await Promise.all(sources.map((one) => partOrReason(one, parts)))
  const rendered = found.flatMap((one) => one.part ?? [])
  const reasons = found.flatMap((one) => one.reason ?? [])
  const [reason] = reasons
  if (rendered.length === 0 && reason !== undefined) throw reason
  if (rendered.length === 0) return undefined
  return {
    parts: rendered,
    files: found.flatMap((one) => one.files ?? []),
    rollout: withDifferences(
      rolloutOf(object, `Application ${name}`),
      [...differences, ...found.flatMap((one) => one.differs ?? [])],
      `Application ${name}`,
    ),
    missing: reasons.map((one) => one.problems[0]?.message ?? one.message),
  }
}

/** What decides the rendering and the rollout of an Application. */
const decisive = ['source', 'sources', 'sourceHydrator', 'syncPolicy'] as const

const partContext = (
  object: JsonObject,
  {
    source,
    ...known
  }: Pick<PartContext, 'name' | 'sources' | 'view' | 'origins' | 'elsewhere' | 'live'> &
    Pick<TranslationContext, 'source'>,
): PartContext => ({
  shared: {
    id: source.id,
    namespace: destination(object) ?? 'default',
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.loadRestrictor === undefined ? {} : { loadRestrictor: source.loadRestrictor }),
  },
  namespace: source.declaredBy.namespace,
  at: source.path,
  ...(source.charts === undefined ? {} : { charts: source.charts }),
  name: known.name,
  sources: known.sources,
  view: known.view,
  origins: known.origins,
  elsewhere: known.elsewhere,
  live: known.live,
})

interface PartOrReason extends Partial<SourcePart> {
  readonly reason?: ExpectedStop
}

async function partOrReason(source: Json, context: PartContext): Promise<PartOrReason> {
  try {
    return (await partOf(source, context)) ?? {}
  } catch (error) {
    if (concernsOneSource(error)) return { reason: error }
    throw error
  }
}
