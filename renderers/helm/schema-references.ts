import { gunzipSync } from 'fflate'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'

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
export function schemaReferences(files: readonly WorkspaceFile[]): SchemaReferences | undefined {
  const found = files.flatMap(({ path, content }) => {
    const text = schemaText(path, content)
    const kind = text === undefined ? undefined : referenceIn(text)
    return kind === undefined ? [] : [{ kind: path.endsWith('.tgz') ? 'server' : kind, path } as const]
  })
  return found.find(({ kind }) => kind === 'file') ?? found[0]
}

/** The text in which a file's schemas are; `undefined` for a file without any. */
function schemaText(path: string, content: WorkspaceFile['content']): string | undefined {
  if (/(^|\/)values\.schema\.json$/.test(path))
    return typeof content === 'string' ? content : new TextDecoder().decode(content)
  if (!path.endsWith('.tgz') || typeof content === 'string') return undefined
  const unpacked = unpackedText(content)
  return unpacked.includes('values.schema.json') ? unpacked : undefined
}

const largestUnpacked = 64 * 1024 ** 2
const unclear = 'values.schema.json "\\u0024'

function unpackedText(bytes: Uint8Array): string {
  try {
    // The last four bytes of a gzip file are its size unpacked; one that lies fails to unpack.
    const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
    if (size > largestUnpacked) return unclear
    return new TextDecoder('latin1').decode(gunzipSync(bytes, { out: new Uint8Array(size) }))
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
  if (outside.some((to) => !/^https?:\/\//.test(to))) return 'file'
  const schemas = [...text.matchAll(/"\$schema"\s*:\s*"([^"]*)"/g)].map(([, to = '']) => to)
  return outside.length > 0 || schemas.some((to) => !standard.test(to)) ? 'server' : undefined
}

/** The meta-schemas that Helm holds itself. */
const standard = /^https?:\/\/json-schema\.org\/(draft-0\d|draft\/20\d\d-\d\d)\/schema#?$/
