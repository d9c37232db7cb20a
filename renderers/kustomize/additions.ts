import { posix } from 'node:path'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'
import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { entryLimit } from '../source-limits.ts'
import { findKustomization } from './file.ts'
import type { KustomizeSource } from './source.ts'

/**
 * The kustomization that a source with additions is built from: the one in the directory, or one of every manifest below
 * it, with the additions appended. It exists only while the source is rendered. `undefined` when nothing is added.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#generate-a-kustomizationyaml-file
 */
export async function additionsFile(
  source: KustomizeSource,
  view: RepositoryView,
  local: ReadonlyMap<string, string> = new Map(),
): Promise<WorkspaceFile | undefined> {
  const { additions, path } = source
  if (additions === undefined) return undefined
  const file = await findKustomization(view, path)
  if (file !== undefined && Object.keys(additions).length === 0) return undefined
  const own =
    file === undefined
      ? { resources: await manifestsBelow(view, path) }
      : read(file, local.get(file) ?? (await view.read(file))?.text)
  return {
    path: file ?? posix.join(path, 'kustomization.yaml'),
    // In JSON, a text such as `on` is a text in every version of YAML.
    content: JSON.stringify(merged(own, additions), null, 2),
  }
}

function read(file: string, text = ''): JsonObject {
  const parsed = parseValue(text, { uniqueKeys: false })
  if (parsed === null) return {}
  if (isJsonObject(parsed)) return parsed
  throw stop('source.render', 'the kustomization is not a mapping', { place: { file } })
}

function merged(own: JsonObject, additions: JsonObject): JsonObject {
  const added = Object.entries(additions).map(([key, value]) => [key, joined(own[key], value)] as const)
  return { ...own, ...Object.fromEntries(added) }
}

/** Appends lists, where an item replaces another of its name, and merges maps. Any other value replaces the one before. */
function joined(before: Json | undefined, value: Json): Json {
  if (Array.isArray(value) && Array.isArray(before)) {
    const names = new Set(value.map(nameIn).filter(Boolean))
    return [...before.filter((one) => !names.has(nameIn(one))), ...value]
  }
  return isJsonObject(value) && isJsonObject(before) ? { ...before, ...value } : value
}

const nameIn = (entry: Json): string | undefined => textOf(valueAt(entry, ['name']))

/**
 * Every manifest below a directory as Flux lists them: a directory with a kustomization in place of its files. Rejects with
 * `source.render` where they are too many.
 */
export const manifestsBelow = (view: RepositoryView, root: string): Promise<readonly string[]> =>
  manifestsIn({ view, root, countEntry: entryLimit(root) }, '')

interface Listing {
  readonly view: RepositoryView
  readonly root: string
  readonly countEntry: () => void
}

async function manifestsIn(listing: Listing, below: string): Promise<readonly string[]> {
  const { view, root, countEntry } = listing
  const found = await inParallel(
    await view.list(posix.join(root, below)),
    async ({ name, kind }): Promise<readonly string[]> => {
      countEntry()
      const inside = posix.join(below, name)
      if (kind === 'file' && /\.ya?ml$/.test(name)) return [inside]
      if (kind !== 'directory' || name.startsWith('.')) return []
      const own = await findKustomization(view, posix.join(root, inside))
      return own === undefined ? manifestsIn(listing, inside) : [inside]
    },
  )
  return found.flat()
}
