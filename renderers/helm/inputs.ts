import { posix } from 'node:path'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { InputFile, InputRole, RepositoryView } from '../../plugin/model/source.ts'
import { chartFinder, type ElsewherePorts, type FindChart } from '../elsewhere/chart-finder.ts'
import { entryLimit } from '../source-limits.ts'
import { type ChartDependency, lockedDependencies } from './dependencies.ts'
import type { HelmSource } from './source.ts'
import { subchartKeys } from './subcharts.ts'

/**
 * Every file that a chart reads: the chart's own directory, its dependencies and its values files. Dependencies that
 * cannot be fetched are left out; the rendering reports them.
 */
export async function helmInputs(
  source: HelmSource,
  view: RepositoryView,
  ports: ElsewherePorts = {},
): Promise<readonly InputFile[]> {
  const { inputs } = await scanChart(source, view, ports)
  return inputs
}

/** The inputs of a chart that is going to be rendered. Rejects with `source.fetch` for a dependency that cannot be fetched. */
export async function inputsToTemplate(
  source: HelmSource,
  view: RepositoryView,
  ports: ElsewherePorts,
): Promise<readonly InputFile[]> {
  const { inputs, failures } = await scanChart(source, view, ports)
  const [failure] = failures
  if (failure !== undefined) throw failure
  return inputs
}

async function scanChart(source: HelmSource, view: RepositoryView, ports: ElsewherePorts) {
  if ((await view.kind(posix.join(source.path, 'Chart.yaml'))) !== 'file') {
    throw stop('source.unknown', 'this directory has no Chart.yaml', { place: { file: source.path } })
  }
  const alone = source.values.length === 0
  const files = await chartFiles(view, source.path, { chart: source.path, alone })
  const { inputs: dependencies, failures } = await missingDependencies(source, view, ports)
  const last = source.values.length - 1
  const valuesFiles = await Promise.all(
    source.values.map((at, index) => given(at, view, { role: 'values', topLayer: index === last })),
  )
  const parameterFiles = await Promise.all(
    (source.fileParameters ?? []).map(([, at]) => given(at, view, { role: 'other', topLayer: false })),
  )
  const own = posix.join(source.path, 'values.yaml')
  const isReplaced = source.replacesDefaults === true && source.values.length > 0
  const chart = [...files, ...dependencies].filter(({ at }) => !isReplaced || at !== own)
  return { inputs: [...chart, ...valuesFiles, ...parameterFiles], failures }
}

/** A file that is given to Helm beside the chart. Rejects with `path.missing` where it does not exist. */
async function given(
  at: string,
  view: RepositoryView,
  { role, topLayer }: Pick<InputFile, 'role' | 'topLayer'>,
): Promise<InputFile> {
  const found = await view.read(at)
  if (found === undefined)
    throw stop('path.missing', 'this values file does not exist', { place: { file: at } })
  return { path: found.path, at, role, topLayer }
}

/**
 * The files of dependencies that are not vendored in the chart, at the paths where `helm dependency build` would put them:
 * those named by `file://`, and those from elsewhere.
 */
async function missingDependencies(
  source: HelmSource,
  view: RepositoryView,
  ports: ElsewherePorts,
): Promise<{ readonly inputs: readonly InputFile[]; readonly failures: readonly ExpectedStop[] }> {
  const { path } = source
  const vendored = (await view.list(posix.join(path, 'charts'))).map(({ name }) => name)
  const missing = (await lockedDependencies(path, view)).filter(
    ({ name }) =>
      !vendored.some((one) => one === name || (one.startsWith(`${name}-`) && one.endsWith('.tgz'))),
  )
  const byName = new Map(missing.map((one) => [one.name, one]))
  const findChart = chartFinder(source, view, ports)
  const failures: ExpectedStop[] = []
  const found = await Promise.all(
    [...byName.values()].map(async (one): Promise<readonly InputFile[]> => {
      try {
        const local = await placeOf(one, path, findChart)
        return local === undefined ? [] : dependencyFiles({ chart: path, name: one.name, local }, view)
      } catch (error) {
        if (!(error instanceof ExpectedStop)) throw error
        failures.push(error)
        return []
      }
    }),
  )
  return { inputs: found.flat(), failures }
}

/** The directory of a dependency; `undefined` for one in the same chart or of a repository that only the user's Helm knows. */
async function placeOf(
  { name, repository = '', version }: ChartDependency,
  chart: string,
  findChart: FindChart,
): Promise<string | undefined> {
  if (repository.startsWith('file://')) return posix.join(chart, repository.slice('file://'.length))
  const url = /^(https?|oci):/.test(repository) ? repository : ''
  return findChart({ repository: url, name, ...(version === undefined ? {} : { version }) })
}

interface Dependency {
  readonly chart: string
  readonly name: string
  /** The directory that has it. */
  readonly local: string
}

async function dependencyFiles(
  { chart, name, local }: Dependency,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  if ((await kindInside(view, posix.join(local, 'Chart.yaml'))) !== 'file') return []
  const files = await chartFiles(view, local, { chart: local, alone: false })
  return Promise.all(
    files.map((file) => {
      const at = posix.join(chart, 'charts', name, posix.relative(local, file.at))
      return withValuesKeys({ ...file, at }, chart, view)
    }),
  )
}

/** A chart whose files are listed. */
export interface ChartPlace {
  readonly chart: string
  /** Whether no values file is applied to the chart: its own values are then the top layer. */
  readonly alone: boolean
}

/** Every file of a chart's directory, its vendored charts included. Rejects with `source.render` for more than are read. */
export const chartFiles = (
  view: RepositoryView,
  directory: string,
  place: ChartPlace,
): Promise<readonly InputFile[]> =>
  filesBelow(view, directory, { ...place, countEntry: entryLimit(directory) })

async function filesBelow(
  view: RepositoryView,
  directory: string,
  place: ChartPlace & { readonly countEntry: () => void },
): Promise<readonly InputFile[]> {
  const found: InputFile[] = []
  for (const { name } of await view.list(directory)) {
    place.countEntry()
    const at = posix.join(directory, name)
    const kind = await kindInside(view, at)
    if (kind === 'directory') found.push(...(await filesBelow(view, at, place)))
    else if (kind === 'file') found.push(await chartFile(view, at, place))
  }
  return found
}

async function chartFile(view: RepositoryView, at: string, { chart, alone }: ChartPlace): Promise<InputFile> {
  const role = chartRole(posix.relative(chart, at))
  const path = role === 'other' ? at : ((await view.read(at))?.path ?? at)
  const topLayer = alone && at === posix.join(chart, 'values.yaml')
  return withValuesKeys({ path, at, role, topLayer }, chart, view)
}

async function withValuesKeys(file: InputFile, chart: string, view: RepositoryView): Promise<InputFile> {
  if (file.role !== 'chart-values') return file
  const valuesKeys = await subchartKeys(chart, posix.relative(chart, file.at), view)
  return valuesKeys === undefined ? file : { ...file, valuesKeys }
}

/** The kind of a path; `undefined` for a link that leads out of the repository, which Helm reports if it needs the file. */
async function kindInside(view: RepositoryView, path: string): Promise<'file' | 'directory' | undefined> {
  try {
    return await view.kind(path)
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}

function chartRole(inside: string): InputRole {
  if (/^(charts\/[^/]+\/)*values\.yaml$/.test(inside)) return 'chart-values'
  if (/^(charts\/[^/]+\/)*templates\/.*\.(ya?ml|tpl)$/.test(inside)) return 'template'
  return 'other'
}
