import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { asExpected } from './system-problem.ts'

/** Bytes by name, kept between runs. */
export interface BlobDirectory {
  /** `undefined` where there is none. */
  readonly read: (name: string) => Promise<Uint8Array | undefined>
  /** Writes atomically. Rejects with `files.unusable`. */
  readonly write: (name: string, bytes: Uint8Array | string) => Promise<void>
}

/** Keeps bytes in a directory of this user. */
export const blobDirectory = (directory: string): BlobDirectory => ({
  read: (name) => readFile(join(directory, name)).catch(() => undefined),
  write: async (name, bytes) => {
    const file = join(directory, name)
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const temporary = `${file}.${randomUUID()}`
      await writeFile(temporary, bytes, { mode: 0o600 })
      await rename(temporary, file)
    } catch (error) {
      throw asExpected(error, 'the cache of charts')
    }
  },
})

/** Keeps bytes in memory, where a process has no directory for them. */
export function blobMemory(): BlobDirectory {
  const kept = new Map<string, Uint8Array>()
  return {
    read: async (name) => kept.get(name),
    write: async (name, bytes) => void kept.set(name, typeof bytes === 'string' ? Buffer.from(bytes) : bytes),
  }
}

/** The SHA-256 of bytes in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
