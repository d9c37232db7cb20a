import { posix } from 'node:path'
import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { liveOf } from '../../plugin/model/live-declaration.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { ChartReference } from '../../plugin/model/repository.ts'
import { storedRoot, type WantedChart } from '../../plugin/model/store.ts'
import { chartFinder, chartMissing } from '../elsewhere/chart-finder.ts'
import { deployedChart } from '../elsewhere/deployed-chart.ts'
import { pathHere } from '../origin/declared-repositories.ts'
import type { Located } from '../origin/origins.ts'
import type { TranslationContext } from '../release/declaring-kind.ts'
import { chartSpec, type ReleasePlace, referencedChart, templatedChart } from './chart-reference.ts'

const at = (object: Json | undefined, ...path: readonly (string | number)[]): string | undefined =>
  textOf(valueAt(object, path))

/** Where the chart of a HelmRelease is. */
export interface ChartPlace extends Located {
  /** Paths of values files that replace the `values.yaml` of the chart. */
  readonly valuesFiles: readonly string[]
  readonly chart?: ChartReference
  /** What of it is not deployed as Git has it. */
  readonly differs?: string
}

/**
 * Finds the chart of a HelmRelease: in this repository for a GitRepository, otherwise in the directory of charts. Rejects
 * with `source.render` when it is in neither.
 */
export async function chartPlace(release: JsonObject, context: TranslationContext): Promise<ChartPlace> {
  const spec = await chartSpec(release, placeOf(context))
  const [name, kind] = [at(spec, 'chart'), at(spec, 'sourceRef', 'kind')]
  if (name === undefined) {
    const chart = await referencedChart(release, placeOf(context))
    if (chart !== undefined) return { ...(await registryPlace(chart, context)), valuesFiles: [] }
    throw stop('source.render', 'it names no chart', { place: { file: context.source.path } })
  }
  const valuesFiles = listOf(valueAt(spec, ['valuesFiles'])).flatMap((file) => textOf(file) ?? [])
  if (kind !== 'GitRepository') {
    const place = await registryPlace(await templatedChart(spec, name, placeOf(context)), context)
    return { ...place, valuesFiles: valuesFiles.map((file) => posix.join(place.path, file)) }
  }
  const isRevision = at(spec, 'reconcileStrategy') === 'Revision'
  const strategy = isRevision ? {} : { frozen: packagedOnce }
  const place = await placeInGit(spec, name, context)
  // In Git, values files start from the root of the repository.
  const inRoot = (file: string): string => posix.join(storedRoot(place.path), pathHere(file))
  return { ...strategy, ...place, valuesFiles: valuesFiles.map(inRoot) }
}

const packagedOnce =
  'Flux packages the chart again only when the version in its Chart.yaml changes (reconcileStrategy is not Revision)'

const placeOf = ({ source, objects, around, view }: TranslationContext): ReleasePlace => ({
  objects: [...objects, ...around],
  view,
  namespace: source.declaredBy.namespace,
  near: source.path,
})

async function placeInGit(
  spec: Json | undefined,
  chart: string,
  context: TranslationContext,
): Promise<Located> {
  const { source, origins, view, objects, around, live } = context
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
      live: liveOf({ kind: 'GitRepository', ...name }, live, source.cluster),
    })
  } catch (error) {
    // The directory of charts may have it.
    const path = posix.join(source.charts ?? '.tortoise-no-charts', posix.basename(chart))
    if (error instanceof ExpectedStop && (await view.kind(path)) === 'directory') return { path }
    throw error
  }
}

/** Finds a chart that is not in Git. Rejects with `source.render` where no place here has it. */
async function registryPlace(
  written: WantedChart,
  { source, view, elsewhere, live }: TranslationContext,
): Promise<Pick<ChartPlace, 'path' | 'chart' | 'differs'>> {
  const { chart, ...rest } = deployedChart(written, liveOf(source.declaredBy, live, source.cluster))
  const path = await chartFinder(source, view, elsewhere)(chart)
  if (path !== undefined && (await view.kind(path)) === 'directory') return { path, chart, ...rest }
  throw chartMissing(chart, source.path)
}
