import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, RepositoryView } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { yamlReason } from '../../plugin/yaml/reason.ts'

/** The Application whose source files are read. */
interface Named {
  readonly name: string
  readonly namespace: string
  readonly view: RepositoryView
}

/** A source with the options of its files merged in, and those files. */
interface MergedSource {
  readonly source: Json
  readonly files: readonly InputFile[]
}

/** What a source file cannot change. */
const fixed = ['repoURL', 'path', 'chart', 'targetRevision', 'ref'] as const

/**
 * A source of an Application with the options in `.argocd-source.yaml`, then those in `.argocd-source-<app>.yaml`, of its
 * directory. Each file is a JSON merge patch of the source: lists are replaced.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git
 */
export async function withSourceFiles(declared: Json, path: string, named: Named): Promise<MergedSource> {
  const { view } = named
  const names = ['.argocd-source.yaml', ...(await ownFile(path, named))]
  const read = await Promise.all(names.map((name) => view.read(posix.join(path, name))))
  const found = read.flatMap((file, index) =>
    file === undefined ? [] : [{ ...file, at: posix.join(path, names[index] ?? '') }],
  )
  if (found.length === 0) return { source: declared, files: [] }
  const own = isJsonObject(declared) ? declared : {}
  const merged = found.reduce<Json>((source, { at, text }) => mergePatch(source, parsed(at, text)), own)
  const kept = fixed.flatMap((key) => (own[key] === undefined ? [] : [[key, own[key]] as const]))
  const options = Object.entries(isJsonObject(merged) ? merged : {}).filter(
    ([key]) => !fixed.some((one) => one === key),
  )
  return {
    source: Object.fromEntries([...options, ...kept]),
    files: found.map((file) => ({ path: file.path, at: file.at, role: 'parameters', topLayer: true })),
  }
}

/** The name of the file for one Application: outside the namespace of Argo CD it begins with its namespace. */
async function ownFile(path: string, { name, namespace, view }: Named): Promise<readonly string[]> {
  const names = [`.argocd-source-${name}.yaml`, `.argocd-source-${namespace}_${name}.yaml`]
  const kinds = await Promise.all(names.map((one) => view.kind(posix.join(path, one))))
  const present = names.filter((_, index) => kinds[index] === 'file')
  return present.slice(namespace === 'argocd' ? 0 : -1).slice(0, 1)
}

function parsed(file: string, text: string): Json {
  try {
    return parseValue(text, { uniqueKeys: false })
  } catch (cause) {
    const reason = cause instanceof Error ? yamlReason(cause.message) : ''
    throw stop('source.render', `not YAML: ${reason}`, { place: { file }, cause })
  }
}

/** A JSON merge patch applied to a value: mappings are merged, `null` deletes, anything else replaces. */
export function mergePatch(value: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const before: JsonObject = isJsonObject(value) ? value : {}
  const changed = Object.entries(patch).map(
    ([key, inner]) => [key, inner === null ? null : mergePatch(before[key] ?? null, inner)] as const,
  )
  const merged = Object.entries({ ...before, ...Object.fromEntries(changed) })
  return Object.fromEntries(merged.filter(([key, inner]) => inner !== null || patch[key] === undefined))
}
