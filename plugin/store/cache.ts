import { type BlobDirectory, sha256 } from '../io/blob-directory.ts'
import { isJsonObject, type Json, textOf } from '../model/json.ts'

/** What a name was resolved to, and when. */
export interface Resolved {
  readonly version: string
  /** SHA-256 of the archive, or the id of a commit. */
  readonly digest: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What was fetched, by its content; and what names were resolved to. */
export interface StoreCache {
  readonly resolved: (key: readonly unknown[]) => Promise<Resolved | undefined>
  readonly remember: (key: readonly unknown[], resolved: Resolved) => Promise<void>
  /** The bytes of a digest; `undefined` where they are missing or damaged. */
  readonly blob: (digest: string) => Promise<Uint8Array | undefined>
  readonly keep: (bytes: Uint8Array) => Promise<string>
}

/**
 * Keeps a store in a directory. Bytes are checked against their digest each time they are read. What cannot be written is
 * fetched again by the next run; `warn` gets the reason once.
 */
export function storeCache(directory: BlobDirectory, warn: (message: string) => void): StoreCache {
  let isWarned = false
  const write: BlobDirectory['write'] = (name, bytes) =>
    directory.write(name, bytes).catch((error: unknown) => {
      if (!isWarned) warn(`what is fetched is not kept: ${error instanceof Error ? error.message : error}`)
      isWarned = true
    })
  const nameOf = (key: readonly unknown[]): string => `names/${sha256(JSON.stringify(key))}.json`
  return {
    resolved: async (key) => {
      const bytes = await directory.read(nameOf(key))
      return bytes === undefined ? undefined : resolvedIn(bytes, key)
    },
    remember: (key, resolved) => write(nameOf(key), JSON.stringify({ key, ...resolved })),
    blob: async (digest) => {
      const bytes = await directory.read(`sha256/${digest}`)
      return bytes !== undefined && sha256(bytes) === digest ? bytes : undefined
    },
    keep: async (bytes) => {
      const digest = sha256(bytes)
      await write(`sha256/${digest}`, bytes)
      return digest
    },
  }
}

function resolvedIn(bytes: Uint8Array, key: readonly unknown[]): Resolved | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Json
    if (!isJsonObject(value) || JSON.stringify(value['key']) !== JSON.stringify(key)) return undefined
    const [version, digest, at] = ['version', 'digest', 'at'].map((name) => textOf(value[name]))
    if (version === undefined || digest === undefined || !/^[0-9a-f]{40,64}$/.test(digest)) return undefined
    return { version, digest, at: Number(at) }
  } catch {
    return undefined
  }
}
