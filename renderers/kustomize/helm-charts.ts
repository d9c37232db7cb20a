import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { chartFinder, type ElsewherePorts } from '../elsewhere/chart-finder.ts'
import { chartFiles } from '../helm/inputs.ts'

/** Whether a kustomization, or the configuration of a generator, renders charts. */
export const inflatesCharts = (text: string): boolean =>
  /^(helmCharts|helmChartInflationGenerator):|kind: *HelmChartInflationGenerator/m.test(text)

const chartHome = (kustomization: JsonObject): string =>
  textOf(valueAt(kustomization, ['helmGlobals', 'chartHome'])) ?? 'charts'

/** Where the charts of a kustomization are looked up. */
export interface ChartPlace {
  readonly directory: string
  readonly view: RepositoryView
  readonly ports: ElsewherePorts
}

/** The files of the charts that a kustomization names, and their values files. Rejects with `source.fetch`. */
export async function helmChartInputs(kustomization: Json, place: ChartPlace): Promise<readonly InputFile[]> {
  if (!isJsonObject(kustomization)) return []
  const home = chartHome(kustomization)
  if (posix.isAbsolute(home)) return []
  const charts = listOf(kustomization['helmCharts']).filter((chart) => isJsonObject(chart))
  const found = await Promise.all(charts.map((chart) => oneChart(chart, { ...place, home })))
  return found.flat()
}

interface Place extends ChartPlace {
  readonly home: string
}

/** The directories at which kustomize looks for a chart before it asks Helm to download it. */
const chartDirectories = (chart: Json): readonly string[] => {
  const [name = '', version = ''] = ['name', 'version'].map((key) => textOf(valueAt(chart, [key])))
  return [name, `${name}-${version}/${name}`]
}

/** The files of a chart that is not vendored, at each place where kustomize may look for it. */
async function fetchedChart(chart: JsonObject, { directory, home, view, ports }: Place) {
  const [name, repository, version] = ['name', 'repo', 'version'].map((key) => textOf(chart[key]))
  const places = chartDirectories(chart).map((inside) => posix.join(directory, home, inside))
  const kinds = await Promise.all(places.map((one) => view.kind(posix.join(one, 'Chart.yaml'))))
  if (name === undefined || repository === undefined || kinds.some((kind) => kind !== undefined)) return []
  const reference = { repository, name, ...(version === undefined ? {} : { version }) }
  const path = await chartFinder({}, view, ports)(reference)
  if (path === undefined) return []
  const files = await chartFiles(view, path, { chart: path, alone: false })
  return places.flatMap((place) =>
    files.map((file) => ({ ...file, at: posix.join(place, posix.relative(path, file.at)) })),
  )
}

async function oneChart(chart: JsonObject, place: Place): Promise<readonly InputFile[]> {
  const { directory, home, view } = place
  const at = posix.join(directory, home, textOf(chart['name']) ?? '')
  const own = [textOf(chart['valuesFile']), ...listOf(chart['additionalValuesFiles']).map(textOf)]
  const values = await Promise.all(
    own.map(async (file): Promise<readonly InputFile[]> => {
      const path = file === undefined ? undefined : posix.join(directory, file)
      const text = path === undefined ? undefined : await view.read(path)
      return path === undefined || text === undefined
        ? []
        : [{ path: text.path, at: path, role: 'values', topLayer: true }]
    }),
  )
  const vendored = await chartFiles(view, at, { chart: at, alone: false })
  return [...vendored, ...(await fetchedChart(chart, place)), ...values.flat()]
}
