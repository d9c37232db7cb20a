import { posix } from 'node:path'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { chartDependencies } from './dependencies.ts'

/**
 * The keys under which a chart's values hold those of a chart vendored in it: its name, or each alias that its parent
 * gives it. `inside` is the path of a file of the vendored chart, relative to `chart`; `undefined` for a file of `chart`
 * itself.
 */
export async function subchartKeys(
  chart: string,
  inside: string,
  view: RepositoryView,
): Promise<readonly (readonly string[])[] | undefined> {
  let parent = chart
  let keys: readonly (readonly string[])[] | undefined
  for (const [, name = ''] of inside.matchAll(/(?:^|\/)charts\/([^/]+)(?=\/)/g)) {
    const names = await namesIn(parent, name, view)
    keys = (keys ?? [[]]).flatMap((outer) => names.map((one) => [...outer, one]))
    parent = posix.join(parent, 'charts', name)
  }
  return keys
}

/** The names by which a parent holds the values of a subchart: its aliases, or its own name. */
async function namesIn(parent: string, name: string, view: RepositoryView): Promise<readonly string[]> {
  const dependencies = await chartDependencies(parent, view)
  const names = dependencies.filter((one) => one.name === name).map(({ alias }) => alias ?? name)
  return names.length === 0 ? [name] : [...new Set(names)]
}
