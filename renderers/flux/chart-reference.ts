import { type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import type { WantedChart } from '../../plugin/model/store.ts'
import { findSourceObject, type SourceObjectPlace } from './source-objects.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/** Where the chart of a release is looked up. */
export interface ReleasePlace extends SourceObjectPlace {
  /** Namespace of the release. */
  readonly namespace: string
}

/** The `spec` of the chart: in the release, or in the HelmChart that its `chartRef` names. */
export async function chartSpec(release: JsonObject, place: ReleasePlace): Promise<Json | undefined> {
  const reference = valueAt(release, ['spec', 'chartRef'])
  if (at(reference, 'kind') !== 'HelmChart') return valueAt(release, ['spec', 'chart', 'spec'])
  return valueAt(await objectOf(reference, place, 'HelmChart'), ['spec'])
}

/** The chart of the OCIRepository that a `chartRef` names; `undefined` for a release without one. */
export async function referencedChart(
  release: JsonObject,
  place: ReleasePlace,
): Promise<WantedChart | undefined> {
  const reference = valueAt(release, ['spec', 'chartRef'])
  const name = at(reference, 'name')
  if (name === undefined) return undefined
  const found = await objectOf(reference, place, 'OCIRepository')
  return found === undefined ? { repository: '', name } : fromArtifact(found)
}

const objectOf = (reference: Json | undefined, { namespace, ...place }: ReleasePlace, usualKind: string) =>
  findSourceObject(
    {
      kind: at(reference, 'kind') ?? usualKind,
      name: at(reference, 'name') ?? '',
      namespace: at(reference, 'namespace') ?? namespace,
    },
    place,
  )

/**
 * The chart that a HelmRepository or Bucket has. Its repository is empty where no file of the repository declares that
 * object. https://fluxcd.io/flux/components/helm/helmreleases/#chart-template
 */
export async function templatedChart(
  template: Json | undefined,
  name: string,
  place: ReleasePlace,
): Promise<WantedChart> {
  const version = at(template, 'version')
  const found = await objectOf(valueAt(template, ['sourceRef']), place, 'HelmRepository')
  const kind = at(template, 'sourceRef', 'kind')
  const unsupported = kind === 'Bucket' ? `from Bucket ${at(template, 'sourceRef', 'name')}` : undefined
  return {
    repository: at(found, 'spec', 'url') ?? '',
    name,
    ...(version === undefined || version === '*' ? {} : { version }),
    ...(unsupported === undefined ? {} : { unsupported }),
    ...providerOf(found),
  }
}

/** The cloud by whose identity Flux logs in: https://fluxcd.io/flux/components/source/ocirepositories/#provider */
function providerOf(object: JsonObject | undefined): Pick<WantedChart, 'provider'> {
  const provider = at(object, 'spec', 'provider')
  return provider === undefined || provider === 'generic' ? {} : { provider }
}

/** The chart of an OCIRepository, whose URL ends with the name: https://fluxcd.io/flux/components/source/ocirepositories/ */
function fromArtifact(repository: JsonObject): WantedChart {
  const url = (at(repository, 'spec', 'url') ?? '').replace(/\/+$/, '')
  const ref = (key: string): Json | undefined => valueAt(repository, ['spec', 'ref', key])
  const entries = ['tag', 'semver', 'semverFilter', 'digest'].map((key) => [key, textOf(ref(key))] as const)
  const mediaType = at(repository, 'spec', 'layerSelector', 'mediaType')
  const chosen = [...entries, ['mediaType', mediaType] as const].filter(([, value]) => value !== undefined)
  const cut = url.lastIndexOf('/')
  return {
    repository: url.slice(0, cut),
    name: url.slice(cut + 1),
    artifact: Object.fromEntries(chosen),
    ...providerOf(repository),
  }
}
