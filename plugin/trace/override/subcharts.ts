import { listOf, textOf, valueAt } from '../../model/json.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { yamlInView } from '../yaml-in-view.ts'

/**
 * The keys under which the values of a chart hold those of a chart vendored in it, for a file of the latter: its name,
 * or each of the aliases that its parent gives it. One empty list for the chart's own files.
 */
export async function subchartKeys(
  chart: string,
  file: string,
  { inputs, view }: { readonly inputs: readonly InputFile[]; readonly view: RepositoryView },
): Promise<readonly (readonly string[])[]> {
  const at = inputs.find(({ path }) => path === file)?.at ?? file
  const inside = chart === '.' ? at : at.slice(chart.length + 1)
  let parent = chart
  let found: readonly (readonly string[])[] = [[]]
  for (const [, name = ''] of inside.matchAll(/(?:^|\/)charts\/([^/]+)(?=\/)/g)) {
    const names = await calledBy(parent, name, view)
    found = found.flatMap((keys) => names.map((one) => [...keys, one]))
    parent = join(parent, `charts/${name}`)
  }
  return found
}

const join = (directory: string, path: string): string => (directory === '.' ? path : `${directory}/${path}`)

/** What a parent calls a subchart: its aliases, or its name. */
async function calledBy(parent: string, name: string, view: RepositoryView): Promise<readonly string[]> {
  const files = ['Chart.yaml', 'requirements.yaml'].map((file) => join(parent, file))
  const charts = await Promise.all(files.map((file) => yamlInView(file, view)))
  const named = charts
    .flatMap((yaml) => listOf(valueAt(yaml?.documents[0]?.toJS(), ['dependencies'])))
    .filter((one) => valueAt(one, ['name']) === name)
    .map((one) => textOf(valueAt(one, ['alias'])) ?? name)
  return named.length === 0 ? [name] : [...new Set(named)]
}
