import { posix } from 'node:path'
import { type ExpectedStop, stop } from '../../plugin/model/problem.ts'
import { perText } from '../../plugin/yaml/per-text.ts'
import { folded, foldedSet, isInlineDocument } from './field-names.ts'
import { type FoundText, strictTexts } from './strict-yaml.ts'

/** Keys whose texts kustomize loads, from files or servers. */
const loading = foldedSet([
  ...[
    'resources',
    'bases',
    'components',
    'crds',
    'configurations',
    'generators',
    'transformers',
    'validators',
  ],
  ...['patchesStrategicMerge', 'path', 'paths', 'files', 'file', 'envs', 'env', 'openapi', 'schema'],
  ...['chartHome', 'configHome', 'valuesFile', 'additionalValuesFiles', 'values'],
])

/** Keys whose texts are Helm's names of charts: kustomize makes paths of them. */
const chartNames = foldedSet(['name', 'version', 'chart', 'chartName', 'chartVersion'])
const charts = foldedSet(['helmCharts', 'helmChartInflationGenerator'])

/** Keys whose texts are handed to Helm as the name of a release, where a dash would make an option of it. */
const releaseNames = foldedSet(['releaseName', 'chartReleaseName'])

/** The key of a name that Helm runs as a template, with its functions for the environment and for DNS. */
const nameTemplates = foldedSet(['nameTemplate'])

/** Keys of maps whose texts are given to objects or templates, whatever they look like. */
const givenMaps = new Set([
  ...['commonAnnotations', 'commonLabels', 'annotations', 'labels', 'pairs'],
  ...['valuesInline', 'valuesLocal'],
])

/** How far documents inside documents are followed. */
const deepest = 3

/**
 * Why a kustomization, or a file that configures a generator or transformer, must not be rendered: a text of it leads out
 * of the repository or to a server, or cannot be read for certain. `undefined` when every text stays inside. `directory`
 * is where its paths start. Every text at every depth counts as a path, whatever its key, because kustomize's fields are
 * more than any list; the keys only decide whether a URL is loaded or is plain content.
 */
export const escapeIn = (file: string, content: string, directory: string): ExpectedStop | undefined =>
  search([file, directory, content].join('\0'))

const search = perText((joined) => {
  const [file = '', directory = '', ...content] = joined.split('\0')
  return searchDocument({ file, directory, depth: 0 }, content.join('\0'))
})

interface Search {
  readonly file: string
  readonly directory: string
  /** How many documents this one is inside of. */
  readonly depth: number
}

function searchDocument(search: Search, content: string): ExpectedStop | undefined {
  const texts = strictTexts(search.file, content)
  const isPlugin = texts.some(({ text, keys }) => keys.at(-1) === 'kind' && text.includes('HelmChart'))
  for (const found of texts) {
    const why = reasonOf(found, search.directory, isPlugin)
    if (why !== undefined) return refusal(search.file, found, why)
    if (!isInline(found)) continue
    if (search.depth >= deepest) return refusal(search.file, found, 'it has documents inside documents')
    const inner = searchDocument({ ...search, depth: search.depth + 1 }, found.text)
    if (inner !== undefined) return inner
  }
  return undefined
}

const refusal = (file: string, { line, column }: FoundText, why: string): ExpectedStop =>
  stop('source.render', why, {
    place: { file, line, column },
    hint: 'Vendor what it needs into the repository, and refer to it by a relative path.',
  })

const lastKey = ({ keys }: FoundText): string => keys.at(-1) ?? ''

const isInline = (found: FoundText): boolean => !found.isKey && isInlineDocument(lastKey(found), found.text)

function reasonOf(found: FoundText, directory: string, isPlugin: boolean): string | undefined {
  const { text, isKey } = found
  if (isKey || isContent(found)) return undefined
  const key = folded(lastKey(found))
  for (const path of pathsIn(text)) {
    const why = reasonOfPath(path, found, directory)
    if (why !== undefined) return why
  }
  const inChart = found.keys.some((one) => charts.has(folded(one))) || isPlugin
  if (inChart && chartNames.has(key) && /[/\\]|\.\./.test(text))
    return `${shown(text)} cannot be the name of a chart`
  if (inChart && releaseNames.has(key) && !/^[a-zA-Z0-9][\w.-]*$/.test(text))
    return `${shown(text)} cannot be the name of a release`
  if (inChart && nameTemplates.has(key) && text.includes('{{'))
    return `${shown(text)} is a template of a name, which is not run`
  if (loading.has(key) && text.length > 4_096) return 'a path in it is longer than 4,096 characters'
  return undefined
}

function reasonOfPath(path: string, found: FoundText, directory: string): string | undefined {
  const key = folded(lastKey(found))
  const loads = loading.has(key)
  const leaves = leavesRoot(path, directory) || (loads && posix.isAbsolute(path) && !isFieldPath(found))
  if (leaves) return `${key === 'charthome' ? 'the chart home ' : ''}${shown(path)} is outside the repository`
  const remote = loads ? hasScheme(path) : isDownloaded(path) && !isGiven(found)
  return remote ? `${shown(path)} is on a server, and rendering downloads nothing` : undefined
}

/** What every loader of kustomize downloads, whatever the key is. */
const isDownloaded = (text: string): boolean => /^\s*https?:/i.test(text)

/** Whether a text is a label, an annotation, a value of a chart, or where a vendored chart once came from. */
const isGiven = (found: FoundText): boolean =>
  found.keys.some((key) => givenMaps.has(key)) || ['repo', 'chartRepoUrl'].includes(lastKey(found))

/** Patches and literals: content that kustomize never takes for a path. */
const isContent = (found: FoundText): boolean =>
  ['patch', 'literals', 'jsonOp', 'op', 'value', 'content'].includes(lastKey(found)) || isInline(found)

/** The path of a field in objects, as `fieldSpecs` and labels list them. */
const isFieldPath = ({ keys }: FoundText): boolean =>
  keys.at(-1) === 'path' &&
  keys.slice(0, -1).some((key) => /^(fieldSpecs|fields|.*[Ff]ieldSpecs?|name.*|common.*)$/.test(key))

/** A text as a path, and what follows the `=` of a generator's `key=path`. */
function pathsIn(text: string): readonly string[] {
  const cut = text.indexOf('=')
  return cut === -1 ? [text] : [text, text.slice(cut + 1)]
}

/** Whether a path leaves the root of the repository at any of its steps, by Go's rules and by Node's. */
function leavesRoot(path: string, directory: string): boolean {
  if (!path.includes('..')) return false
  if (posix.isAbsolute(path)) return false
  const joined = posix.join(directory, path.replaceAll('\\', '/'))
  return joined === '..' || joined.startsWith('../')
}

// A URL has no line breaks: Go refuses one with control characters.
const hasScheme = (text: string): boolean =>
  !text.trim().includes('\n') && /^\s*[a-z][a-z0-9+.-]*:(?!$)|:\/\/|^\s*\/\//i.test(text)

/** A path for a message: quoted where it holds more than the characters of usual paths. */
function shown(text: string): string {
  const short = text.length > 120 ? `${text.slice(0, 120)}…` : text
  return /^[\w./@:=-]+$/.test(short) ? short : JSON.stringify(short)
}
