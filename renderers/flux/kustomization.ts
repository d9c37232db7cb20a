import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { liveOf } from '../../plugin/model/live-declaration.ts'
import { identify } from '../../plugin/model/manifest.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'
import { sharedDetails } from '../../plugin/model/source.ts'
import type { KustomizeSource } from '../kustomize/source.ts'
import { pathHere } from '../origin/declared-repositories.ts'
import type { Located } from '../origin/origins.ts'
import type { DeclaringKind, TranslationContext } from '../release/declaring-kind.ts'
import { findDeclaring } from '../release/find.ts'
import { rolloutOf } from './rollout.ts'

/**
 * What a Flux Kustomization renders: the kustomization at its path (or one of all manifests below it) with what its object
 * adds, and variables substituted in the result. https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export const fluxKustomization: DeclaringKind = {
  kind: 'Kustomization',
  mayBeIn: (_, text) => text.includes('kustomize.toolkit.fluxcd.io/'),
  // In the copy that a generator makes, a directory has another path. Variables are replaced in what another one applies.
  computesPaths: (text) =>
    text.includes('ExternalArtifact') ||
    text.split('\n').some((line) => line.includes('${') && /^\s*path: /.test(line)) ||
    // Without a path, it applies the root of the repository.
    text
      .split(/^---/m)
      .some((one) => one.includes('kustomize.toolkit.fluxcd.io/') && !/\bpath["']?:/.test(one)),
  valuesAt: () => undefined,
  patchesAt: () => ['spec', 'patches'],
  handsOn: (path) => path[0] === 'spec' && (path[1] === 'patches' || path[1] === 'postBuild'),
  configMaps: () => [],
  declares: async (object, { namespace }) => {
    const found = identify(object, namespace)
    if (found?.kind !== 'Kustomization' || !found.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/'))
      return []
    const { kind, name, namespace: own } = found
    const target = textOf(valueAt(object, ['spec', 'targetNamespace']))
    return [{ object: { kind, name, namespace: own }, namespace: target ?? own }]
  },
  translate: async (context) => {
    const { source, objects, view } = context
    const object = findDeclaring(objects, source.declaredBy)
    const spec = object && valueAt(object, ['spec'])
    if (object === undefined || !isJsonObject(spec)) return undefined
    const { path, ...located } = await placeOf(spec, context)
    if (path.startsWith('..') || (await view.kind(path)) !== 'directory') return undefined
    const variables = variablesOf(spec, objects)
    const part: KustomizeSource = {
      kind: 'kustomize',
      id: source.id,
      ...sharedDetails({ ...source, path }),
      additions: additionsOf(spec),
      loadRestrictor: 'LoadRestrictionsNone',
      ...located,
    }
    return {
      parts: [part],
      rollout: { ...rolloutOf(object), ...unreadVariables(spec, objects) },
      ...(variables === undefined ? {} : { variables }),
    }
  },
}

/** Where the files of a Kustomization are. Rejects with `source.render` when its files are not known to be here. */
async function placeOf(
  spec: JsonObject,
  { source, objects, around, view, origins, live }: TranslationContext,
): Promise<Located> {
  const reference = (key: string): string | undefined => textOf(valueAt(spec, ['sourceRef', key]))
  const [kind, name] = [reference('kind'), reference('name')]
  const path = textOf(spec['path']) ?? '.'
  if (kind === undefined || name === undefined) return { path: pathHere(path) }
  const namespace = reference('namespace') ?? source.declaredBy.namespace
  const wanted = { path, view, at: source.path, objects: [...objects, ...around] }
  if (kind === 'GitRepository') {
    const known = liveOf({ kind, name, namespace }, live, source.cluster)
    return origins.locateIn({ name, namespace }, { ...wanted, live: known })
  }
  if (kind === 'ExternalArtifact') return origins.locateCopied({ name, namespace }, wanted)
  throw stop(
    'source.render',
    `its files come from ${kind} ${name}, and nothing says which files of a repository that holds`,
    { place: { file: source.path } },
  )
}

const replaced = ['namePrefix', 'nameSuffix'] as const
const appended = ['patches', 'components', 'images'] as const

function additionsOf(spec: JsonObject): JsonObject {
  const namespace = spec['targetNamespace']
  const given = [...replaced, ...appended].flatMap((key) => {
    const value: Json | undefined = spec[key]
    return value === undefined ? [] : [[key, value] as const]
  })
  return { ...(namespace === undefined ? {} : { namespace }), ...Object.fromEntries(given) }
}

/** The variables of `postBuild`: those of ConfigMaps rendered with it, then its own; `undefined` without `postBuild`. */
function variablesOf(
  spec: JsonObject,
  objects: readonly JsonObject[],
): ReadonlyMap<string, string> | undefined {
  const postBuild = spec['postBuild']
  if (!isJsonObject(postBuild)) return undefined
  const maps = listOf(postBuild['substituteFrom']).map((reference) => mapOf(reference, objects))
  const texts = [...maps.map((map) => valueAt(map, ['data'])), postBuild['substitute']]
  return new Map(
    texts.flatMap((data) =>
      isJsonObject(data) ? Object.entries(data).flatMap(([key, value]) => pair(key, textOf(value))) : [],
    ),
  )
}

const mapOf = (reference: Json, objects: readonly JsonObject[]): JsonObject | undefined =>
  objects.find(
    (object) =>
      object['kind'] === 'ConfigMap' &&
      valueAt(object, ['metadata', 'name']) === valueAt(reference, ['name']) &&
      valueAt(reference, ['kind']) === 'ConfigMap',
  )

/** The Secrets and ConfigMaps whose variables are not known here. */
function unreadVariables(spec: JsonObject, objects: readonly JsonObject[]): Pick<Rollout, 'variablesFrom'> {
  const from = listOf(valueAt(spec, ['postBuild', 'substituteFrom']))
  const unread = from.filter((reference) => mapOf(reference, objects) === undefined)
  const names = unread.map((one) => ['kind', 'name'].map((key) => textOf(valueAt(one, [key]))).join(' '))
  return names.length === 0 ? {} : { variablesFrom: names.join(' or ') }
}

const pair = (key: string, value: string | undefined): readonly (readonly [string, string])[] =>
  value === undefined ? [] : [[key, value]]
