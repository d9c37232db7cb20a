import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { YamlText } from '../../yaml/open.ts'

/** A path in a document of a file. */
export interface DocumentPath {
  readonly file: string
  readonly document: number
  readonly path: YamlPath
}

/** The place to create a value at a path; `undefined` when the path exists: its value is set there already. */
export function insertSite(yaml: YamlText, { file, document, path }: DocumentPath): InsertSite | undefined {
  if (!path.includes('|') && yaml.documents[document]?.hasIn(path) === true) return undefined
  return { kind: 'insert', file, ...positionOf(yaml, document, path), document, path }
}

/** Line and column of the last step of a path that exists: new lines follow there. */
export function positionOf(
  yaml: YamlText,
  document: number,
  path: YamlPath,
): { readonly line: number; readonly column: number } {
  const root = yaml.documents[document]
  const readable = path.includes('|') ? path.slice(0, path.indexOf('|')) : path
  for (let length = readable.length; length > 0; length--) {
    const node = root?.getIn(readable.slice(0, length), true)
    const range = (node as { range?: readonly [number, number, number] } | undefined)?.range
    if (range) return yaml.at(range[0])
  }
  const end = root?.contents?.range[1] ?? 0
  return yaml.at(Math.max(0, end - 1))
}
