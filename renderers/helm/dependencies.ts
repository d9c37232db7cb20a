import { posix } from 'node:path'
import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { perText } from '../../plugin/yaml/per-text.ts'

/** A chart that another one depends on. */
export interface ChartDependency {
  readonly name: string
  readonly repository?: string
  /** A version or a range. */
  readonly version?: string
  /** The key that holds its values in place of its name. */
  readonly alias?: string
}

/** The dependencies in a chart's `Chart.yaml` and, for old charts, `requirements.yaml`. */
export async function chartDependencies(
  chart: string,
  view: RepositoryView,
): Promise<readonly ChartDependency[]> {
  const files = ['Chart.yaml', 'requirements.yaml'].map((name) => posix.join(chart, name))
  const found = await Promise.all(files.map((file) => dependenciesIn(file, view)))
  return found.flat()
}

/**
 * The dependencies with the versions that `Chart.lock` pins, as `helm dependency build` takes them: those that the lock
 * lists with the same repository.
 */
export async function lockedDependencies(
  chart: string,
  view: RepositoryView,
): Promise<readonly ChartDependency[]> {
  const locks = ['Chart.lock', 'requirements.lock'].map((name) => posix.join(chart, name))
  const pinned = (await Promise.all(locks.map((file) => dependenciesIn(file, view)))).flat()
  return (await chartDependencies(chart, view)).map((one) => ({
    ...one,
    ...pinned.find(({ name, repository }) => name === one.name && repository === one.repository),
    ...(one.alias === undefined ? {} : { alias: one.alias }),
  }))
}

async function dependenciesIn(file: string, view: RepositoryView): Promise<readonly ChartDependency[]> {
  const chart = await parsedChartFile(file, view)
  return listOf(valueAt(chart, ['dependencies'])).flatMap((one): readonly ChartDependency[] => {
    const [name, repository, version, alias] = ['name', 'repository', 'version', 'alias'].map((key) =>
      textOf(valueAt(one, [key])),
    )
    // A name becomes a part of a path.
    if (name === undefined || !/^[\w.-]+$/.test(name) || name.startsWith('.')) return []
    return [
      {
        name,
        ...(repository === undefined ? {} : { repository }),
        ...(version === undefined ? {} : { version }),
        ...(alias === undefined ? {} : { alias }),
      },
    ]
  })
}

/** Helm reads the files too and reports what is wrong with one of them: that has no value here. */
export async function parsedChartFile(file: string, view: RepositoryView): Promise<Json> {
  try {
    return parsed((await view.read(file))?.text ?? '')
  } catch {
    return null
  }
}

/** Many releases may have the same chart. */
const parsed = perText((text): Json => {
  try {
    return parseValue(text, { uniqueKeys: false })
  } catch {
    return null
  }
})
