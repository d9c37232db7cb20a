import { posix } from 'node:path'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, PlainSource, Renderer, RepositoryView } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'

/** Renders manifests that are applied as they stand: a file, or every YAML and JSON file below a directory. */
export const plainRenderer: Renderer<PlainSource> = {
  inputs: async (source, view) => {
    const files = await manifestFiles(view, source.path)
    if (files.length === 0) {
      throw stop('source.unknown', 'no manifests stand here', { place: { file: source.path } })
    }
    return files
  },
  render: async (source, view) => {
    const inputs = await manifestFiles(view, source.path)
    const texts = await Promise.all(inputs.map(({ at }) => view.read(at)))
    return { source, objects: texts.flatMap((found) => (found ? readObjects(found.path, found.text) : [])) }
  },
}

async function manifestFiles(view: RepositoryView, path: string): Promise<readonly InputFile[]> {
  if ((await view.kind(path)) === 'directory') {
    // Links are not followed: they may lead in circles, or out of the repository.
    const entries = (await view.list(path)).filter(({ kind }) => kind !== 'link')
    return (await Promise.all(entries.map(({ name }) => manifestFiles(view, posix.join(path, name))))).flat()
  }
  if (!/\.(ya?ml|json)$/.test(path)) return []
  const found = await view.read(path)
  return found === undefined ? [] : [{ path: found.path, at: path, role: 'manifest', leaf: true }]
}
