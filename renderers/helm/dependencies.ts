import { posix } from 'node:path'
import { parse } from 'yaml'
import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'

/** A chart that another one depends on. */
interface ChartDependency {
  readonly name: string
  readonly repository?: string
}

/** What a chart's `Chart.yaml` (or, for old charts, `requirements.yaml`) depends on. */
export async function chartDependencies(
  chart: string,
  view: RepositoryView,
): Promise<readonly ChartDependency[]> {
  const files = ['Chart.yaml', 'requirements.yaml'].map((name) => posix.join(chart, name))
  const found = await Promise.all(files.map((file) => dependenciesIn(file, view)))
  return found.flat()
}

async function dependenciesIn(file: string, view: RepositoryView): Promise<readonly ChartDependency[]> {
  const parsed = await parsedFile(file, view)
  return listOf(valueAt(parsed, ['dependencies'])).flatMap((one): readonly ChartDependency[] => {
    const [name, repository] = [textOf(valueAt(one, ['name'])), textOf(valueAt(one, ['repository']))]
    // A name becomes a part of a path.
    if (name === undefined || !/^[\w.-]+$/.test(name) || name.startsWith('.')) return []
    return [{ name, ...(repository === undefined ? {} : { repository }) }]
  })
}

async function parsedFile(file: string, view: RepositoryView): Promise<Json> {
  try {
    return parse((await view.read(file))?.text ?? '', { logLevel: 'silent', uniqueKeys: false }) as Json
  } catch {
    // Helm reads the file itself and says what is wrong with it.
    return null
  }
}
