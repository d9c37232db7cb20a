import { posix } from 'node:path'
import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { parseDocuments } from '../../plugin/yaml/parse.ts'

/** Rejects with `source.render` when a chart is on a server and not vendored: kustomize would ask Helm to download it. */
export async function refuseRemoteCharts(inputs: readonly InputFile[], view: RepositoryView): Promise<void> {
  for (const { at, path, role } of inputs) {
    if (role !== 'kustomization' && !(role === 'other' && /\.ya?ml$/.test(path))) continue
    const text = (await view.read(path))?.text ?? ''
    if (!/https?:\/\//.test(text)) continue
    for (const document of documentsOf(text)) {
      const remote = await remoteChart(document, posix.dirname(at), { view, inputs })
      if (remote === undefined) continue
      throw stop('source.render', `${remote} is on a server, and rendering downloads nothing`, {
        place: { file: at },
        hint: 'Vendor it into the repository.',
      })
    }
  }
}

function documentsOf(text: string): readonly Json[] {
  return parseDocuments(text, { uniqueKeys: false }).map(
    (document) => document.toJS({ maxAliasCount: 10_000 }) as Json,
  )
}

/** A chart with a repository URL that is not vendored: kustomize would pull it. */
async function remoteChart(
  document: Json,
  directory: string,
  { view, inputs }: { readonly view: RepositoryView; readonly inputs: readonly InputFile[] },
): Promise<string | undefined> {
  const home =
    textOf(valueAt(document, ['helmGlobals', 'chartHome'])) ?? textOf(valueAt(document, ['chartHome']))
  const own = valueAt(document, ['kind']) === 'HelmChartInflationGenerator' ? [document] : []
  const charts = [
    ...listOf(valueAt(document, ['helmCharts'])),
    ...listOf(valueAt(document, ['helmChartInflationGenerator'])),
  ]
  for (const chart of [...own, ...charts]) {
    const [name, repo] = [textOf(valueAt(chart, ['name'])), textOf(valueAt(chart, ['repo']))]
    if (repo === undefined || name === undefined) continue
    const version = textOf(valueAt(chart, ['version'])) ?? ''
    // kustomize vendors a chart below its name, or below its name and version.
    const places = [name, `${name}-${version}/${name}`].map((inside) =>
      posix.join(directory, home ?? 'charts', inside, 'Chart.yaml'),
    )
    const found = await Promise.all(places.map((place) => view.kind(place)))
    const isLaid = inputs.some(({ at }) => places.includes(at))
    if (!isLaid && found.every((kind) => kind === undefined)) return `the chart ${name} of ${repo}`
  }
  return undefined
}
