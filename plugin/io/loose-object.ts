import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInflate } from 'node:zlib'

/** What the header of an object can have at most, compressed: a type and a number. */
const headBytes = 64

/**
 * The size in bytes that a loose object of a Git directory states in its header, without inflating the rest; `undefined` for an object
 * that is in a pack, and for one that cannot be read. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export async function looseSize(gitdir: string, oid: string): Promise<number | undefined> {
  try {
    const file = await open(join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2)))
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
      const size = /^\w+ (\d+)\0/.exec(await firstInflated(buffer.subarray(0, bytesRead)))?.[1]
      return size === undefined ? undefined : Number(size)
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** The beginning of what some bytes inflate to. */
function firstInflated(bytes: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const inflate = createInflate({ chunkSize: headBytes })
    inflate.once('data', (part: Buffer) => {
      resolve(part.toString('latin1'))
      inflate.destroy()
    })
    inflate.once('error', reject)
    inflate.write(bytes)
  })
}
