import { posix } from 'node:path'
import { globMatcher } from '../../plugin/model/glob.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { byteLimit, entryLimit } from '../source-limits.ts'
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
  const scan = { view, recurse: options.recurse === true, countEntry: entryLimit(source.path) }
  const paths = await manifestPaths(scan, source.path)
  const [included, excluded] = [matcher(options.include), matcher(options.exclude)]
  const isRead = (path: string): boolean => {
    const inside = posix.relative(source.path, path)
    return included?.(inside) !== false && excluded?.(inside) !== true
  }
  const countBytes = byteLimit()
  const texts = await inParallel(paths.filter(isRead), async (path) => {
    const found = await view.read(path)
    countBytes(found?.text.length ?? 0, path)
    return found
  })
  return texts
    .map((file) => file?.text ?? '')
    .filter(looksLikeManifest)
    .map(asDocument)
    .join('')
}

interface Scan {
  readonly view: RepositoryView
  readonly recurse: boolean
  readonly countEntry: () => void
}

async function manifestPaths(scan: Scan, path: string): Promise<readonly string[]> {
  const { view, recurse } = scan
  scan.countEntry()
  if ((await view.kind(path)) === 'file') return [path]
  const entries = await view.list(path)
  const found = await inParallel(entries, async ({ name, kind }): Promise<readonly string[]> => {
    const at = posix.join(path, name)
    if (kind === 'directory') return recurse && !ours.test(name) ? manifestPaths(scan, at) : []
    scan.countEntry()
    return /\.(ya?ml|json)$/.test(name) && (await view.kind(at)) === 'file' ? [at] : []
  })
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

const matcher = (glob: string | undefined): ((path: string) => boolean) | undefined =>
  glob === undefined || glob === '' ? undefined : globMatcher(glob, { crossing: true })
