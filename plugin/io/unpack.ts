import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** Limits of what is unpacked. */
export interface UnpackLimits {
  readonly unpackedBytes: number
  readonly files: number
}

/** An archive that must not be unpacked, and why. */
export class ArchiveFailure extends Error {
  override readonly name = 'ArchiveFailure'
}

const block = 512

/**
 * The files of a gzipped tar archive by path. Throws `ArchiveFailure` for an archive that is damaged, truncated or too
 * large, and for one with links, devices, or paths that are absolute or contain `..`.
 */
export async function unpackArchive(
  archive: Uint8Array,
  limits: UnpackLimits,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const tar = await inflated(archive, limits.unpackedBytes)
  const files = new Map<string, Uint8Array>()
  let next: Overrides = {}
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block)
    if (header.every((byte) => byte === 0)) return files
    const size = sizeIn(header)
    const content = tar.subarray(at + block, at + block + size)
    if (content.length < size) break
    at += block + Math.ceil(size / block) * block
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'x' || type === 'L') next = { ...next, ...overridesIn(type, content) }
    else if (type !== 'g') {
      const path = safePath(next.path ?? nameIn(header), type)
      if (path !== undefined) files.set(path, content)
      if (files.size > limits.files) throw new ArchiveFailure(`it has more than ${limits.files} files`)
      next = {}
    }
  }
  throw new ArchiveFailure('it is truncated')
}

async function inflated(archive: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(archive, { maxOutputLength })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new ArchiveFailure(`it is larger than ${Math.round(maxOutputLength / 1024 ** 2)} MiB unpacked`)
    throw new ArchiveFailure(code === 'Z_BUF_ERROR' ? 'it is truncated' : 'it is not a gzipped archive')
  }
}

interface Overrides {
  readonly path?: string
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, '')

function nameIn(header: Uint8Array): string {
  const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : ''
  const name = text(header.subarray(0, 100))
  return prefix === '' ? name : `${prefix}/${name}`
}

function sizeIn(header: Uint8Array): number {
  const written = text(header.subarray(124, 136)).trim()
  if (!/^[0-7]{1,11}$/.test(written)) throw new ArchiveFailure('it is damaged')
  return Number.parseInt(written, 8)
}

/** The path that an entry of type `x` (POSIX records) or `L` (GNU) gives to the next one. */
function overridesIn(type: string, content: Uint8Array): Overrides {
  if (type === 'L') return { path: text(content) }
  const path = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1]
  return path === undefined ? {} : { path }
}

/** The path of a file; `undefined` for a directory. Throws `ArchiveFailure` for anything else, and for a path that leads out. */
function safePath(path: string, type: string): string | undefined {
  const shown = JSON.stringify(path.slice(0, 100))
  if (type === '1' || type === '2') throw new ArchiveFailure(`it has the link ${shown}`)
  if (type !== '0' && type !== '\0' && type !== '5') throw new ArchiveFailure(`${shown} is not a file`)
  const steps = path.replace(/^(\.\/)+/, '').split('/')
  if (path.startsWith('/') || path.includes('\\') || steps.includes('..'))
    throw new ArchiveFailure(`it has the path ${shown}, which leads out of it`)
  return type === '5' || path.endsWith('/')
    ? undefined
    : steps.filter((step) => step !== '' && step !== '.').join('/')
}
