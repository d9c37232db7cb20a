import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, inflateSync } from 'node:zlib'

/** In these many bytes of a compressed object its header ends, tables of codes included. They inflate to a megabyte at most. */
const headBytes = 1_024

/**
 * The size in bytes that a loose object of a Git directory states in its header, without inflating the rest; `undefined` for an object
 * that is in a pack, and for one that cannot be read. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export async function looseSize(gitdir: string, oid: string): Promise<number | undefined> {
  try {
    const file = await open(join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2)))
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
      const size = /^\w+ (\d+)\0/.exec(firstInflated(buffer.subarray(0, bytesRead)))?.[1]
      return size === undefined ? undefined : Number(size)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** What the first bytes of a stream inflate to. */
const firstInflated = (bytes: Uint8Array): string =>
  inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1', 0, headBytes)
