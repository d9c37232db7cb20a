import { posix } from 'node:path'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { HelmSource, InputFile, InputRole, RepositoryView } from '../../plugin/model/source.ts'

/** Every file that a chart reads: the chart's own directory and its stack of values files. */
export async function helmInputs(source: HelmSource, view: RepositoryView): Promise<readonly InputFile[]> {
  if ((await view.kind(posix.join(source.path, 'Chart.yaml'))) !== 'file') {
    throw stop('source.unknown', 'no Chart.yaml stands in this directory', { place: { file: source.path } })
  }
  const alone = source.values.length === 0
  const chart = await chartFiles(view, source.path, { chart: source.path, alone })
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

interface Chart {
  readonly chart: string
  /** True when no values file is laid over the chart: its own values are then the most specific layer. */
  readonly alone: boolean
}

async function chartFiles(
  view: RepositoryView,
  directory: string,
  chart: Chart,
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
