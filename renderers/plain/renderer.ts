import { posix } from 'node:path'
import picomatch from 'picomatch'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, KindRenderer, PlainSource, RepositoryView } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'

/** Renders manifests that are applied as they stand: a file, or every YAML and JSON file below a directory. */
export const plainRenderer: KindRenderer<PlainSource> = {
  inputs: async (source, view) => {
    const files = await chosenFiles(source, view)
    if (files.length === 0) {
      throw stop('source.unknown', 'no manifests stand here', { place: { file: source.path } })
    }
    return files
  },
  render: async (source, view) => {
    const inputs = await chosenFiles(source, view)
    const texts = await Promise.all(inputs.map(({ at }) => view.read(at)))
    return { source, objects: texts.flatMap((found) => (found ? readObjects(found.path, found.text) : [])) }
  },
}

async function chosenFiles(
  { path, recurse = true, include, exclude }: PlainSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const files = await manifestFiles(view, path, recurse)
  const [takes, leaves] = [include, exclude].map((glob) => (glob ? picomatch(glob) : undefined))
  return files.filter(({ at }) => {
    const inside = posix.relative(path, at)
    return (takes?.(inside) ?? true) && !(leaves?.(inside) ?? false)
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
  return found === undefined ? [] : [{ path: found.path, at: path, role: 'manifest', leaf: true }]
}
