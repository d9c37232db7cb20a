import { posix } from 'node:path'
import { isJsonObject, type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { parseDocuments } from '../../plugin/yaml/parse.ts'

/** Keys under which kustomize accepts a URL in place of a path. */
const loading = [
  'resources',
  'bases',
  'components',
  'crds',
  'configurations',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'openapi',
  'replacements',
  'generators',
  'transformers',
  'validators',
  'configMapGenerator',
  'secretGenerator',
]

/**
 * Rejects with `source.render` when a base, patch or chart is on a server: kustomize would download it. The unusable proxy
 * of the environment does not keep it from servers on this machine.
 */
export async function refuseRemote(inputs: readonly InputFile[], view: RepositoryView): Promise<void> {
  for (const { at, path, role } of inputs) {
    if (role !== 'kustomization' && !(role === 'other' && /\.ya?ml$/.test(path))) continue
    const text = (await view.read(path))?.text ?? ''
    if (!/https?:\/\//.test(text)) continue
    for (const document of documentsOf(text)) {
      const remote =
        (role === 'kustomization' ? remoteIn(document) : undefined) ??
        (await remoteChart(document, posix.dirname(at), view))
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
    (document) => document.toJS({ maxAliasCount: 1000 }) as Json,
  )
}

function remoteIn(kustomization: Json): string | undefined {
  if (!isJsonObject(kustomization)) return undefined
  return loading.flatMap((key) => addresses(kustomization[key]))[0]
}

/** The URLs in a value: items of lists, and the paths and files of objects. */
function addresses(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return /^([^=\s]+=)?https?:\/\/\S*$/.test(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((item: Json) => addresses(item))
  if (!isJsonObject(value)) return []
  return ['path', 'files', 'envs', 'env'].flatMap((key) => addresses(value[key]))
}

/** A chart with a repository URL that is not vendored: kustomize would pull it. */
async function remoteChart(
  document: Json,
  directory: string,
  view: RepositoryView,
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
    if (found.every((kind) => kind === undefined)) return `the chart ${name} of ${repo}`
  }
  return undefined
}
