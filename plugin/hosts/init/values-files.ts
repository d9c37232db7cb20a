import { parse } from 'yaml'
import type { RepositoryView } from '../../model/source.ts'
import { walkDirectories } from '../../trace/sources/walk-repository.ts'

/** A chart with a file elsewhere in the repository that gives it values. */
export interface ChartValues {
  readonly chart: string
  readonly file: string
}

/**
 * Finds the values files that stand apart from their chart: mappings that are no manifests, every key of which the
 * `values.yaml` of one chart, and of one alone, knows.
 */
export async function findValuesFiles(view: RepositoryView): Promise<readonly ChartValues[]> {
  const { charts, manifests } = await walkDirectories(view)
  if (charts.length === 0) return []
  const known = await Promise.all(
    charts.map(async ({ path }) => ({ path, keys: new Set(await keysOf(view, `${path}/values.yaml`)) })),
  )
  const found = await Promise.all(
    manifests.map(async (file): Promise<readonly ChartValues[]> => {
      const keys = await keysOf(view, file)
      if (keys.length === 0 || keys.includes('apiVersion') || keys.includes('kind')) return []
      const fitting = known.filter((chart) => keys.every((key) => chart.keys.has(key)))
      const [only, ...more] = fitting
      return only === undefined || more.length > 0 ? [] : [{ chart: only.path, file }]
    }),
  )
  return found.flat()
}

/** The top keys of a file with one mapping; none when it is anything else. */
async function keysOf(view: RepositoryView, file: string): Promise<readonly string[]> {
  try {
    const value: unknown = parse((await view.read(file))?.text ?? '', { logLevel: 'silent' })
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  } catch {
    return []
  }
}
