import { gunzipSync } from 'fflate'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'

/**
 * Whether a chart's schema makes Helm read something else: a reference to a file or server, another meta-schema, or
 * something that cannot be told from its text. Helm resolves such references from the machine that it runs on, so that a
 * chart with one is rendered without the check. Packed charts are searched too.
 */
export const schemasReferOutside = (files: readonly WorkspaceFile[]): boolean =>
  files.some(({ path, content }) => {
    if (/(^|\/)values\.schema\.json$/.test(path)) return refersOutside(textOf(content))
    return /\.tgz$/.test(path) && typeof content !== 'string' && packedRefersOutside(content)
  })

const textOf = (content: WorkspaceFile['content']): string =>
  typeof content === 'string' ? content : new TextDecoder().decode(content)

const largestUnpacked = 64 * 1024 ** 2

function packedRefersOutside(bytes: Uint8Array): boolean {
  try {
    // The last four bytes of a gzip file are its size unpacked; one that lies fails to unpack.
    const size = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true)
    if (size > largestUnpacked) return true
    const text = new TextDecoder('latin1').decode(gunzipSync(bytes, { out: new Uint8Array(size) }))
    return text.includes('values.schema.json') && refersOutside(text)
  } catch {
    return true
  }
}

/** Judged by the text, as a parser that is not Helm's might read it differently; an escape in a key counts as outside. */
function refersOutside(text: string): boolean {
  if (/\\u00(24|7[0-9a-f]|6[0-9a-f])/i.test(text)) return true
  const references = text.matchAll(/"\$(?:ref|dynamicRef|recursiveRef)"\s*:\s*"([^"]*)"/g)
  if ([...references].some(([, to = '']) => !to.startsWith('#'))) return true
  const schemas = text.matchAll(/"\$schema"\s*:\s*"([^"]*)"/g)
  return [...schemas].some(
    ([, to = '']) => !/^https?:\/\/json-schema\.org\/(draft-0\d|draft\/20\d\d-\d\d)\/schema#?$/.test(to),
  )
}
