import { type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import type { ChartReference } from '../../plugin/model/store.ts'
import { findSourceObject } from './source-objects.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/** Where a release of Flux is looked up. */
export interface ReleasePlace {
  readonly objects: readonly JsonObject[]
  readonly view: RepositoryView
  /** Namespace of the release. */
  readonly namespace: string
}

/**
 * The chart that a HelmRelease takes from a HelmRepository or an OCIRepository, or from a HelmChart that does. Its
 * repository is empty where that object is not in the repository. `undefined` for a release without a chart.
 * https://fluxcd.io/flux/components/helm/helmreleases/#chart-template
 */
export async function chartReference(
  release: JsonObject,
  place: ReleasePlace,
): Promise<ChartReference | undefined> {
  const template = valueAt(release, ['spec', 'chart', 'spec'])
  if (template !== undefined) return fromTemplate(template, place)
  const reference = valueAt(release, ['spec', 'chartRef'])
  const name = at(reference, 'name')
  if (name === undefined) return undefined
  const found = await objectOf(reference, place, 'OCIRepository')
  if (at(reference, 'kind') === 'HelmChart') return fromTemplate(valueAt(found, ['spec']), place)
  return found === undefined ? { repository: '', name } : fromArtifact(found)
}

const objectOf = (
  reference: Json | undefined,
  { objects, view, namespace }: ReleasePlace,
  usualKind: string,
) =>
  findSourceObject(
    {
      kind: at(reference, 'kind') ?? usualKind,
      name: at(reference, 'name') ?? '',
      namespace: at(reference, 'namespace') ?? namespace,
    },
    objects,
    view,
  )

async function fromTemplate(
  template: Json | undefined,
  place: ReleasePlace,
): Promise<ChartReference | undefined> {
  const [name, version] = [at(template, 'chart'), at(template, 'version')]
  if (name === undefined) return undefined
  const found = await objectOf(valueAt(template, ['sourceRef']), place, 'HelmRepository')
  return {
    repository: at(found, 'spec', 'url') ?? '',
    name,
    ...(version === undefined || version === '*' ? {} : { version }),
  }
}

/** The chart of an OCIRepository, whose URL ends with the name: https://fluxcd.io/flux/components/source/ocirepositories/ */
function fromArtifact(repository: JsonObject): ChartReference {
  const url = (at(repository, 'spec', 'url') ?? '').replace(/\/+$/, '')
  const ref = (key: string): Json | undefined => valueAt(repository, ['spec', 'ref', key])
  const entries = ['tag', 'semver', 'semverFilter', 'digest'].map((key) => [key, textOf(ref(key))] as const)
  const mediaType = at(repository, 'spec', 'layerSelector', 'mediaType')
  const chosen = [...entries, ['mediaType', mediaType] as const].filter(([, value]) => value !== undefined)
  const cut = url.lastIndexOf('/')
  return { repository: url.slice(0, cut), name: url.slice(cut + 1), artifact: Object.fromEntries(chosen) }
}

/** The problem of a release whose chart is in no place that is known here. */
export const unknownChart = ({ repository, name }: ChartReference, file: string) =>
  stop(
    'source.render',
    repository === ''
      ? `no file of the repository says where the chart ${name} comes from`
      : `the chart ${name} of ${repository} is not fetched here`,
    {
      place: { file },
      hint: 'Name a directory with charts: charts.directories in the settings, or --charts DIR.',
    },
  )
