import { posix } from 'node:path'
import { globMatcher } from '../../plugin/model/glob.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { byteLimit, entryLimit } from '../source-limits.ts'
import type { PlainSource } from './source.ts'

/** The YAML and JSON files of a source, its globs applied. Rejects with `source.render` where it has too many or too large files. */
export async function chosenFiles(
  { path, recurse = true, include, exclude }: PlainSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const scanned = { view, recurse, countEntry: entryLimit(path), countBytes: byteLimit() }
  const files = await manifestFiles(scanned, path)
  const [included, excluded] = [include, exclude].map((glob) =>
    // Argo CD matches without separators: `*` matches `/` too.
    glob ? globMatcher(glob, { crossing: true }) : undefined,
  )
  return files.filter(({ at }) => {
    const inside = posix.relative(path, at)
    return (included?.(inside) ?? true) && !(excluded?.(inside) ?? false)
  })
}

interface Scan {
  readonly view: RepositoryView
  readonly recurse: boolean
  readonly countEntry: () => void
  readonly countBytes: (bytes: number, file: string) => void
}

async function manifestFiles(scan: Scan, path: string): Promise<readonly InputFile[]> {
  const { view, recurse } = scan
  scan.countEntry()
  if ((await view.kind(path)) === 'directory') {
    // Links are not followed: they may lead in circles, or out of the repository.
    const entries = (await view.list(path)).filter(
      ({ kind }) => kind === 'file' || (recurse && kind === 'directory'),
    )
    const found = await inParallel(entries, ({ name }) => manifestFiles(scan, posix.join(path, name)))
    return found.flat()
  }
  if (!/\.(ya?ml|json)$/.test(path)) return []
  const found = await view.read(path)
  scan.countBytes(found?.text.length ?? 0, path)
  return found === undefined ? [] : [{ path: found.path, at: path, role: 'manifest', topLayer: true }]
}
