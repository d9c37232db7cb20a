import { posix } from 'node:path'
import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { ChartReference } from '../../plugin/model/repository.ts'
import { pathHere } from '../origin/declared-repositories.ts'
import type { Located } from '../origin/origins.ts'
import type { TranslationContext } from '../release/declaring-kind.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/** Where the chart of a HelmRelease is. */
export interface ChartPlace extends Located {
  /** Paths of values files that replace the `values.yaml` of the chart. */
  readonly valuesFiles: readonly string[]
  readonly chart?: ChartReference
}

/**
 * Finds the chart of a HelmRelease: in this repository for a GitRepository, otherwise in the directory of charts. Rejects
 * with `source.render` when it is in neither.
 */
export async function chartPlace(release: JsonObject, context: TranslationContext): Promise<ChartPlace> {
  const spec = chartSpec(release, context)
  const [name, kind] = [at(spec, 'chart'), at(spec, 'sourceRef', 'kind')]
  if (name === undefined) return referencedPlace(release, context)
  const valuesFiles = listOf(valueAt(spec, ['valuesFiles'])).flatMap((file) => textOf(file) ?? [])
  if (kind !== 'GitRepository') {
    const place = await registryPlace(registryChart(spec, name, context), context)
    return { ...place, valuesFiles: valuesFiles.map((file) => posix.join(place.path, file)) }
  }
  const isRevision = at(spec, 'reconcileStrategy') === 'Revision'
  const strategy = isRevision ? {} : { frozen: packagedOnce }
  const place = await placeInGit(spec, name, context)
  // In Git, values files start from the root of the repository.
  return { ...strategy, ...place, valuesFiles: valuesFiles.map(pathHere) }
}

const packagedOnce =
  'Flux packages the chart again only when the version in its Chart.yaml changes (reconcileStrategy is not Revision)'

/** The `spec` of the chart: in the release, or in the HelmChart that its `chartRef` names. */
function chartSpec(release: JsonObject, { objects, around }: TranslationContext): Json | undefined {
  if (at(release, 'spec', 'chartRef', 'kind') !== 'HelmChart')
    return valueAt(release, ['spec', 'chart', 'spec'])
  const name = at(release, 'spec', 'chartRef', 'name')
  const chart = [...objects, ...around].find(
    (object) => object['kind'] === 'HelmChart' && at(object, 'metadata', 'name') === name,
  )
  return chart && valueAt(chart, ['spec'])
}

async function placeInGit(
  spec: Json | undefined,
  chart: string,
  context: TranslationContext,
): Promise<Located> {
  const { source, origins, view, objects, around } = context
  const name = {
    name: at(spec, 'sourceRef', 'name') ?? '',
    namespace: at(spec, 'sourceRef', 'namespace') ?? source.declaredBy.namespace,
  }
  try {
    return await origins.locateIn(name, {
      path: chart,
      view,
      at: source.path,
      objects: [...objects, ...around],
    })
  } catch (error) {
    // The directory of charts may have it.
    const path = posix.join(source.charts ?? '.tortoise-no-charts', posix.basename(chart))
    if (error instanceof ExpectedStop && (await view.kind(path)) === 'directory') return { path }
    throw error
  }
}

/** The chart that a HelmRepository, OCIRepository or Bucket has. */
function registryChart(spec: Json | undefined, name: string, context: TranslationContext): ChartReference {
  const [kind, repository] = [at(spec, 'sourceRef', 'kind'), at(spec, 'sourceRef', 'name')]
  const version = at(spec, 'version')
  const found = named(kind, repository, context)
  return { repository: at(found, 'spec', 'url') ?? '', name, ...(version === undefined ? {} : { version }) }
}

const named = (
  kind: string | undefined,
  name: string | undefined,
  { objects, around }: TranslationContext,
): JsonObject | undefined =>
  [...objects, ...around].find((object) => object['kind'] === kind && at(object, 'metadata', 'name') === name)

/** The chart that a `chartRef` refers to: the last part of the URL of the OCIRepository is the name of the chart. */
async function referencedPlace(release: JsonObject, context: TranslationContext): Promise<ChartPlace> {
  const reference = at(release, 'spec', 'chartRef', 'name')
  const repository = named('OCIRepository', reference, context)
  const url = at(repository, 'spec', 'url') ?? reference
  if (url === undefined)
    throw stop('source.render', 'it names no chart', { place: { file: context.source.path } })
  const ref = (key: string): string | undefined => at(repository, 'spec', 'ref', key)
  const [version, digest] = [ref('tag') ?? ref('semver'), ref('digest')]
  const chart = {
    repository: posix.dirname(url),
    name: posix.basename(url),
    ...(version === undefined ? {} : { version }),
    ...(digest === undefined ? {} : { digest }),
  }
  return { ...(await registryPlace(chart, context)), valuesFiles: [] }
}

async function registryPlace(
  chart: ChartReference,
  { source, view }: TranslationContext,
): Promise<Pick<ChartPlace, 'path' | 'chart'>> {
  const { charts } = source
  const path = posix.join(charts ?? '.tortoise-no-charts', posix.basename(chart.name))
  if (charts !== undefined && (await view.kind(path)) === 'directory') return { path, chart }
  const { name, version = '', repository } = chart
  const from = repository === '' ? '' : ` of ${repository.replace(/\/\/[^/@]*@/, '//')}`
  throw stop('source.render', `its chart ${`${name} ${version}`.trim()}${from} is not in this repository`, {
    place: { file: source.path },
    hint: 'Vendor the chart, or name a directory with charts: --charts DIR.',
  })
}
