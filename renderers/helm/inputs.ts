import { posix } from 'node:path'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { HelmSource, InputFile, InputRole, RepositoryView } from '../../plugin/model/source.ts'
import { chartDependencies } from './dependencies.ts'

/** Every file that a chart reads: the chart's own directory and its stack of values files. */
export async function helmInputs(source: HelmSource, view: RepositoryView): Promise<readonly InputFile[]> {
  if ((await view.kind(posix.join(source.path, 'Chart.yaml'))) !== 'file') {
    throw stop('source.unknown', 'no Chart.yaml stands in this directory', { place: { file: source.path } })
  }
  const alone = source.values.length === 0
  const chart = [
    ...(await chartFiles(view, source.path, { chart: source.path, alone })),
    ...(await missingDependencies(source, view)),
  ]
  const stack = await Promise.all(
    source.values.map(async (at, index): Promise<InputFile> => {
      const found = await view.read(at)
      if (found === undefined)
        throw stop('path.missing', 'this values file does not exist', { place: { file: at } })
      return { path: found.path, at, role: 'values', leaf: index === source.values.length - 1 }
    }),
  )
  return [...chart, ...stack]
}

/**
 * The files of charts that a chart depends on and that are not vendored in it, laid where `helm dependency build` would
 * put them: those it names by `file://`, and those found in a directory of charts.
 */
async function missingDependencies(
  { path, charts }: HelmSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const vendored = (await view.list(posix.join(path, 'charts'))).map(({ name }) => name)
  const missing = (await chartDependencies(path, view)).filter(
    ({ name }) =>
      !vendored.some((one) => one === name || (one.startsWith(`${name}-`) && one.endsWith('.tgz'))),
  )
  const names = new Map(missing.map((one) => [one.name, one]))
  const found = await Promise.all(
    [...names.values()].map(async ({ name, repository }): Promise<readonly InputFile[]> => {
      const local = repository?.startsWith('file://')
        ? posix.join(path, repository.slice('file://'.length))
        : posix.join(charts ?? '.tortoise-no-charts', name)
      if ((await kindInside(view, posix.join(local, 'Chart.yaml'))) !== 'file') return []
      const files = await chartFiles(view, local, { chart: local, alone: false })
      return files.map((file) => ({
        ...file,
        at: posix.join(path, 'charts', name, posix.relative(local, file.at)),
      }))
    }),
  )
  return found.flat()
}

/** Where files of a chart stand, and how they count. */
export interface ChartPlace {
  readonly chart: string
  /** True when no values file is laid over the chart: its own values are then the most specific layer. */
  readonly alone: boolean
}

/** Every file of a chart's directory, its vendored charts included. */
export async function chartFiles(
  view: RepositoryView,
  directory: string,
  chart: ChartPlace,
): Promise<readonly InputFile[]> {
  const entries = await view.list(directory)
  const found = await Promise.all(
    entries.map(async ({ name }): Promise<readonly InputFile[]> => {
      const at = posix.join(directory, name)
      const kind = await kindInside(view, at)
      if (kind === undefined) return []
      if (kind === 'directory') return chartFiles(view, at, chart)
      const role = chartRole(posix.relative(chart.chart, at))
      const path = role === 'other' ? at : ((await view.read(at))?.path ?? at)
      return [{ path, at, role, leaf: chart.alone && at === posix.join(chart.chart, 'values.yaml') }]
    }),
  )
  return found.flat()
}

/** A link that leads out of the repository is not followed: the file is left out, and Helm will say so if it needs it. */
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
