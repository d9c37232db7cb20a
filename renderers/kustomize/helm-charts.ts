import { posix } from 'node:path'
import type { ConfinedPaths } from '../../plugin/io/confined.ts'
import { helmHomes } from '../../plugin/io/isolated-environment.ts'
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

/**
 * A script in place of Helm. It prints a version that kustomize accepts: kustomize refuses Helm 4 because of its version
 * alone, and the calls it makes are the same (https://github.com/kubernetes-sigs/kustomize/issues/5998). It allows
 * `helm template` of local charts alone, and sets Helm's directories itself: kustomize takes the configuration from
 * `helmGlobals.configHome`, which may hold plugins.
 */
export const helmForKustomize = {
  name: 'helm-for-kustomize',
  text: (paths: ConfinedPaths): string => `#!/bin/sh
case "$1" in
  version) echo v3.19.0; exit 0 ;;
  template) ;;
  *) echo "helm $1 is not run here: rendering downloads nothing" >&2; exit 1 ;;
esac
for argument in "$@"; do
  case "$argument" in
    *://*|--post-renderer*|--repo*|--plugin*|--kubeconfig*|--kube-*server*|--enable-dns*|--validate*|--dependency-update*)
      echo "helm template is not run with $argument" >&2; exit 1 ;;
  esac
done
${Object.entries(helmHomes(paths))
  .map(([name, value]) => `export ${name}=${quoted(value)}`)
  .join('\n')}
exec ${quoted(paths.program('helm'))} "$@"
`,
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
