import { posix } from 'node:path'
import type { RepositoryView, SourceHint } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { chartDependencies } from './dependencies.ts'
import { nameOfValues } from './release-names.ts'

/**
 * Charts with values files that are kept elsewhere in the repository, or in a directory of the chart that is not one of
 * Helm: mappings that are no manifests, with keys that are all those of exactly one chart, or of
 * a chart that this one has. Of several charts with the same keys, the one whose directory has the name of the file.
 */
export async function findValuesFiles(
  charts: readonly string[],
  looseFiles: readonly string[],
  view: RepositoryView,
): Promise<readonly SourceHint[]> {
  if (charts.length === 0) return []
  const known = await Promise.all(charts.map(async (path) => ({ path, keys: await valueKeysOf(path, view) })))
  const inside = await Promise.all(known.map((chart) => valuesInside(chart, view)))
  const found = await Promise.all(
    looseFiles.map(async (file): Promise<readonly SourceHint[]> => {
      const keys = await keysOf(view, file)
      if (keys.length === 0 || keys.includes('apiVersion') || keys.includes('kind')) return []
      const fitting = known.filter((chart) => keys.every((key) => chart.keys.has(key)))
      // Charts that were made from one template have the same keys.
      const alike = fitting.filter(({ path }) => nameOfValues(file) === posix.basename(path))
      const [only, ...more] = fitting.length > 1 ? alike : fitting
      return only === undefined || more.length > 0 ? [] : [{ path: only.path, values: [file] }]
    }),
  )
  return [...inside, ...found].flat()
}

interface KnownChart {
  readonly path: string
  /** The keys that values of the chart may have. */
  readonly keys: ReadonlySet<string>
}

/** The keys of a chart's own values, and those that hold values of the charts that it depends on. */
async function valueKeysOf(path: string, view: RepositoryView): Promise<ReadonlySet<string>> {
  const own = await keysOf(view, posix.join(path, 'values.yaml'))
  const dependencies = await chartDependencies(path, view)
  const nested = dependencies.length === 0 ? [] : ['global']
  return new Set([...own, ...nested, ...dependencies.map(({ name, alias }) => alias ?? name)])
}

/** Directories of a chart without values files of its releases. */
const own = new Set(['templates', 'charts', 'crds', 'ci', 'test', 'tests', 'examples', 'files'])

/** The chart with each values file in one of its directories, such as `env/prod.yaml`. */
async function valuesInside(
  { path, keys }: KnownChart,
  view: RepositoryView,
): Promise<readonly SourceHint[]> {
  const filesIn = async (directory: string): Promise<readonly string[]> => {
    const entries = await view.list(directory)
    const below = entries.filter(({ name, kind }) => kind === 'directory' && !name.startsWith('.'))
    const isTop = directory === path
    const deeper = below.filter(({ name }) => !isTop || !own.has(name))
    const nested = await Promise.all(deeper.map(({ name }) => filesIn(posix.join(directory, name))))
    const files = isTop ? [] : entries.filter(({ name, kind }) => kind === 'file' && /\.ya?ml$/.test(name))
    return [...files.map(({ name }) => posix.join(directory, name)), ...nested.flat()]
  }
  // The code of a service may be beside its chart.
  const files = path === '.' ? [] : await filesIn(path)
  const found = await Promise.all(
    files.map(async (file) => {
      const given = await keysOf(view, file)
      return given.length > 0 && given.every((key) => keys.has(key)) ? [{ path, values: [file] }] : []
    }),
  )
  return found.flat()
}

/** The top keys of a file with one mapping; empty when it is anything else. */
async function keysOf(view: RepositoryView, file: string): Promise<readonly string[]> {
  try {
    const value: unknown = parseValue((await view.read(file))?.text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  } catch {
    return []
  }
}
