import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { chartFiles } from '../helm/inputs.ts'

/** Whether a kustomization, or the configuration of a generator, renders charts. */
export const inflatesCharts = (text: string): boolean =>
  /^(helmCharts|helmChartInflationGenerator):|kind: *HelmChartInflationGenerator/m.test(text)

const chartHome = (kustomization: JsonObject): string =>
  textOf(valueAt(kustomization, ['helmGlobals', 'chartHome'])) ?? 'charts'

/** The files of the vendored charts that a kustomization names, and their values files. */
export async function helmChartInputs(
  kustomization: Json,
  directory: string,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  if (!isJsonObject(kustomization)) return []
  const home = chartHome(kustomization)
  if (posix.isAbsolute(home)) return []
  const charts = listOf(kustomization['helmCharts']).filter((chart) => isJsonObject(chart))
  const found = await Promise.all(charts.map((chart) => oneChart(chart, { directory, home, view })))
  return found.flat()
}

interface Place {
  readonly directory: string
  readonly home: string
  readonly view: RepositoryView
}

async function oneChart(chart: JsonObject, { directory, home, view }: Place): Promise<readonly InputFile[]> {
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
  return [...(await chartFiles(view, at, { chart: at, alone: false })), ...values.flat()]
}
