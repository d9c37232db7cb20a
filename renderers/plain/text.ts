import { posix } from 'node:path'
import type { RepositoryView } from '../../plugin/model/source.ts'
import type { PlainSource } from './source.ts'

/** Which files of a directory are read, as in `spec.source.directory` of an Application. */
export interface DirectoryOptions {
  readonly recurse?: boolean
  /** A glob over the path below the directory; `*` crosses slashes, as in Argo CD. */
  readonly include?: string
  readonly exclude?: string
}

/** The manifests of a directory as one stream of documents, in the order of their paths; files without any are skipped. */
export async function directoryText(
  source: PlainSource,
  view: RepositoryView,
  options: DirectoryOptions,
): Promise<string> {
  const paths = await manifestPaths(source.path, view, options.recurse === true)
  const [included, excluded] = [matcher(options.include), matcher(options.exclude)]
  const isRead = (path: string): boolean => {
    const inside = posix.relative(source.path, path)
    return included?.test(inside) !== false && excluded?.test(inside) !== true
  }
  const texts = await Promise.all(paths.filter(isRead).map((path) => view.read(path)))
  return texts
    .map((file) => file?.text ?? '')
    .filter(looksLikeManifest)
    .map(asDocument)
    .join('')
}

async function manifestPaths(
  path: string,
  view: RepositoryView,
  recurse: boolean,
): Promise<readonly string[]> {
  if ((await view.kind(path)) === 'file') return [path]
  const entries = await view.list(path)
  const found = await Promise.all(
    entries.map(async ({ name, kind }): Promise<readonly string[]> => {
      const at = posix.join(path, name)
      if (kind === 'directory') return recurse && !ours.test(name) ? manifestPaths(at, view, true) : []
      return /\.(ya?ml|json)$/.test(name) && (await view.kind(at)) === 'file' ? [at] : []
    }),
  )
  return found.flat()
}

/** Our own directory and Git's, which hold no manifests. */
const ours = /^\.(tortoise|git)$/

const looksLikeManifest = (text: string): boolean =>
  /["']?apiVersion["']?\s*:/.test(text) && /["']?kind["']?\s*:/.test(text)

const asDocument = (text: string): string => {
  const body = text.replace(/^\uFEFF/, '')
  return `${/^---(\s|$)/m.exec(body)?.index === 0 ? '' : '---\n'}${body}${body.endsWith('\n') ? '' : '\n'}`
}

function matcher(glob: string | undefined): RegExp | undefined {
  if (glob === undefined || glob === '') return undefined
  const tokens: Readonly<Record<string, string>> = { '*': '.*', '?': '.', '{': '(?:', '}': ')', ',': '|' }
  const pattern = glob
    .replaceAll('**', '*')
    .replace(/[\\^$.|+()[\]*?{},]/g, (one) => tokens[one] ?? `\\${one}`)
  return new RegExp(`^${pattern}$`)
}
