import fs, { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, inflateSync } from 'node:zlib'
import git from 'isomorphic-git'
import { ArchiveFailure, type UnpackLimits } from './unpack.ts'

/** The directory of a repository that holds the objects of one commit. */
export const packDirectory = (root: string, commit: string): string => join(root, commit)

/** Whether the objects of a commit were stored. */
export const hasPack = (root: string, commit: string): boolean =>
  existsSync(join(packDirectory(root, commit), 'complete'))

/** Stores a pack as a bare repository of one commit. Throws `ArchiveFailure` for a pack that is too large or damaged. */
export async function storePack(
  root: string,
  { commit, pack }: { readonly commit: string; readonly pack: Uint8Array },
  limits: UnpackLimits,
): Promise<void> {
  checkPack(pack, limits)
  const gitdir = `${packDirectory(root, commit)}.${process.pid}`
  const filepath = 'objects/pack/pack-fetched.pack'
  await mkdir(join(gitdir, 'objects/pack'), { recursive: true, mode: 0o700 })
  await writeFile(join(gitdir, filepath), pack)
  try {
    await git.indexPack({ fs, dir: gitdir, gitdir, filepath })
    await git.readCommit({ fs, gitdir, oid: commit })
  } catch {
    throw new ArchiveFailure('the pack is damaged')
  }
  await writeFile(join(gitdir, 'complete'), '')
  // Another process may have stored the same.
  await rename(gitdir, packDirectory(root, commit)).catch(() => undefined)
}

const entryHeader = 12

/**
 * Unpacks each object of a pack once, one at a time, so that a pack that unpacks to too much is refused before it is
 * used: https://git-scm.com/docs/gitformat-pack. For a delta its result counts.
 */
function checkPack(pack: Uint8Array, { unpackedBytes, files }: UnpackLimits): void {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength)
  if (bytes.length < entryHeader || bytes.toString('latin1', 0, 4) !== 'PACK')
    throw new ArchiveFailure('the server sent no pack')
  const count = bytes.readUInt32BE(8)
  // Each directory is an object too.
  if (count > files * 2) throw new ArchiveFailure(`it has more than ${files * 2} objects`)
  let total = 0
  let at = entryHeader
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(bytes, at)
    total += entry.size
    if (total > unpackedBytes)
      throw new ArchiveFailure(`it is larger than ${Math.round(unpackedBytes / 1024 ** 2)} MiB unpacked`)
    at = entry.end
  }
}

function readEntry(bytes: Buffer, start: number): { readonly size: number; readonly end: number } {
  const head = variableNumber(bytes, start, 4)
  const type = ((bytes[start] ?? 0) >> 4) & 7
  // Deltas name their base: by its distance (6) or by its id (7).
  const at = type === 6 ? skipNumber(bytes, head.end) : head.end + (type === 7 ? 20 : 0)
  const { data, consumed } = inflated(bytes.subarray(at), head.value)
  const isDelta = type === 6 || type === 7
  const size = isDelta ? variableNumber(data, variableNumber(data, 0, 7).end, 7).value : head.value
  return { size: size + head.value, end: at + consumed }
}

function inflated(bytes: Buffer, size: number): { readonly data: Buffer; readonly consumed: number } {
  try {
    const options = { maxOutputLength: size + 1, finishFlush: constants.Z_SYNC_FLUSH, info: true }
    const { buffer, engine } = inflateSync(bytes, options) as unknown as {
      readonly buffer: Buffer
      readonly engine: { readonly bytesWritten: number }
    }
    if (buffer.length !== size) throw new ArchiveFailure('the pack is damaged')
    return { data: buffer, consumed: engine.bytesWritten }
  } catch {
    throw new ArchiveFailure('the pack is damaged')
  }
}

/** A number of 7 bits a byte, lowest first; its first byte holds `firstBits` of them. */
function variableNumber(bytes: Buffer, start: number, firstBits: number): { value: number; end: number } {
  let value = (bytes[start] ?? 0) & (2 ** firstBits - 1)
  let at = start
  for (let scale = 2 ** firstBits; ((bytes[at] ?? 0) & 0x80) !== 0; scale *= 128) {
    at += 1
    value += ((bytes[at] ?? 0) & 0x7f) * scale
  }
  return { value, end: at + 1 }
}

function skipNumber(bytes: Buffer, start: number): number {
  let at = start
  while (((bytes[at] ?? 0) & 0x80) !== 0) at += 1
  return at + 1
}
