/** One entry of an archive: a regular file, a directory or a symbolic link. */
export type TarEntry = {
  readonly path: string
  readonly mode: number
  /** Numbers of the user and of the group. Default: 0. */
  readonly user?: number
  readonly group?: number
} & (
  | { readonly kind: 'file'; readonly content: Uint8Array }
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly target: string }
)

/** A tar archive of regular files, by path. */
export const tarOf = (files: Readonly<Record<string, string | Uint8Array>>): Uint8Array =>
  tarOfEntries(
    Object.entries(files).map(([path, content]) => {
      return { kind: 'file', path, mode: 0o644, content: Buffer.from(content) }
    }),
    0,
  )

/**
 * A tar archive of entries in their order, all of one time in seconds since 1970. Throws for a path or a target that the header
 * has no room for. https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
export function tarOfEntries(entries: readonly TarEntry[], seconds: number): Uint8Array {
  const parts = entries.flatMap((entry) => {
    const bytes = entry.kind === 'file' ? entry.content : Buffer.alloc(0)
    const filling = Buffer.alloc((block - (bytes.length % block)) % block)
    return [headerOf(entry, bytes.length, seconds), bytes, filling]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

const block = 512
const types = { file: '0', link: '2', directory: '5' }

function headerOf(entry: TarEntry, size: number, seconds: number): Buffer {
  const header = Buffer.alloc(block)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  const fields: readonly (readonly [number, string])[] = [
    [0, name(entry.kind === 'directory' ? `${entry.path}/` : entry.path)],
    [100, octal(entry.mode, 7)],
    [108, octal(entry.user ?? 0, 7)],
    [116, octal(entry.group ?? 0, 7)],
    [124, octal(size, 11)],
    [136, octal(seconds, 11)],
    [148, '        '],
    [156, types[entry.kind]],
    [157, entry.kind === 'link' ? name(entry.target) : ''],
    [257, 'ustar\u000000'],
  ]
  for (const [at, text] of fields) header.write(text, at, 'utf8')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${octal(sum, 6)} `, 148, 'latin1')
  return header
}

function name(text: string): string {
  if (Buffer.byteLength(text) > 100) throw new Error(`${text} is longer than the 100 bytes of a tar header`)
  return text
}
