import type { RepositoryView, SourceHint } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'

/**
 * Charts with values files that are kept elsewhere in the repository: mappings that are no manifests, with keys that are
 * all in the `values.yaml` of exactly one chart.
 */
export async function findValuesFiles(
  charts: readonly string[],
  looseFiles: readonly string[],
  view: RepositoryView,
): Promise<readonly SourceHint[]> {
  if (charts.length === 0) return []
  const known = await Promise.all(
    charts.map(async (path) => ({ path, keys: new Set(await keysOf(view, `${path}/values.yaml`)) })),
  )
  const found = await Promise.all(
    looseFiles.map(async (file): Promise<readonly SourceHint[]> => {
      const keys = await keysOf(view, file)
      if (keys.length === 0 || keys.includes('apiVersion') || keys.includes('kind')) return []
      const fitting = known.filter((chart) => keys.every((key) => chart.keys.has(key)))
      const [only, ...more] = fitting
      return only === undefined || more.length > 0 ? [] : [{ path: only.path, values: [file] }]
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
