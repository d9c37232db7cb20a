import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../model/json.ts'
import { parseValue } from '../yaml/parse.ts'

/** One version of a chart in the index of a repository. */
export interface IndexEntry {
  readonly version: string
  /** URL of the archive, absolute or relative to the repository. */
  readonly url: string
  /** SHA-256 of the archive in hexadecimal digits, where the index has one. */
  readonly digest?: string
  readonly apiVersion?: string
  readonly deprecated?: boolean
}

/**
 * The versions of one chart in an `index.yaml`: https://helm.sh/docs/topics/chart_repository/. `undefined` when the index
 * does not list the chart. Indices can have many megabytes, so only the part of the chart is parsed where that can be cut
 * out.
 */
export function indexEntries(index: string, name: string): readonly IndexEntry[] | undefined {
  const cut = partOf(index, name)
  const versions = (cut === undefined ? undefined : listIn(cut, [name])) ?? listIn(index, ['entries', name])
  return versions?.flatMap((one): readonly IndexEntry[] => {
    const [version, url, digest, apiVersion] = [
      textOf(valueAt(one, ['version'])),
      textOf(listOf(valueAt(one, ['urls']))[0]),
      textOf(valueAt(one, ['digest'])),
      textOf(valueAt(one, ['apiVersion'])),
    ]
    if (version === undefined || url === undefined) return []
    return [
      {
        version,
        url,
        ...(digest === undefined || digest === '' ? {} : { digest: digest.replace(/^sha256:/, '') }),
        ...(apiVersion === undefined ? {} : { apiVersion }),
      },
    ]
  })
}

/** The lines of one chart in an index as Helm writes it: its name by two blanks, and all deeper lines and items below. */
function partOf(index: string, name: string): string | undefined {
  const start = index.indexOf(`\n  ${name}:\n`)
  if (start < 0) return undefined
  const end = /\n( {2}[^\s-]|\S)/g
  end.lastIndex = start + name.length + 4
  const found = end.exec(index)
  return index.slice(start + 1, found === null ? undefined : found.index + 1)
}

function listIn(text: string, path: readonly string[]): readonly Json[] | undefined {
  try {
    const parsed = (text.trimStart().startsWith('{') ? JSON.parse(text) : parseValue(text)) as JsonObject
    const list = isJsonObject(parsed) ? valueAt(parsed, path) : undefined
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined
  }
}
