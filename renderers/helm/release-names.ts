import { posix } from 'node:path'
import { textOf, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { isStage, wordsOf } from '../../plugin/model/stages.ts'
import { parsedChartFile } from './dependencies.ts'
import type { HelmSource } from './source.ts'

/** Words of directories and values files that say nothing of the release in them. */
const general = new Set(
  [
    ['app', 'apps', 'application', 'applications', 'service', 'services', 'release', 'releases', 'src'],
    ['base', 'common', 'default', 'defaults', 'global', 'shared', 'override', 'overrides', 'overlays', 'all'],
    ['chart', 'charts', 'helm', 'deploy', 'deployment', 'k8s', 'kubernetes', 'manifests', 'infra', 'ci'],
    ['cluster', 'clusters', 'config', 'configs', 'env', 'envs', 'environment', 'environments', 'values'],
  ].flat(),
)

/**
 * The names that a release of a chart may have, most likely first: that of its values file where it is kept elsewhere, that
 * of the chart's directory, and the chart's own. Words that are general, or name a stage, are no names.
 */
export async function releaseNames(
  { path, values }: Pick<HelmSource, 'path' | 'values'>,
  view: RepositoryView,
): Promise<readonly string[]> {
  const file = values.at(-1)
  const own = nameIn(path)
  const isBeside = file !== undefined && (posix.dirname(file) === path || file.startsWith(`${path}/`))
  const given = file === undefined ? undefined : nameOfValues(file)
  const chart = textOf(valueAt(await parsedChartFile(posix.join(path, 'Chart.yaml'), view), ['name']))
  const names = [...(isBeside ? [own, given] : [given, own]), chart]
  return [...new Set(names.flatMap((name) => (name === undefined ? [] : releaseName(name))))]
}

/** The name in the path of a values file: that of the file, else that of the directory around it. */
export const nameOfValues = (file: string): string | undefined =>
  nameOfFile(file) ?? nameIn(posix.dirname(file))

/** What Helm accepts as the name of a release; none for a text without a letter or digit. */
function releaseName(text: string): readonly string[] {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return name === '' ? [] : [name.slice(0, 53)]
}

/** The last step of a path that is no general word. */
const nameIn = (path: string): string | undefined =>
  path
    .split('/')
    .filter((step) => step !== '.' && step !== '..' && !isGeneral(step))
    .at(-1)

const isGeneral = (step: string): boolean => wordsOf(step).every((word) => general.has(word) || isStage(word))

/** A file name without general words and its stage: `values-web.prod.yaml` gives `web`. */
function nameOfFile(file: string): string | undefined {
  const words = wordsOf(posix.basename(file).replace(/\.ya?ml$/, ''))
  const left = words.filter((word) => !general.has(word) && !isStage(word))
  return left.length === 0 ? undefined : left.join('-')
}
