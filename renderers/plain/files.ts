import { posix } from 'node:path'
import { globMatcher } from '../../plugin/model/glob.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import type { PlainSource } from './source.ts'

/** The YAML and JSON files of a source, its globs applied. */
export async function chosenFiles(
  { path, recurse = true, include, exclude }: PlainSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const files = await manifestFiles(view, path, recurse)
  const [included, excluded] = [include, exclude].map((glob) =>
    // Argo CD matches without separators: `*` matches `/` too.
    glob ? globMatcher(glob, { crossing: true }) : undefined,
  )
  return files.filter(({ at }) => {
    const inside = posix.relative(path, at)
    return (included?.(inside) ?? true) && !(excluded?.(inside) ?? false)
  })
}

async function manifestFiles(
  view: RepositoryView,
  path: string,
  recurse: boolean,
): Promise<readonly InputFile[]> {
  if ((await view.kind(path)) === 'directory') {
    // Links are not followed: they may lead in circles, or out of the repository.
    const entries = (await view.list(path)).filter(
      ({ kind }) => kind === 'file' || (recurse && kind === 'directory'),
    )
    const found = await Promise.all(
      entries.map(({ name }) => manifestFiles(view, posix.join(path, name), recurse)),
    )
    return found.flat()
  }
  if (!/\.(ya?ml|json)$/.test(path)) return []
  const found = await view.read(path)
  return found === undefined ? [] : [{ path: found.path, at: path, role: 'manifest', topLayer: true }]
}
