import { unpackGzip } from '../../plugin/io/gunzip.ts'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'
import { stop } from '../../plugin/model/problem.ts'

/** What the schemas of a chart refer to beside themselves, and the file that does. */
export interface SchemaReferences {
  readonly kind: 'server' | 'file'
  readonly path: string
}

/**
 * What makes Helm read something else than the chart while it checks values: a reference to a server or another
 * meta-schema (`server`), or to a file (`file`), which Helm resolves from the machine that it runs on. `undefined` when
 * the schemas refer to nothing but themselves. A packed chart whose schema cannot be judged counts as `server`.
 */
function schemaReferences(files: readonly WorkspaceFile[]): SchemaReferences | undefined {
  const found = files.flatMap(({ path, content }) => {
    const text = schemaText(path, content)
    const kind = text === undefined ? undefined : referenceIn(text)
    return kind === undefined ? [] : [{ kind: path.endsWith('.tgz') ? 'server' : kind, path } as const]
  })
  return found.find(({ kind }) => kind === 'file') ?? found[0]
}

/**
 * Whether Helm must not check values against the schemas of these files, because they refer to a server: the templates can
 * be rendered without the check. Throws `source.render` where they refer to a file outside.
 */
export function mustSkipSchemas(files: readonly WorkspaceFile[]): boolean {
  const references = schemaReferences(files)
  if (references?.kind !== 'file') return references !== undefined
  throw stop('source.render', 'the schema of the chart refers to a file outside the chart', {
    place: { file: references.path },
    hint: 'Put the definitions into the schema itself: "$ref": "#/$defs/…".',
  })
}

/** The text in which a file's schemas are; `undefined` for a file without any. */
function schemaText(path: string, content: WorkspaceFile['content']): string | undefined {
  if (/(^|\/)values\.schema\.json$/.test(path))
    return typeof content === 'string' ? content : new TextDecoder().decode(content)
  if (!path.endsWith('.tgz') || typeof content === 'string') return undefined
  const unpacked = unpackedText(content)
  return unpacked.includes('values.schema.json') ? unpacked : undefined
}

const unclear = 'values.schema.json "\\u0024'

/** How every gzip file begins; inside a packed chart it is a chart packed in it, which is judged no further. */
const packed = '\u001f\u008b'

/** The text of a packed chart with all its gzip members, as Helm unpacks it. */
function unpackedText(bytes: Uint8Array): string {
  try {
    const text = Buffer.from(unpackGzip(bytes)).toString('latin1')
    return text.includes(packed) ? unclear : text
  } catch {
    return unclear
  }
}

/** Judged by the text, since a parser that is not Helm's might read it differently; an escaped key counts as a reference. */
function referenceIn(text: string): 'server' | 'file' | undefined {
  if (/\\u00(24|7[0-9a-f]|6[0-9a-f])/i.test(text)) return 'file'
  const references = [...text.matchAll(/"\$(?:ref|dynamicRef|recursiveRef)"\s*:\s*"([^"]*)"/g)].map(
    ([, to = '']) => to,
  )
  const outside = references.filter((to) => !to.startsWith('#'))
  if (outside.some((to) => !isOnServer(to, text))) return 'file'
  const schemas = [...text.matchAll(/"\$schema"\s*:\s*"([^"]*)"/g)].map(([, to = '']) => to)
  return outside.length > 0 || schemas.some((to) => !standard.test(to)) ? 'server' : undefined
}

/** Whether a reference leads to a server: as it is, or because the schema says that it is itself on one. */
function isOnServer(to: string, text: string): boolean {
  if (/^https?:\/\//.test(to)) return true
  const ids = [...text.matchAll(/"\$id"\s*:\s*"([^"]*)"/g)].map(([, id = '']) => id)
  return !/^[a-z][\w+.-]*:/i.test(to) && ids.length > 0 && ids.every((id) => /^https?:\/\//.test(id))
}

/** The meta-schemas that both Helm 3 and Helm 4 hold themselves. */
const standard = /^https?:\/\/json-schema\.org\/(draft-0[467]|draft\/(2019-09|2020-12))\/schema#?$/
