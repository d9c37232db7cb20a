import { join } from 'node:path'
import type { Settings } from '../../config/schema.ts'
import { sha256 } from '../io/blob-directory.ts'
import { packResults, resultsSince, unpackResults } from '../io/kept-bundle.ts'
import type { RunPorts } from './host.ts'
import { storageName, withStorage } from './open-storage.ts'
import { cacheDirectory } from './open-store.ts'

/** Bytes of a bundle, unpacked. */
const mostBytes = 128 * 1024 ** 2
/** Results are marked as used once a day. */
const usedMs = 2 * 86_400_000

/** Writes what this run rendered back to the object storage. */
export type StoreRenderings = () => Promise<void>

/** Which renderings are fetched: those of a repository, and of one job where several share it. */
export interface StoredRequest {
  readonly settings: Partial<Pick<Settings, 'storage' | 'charts'>>
  /** What identifies a repository on any machine. */
  readonly repository: string
  readonly job: string
}

/**
 * Fetches the renderings that earlier runs kept in the object storage into the cache of this machine. Returns what stores them
 * again after the run, if they changed.
 */
export async function fetchRenderings(
  ports: Pick<RunPorts, 'env' | 'progress' | 'now'>,
  { settings: { storage, charts }, repository, job }: StoredRequest,
): Promise<StoreRenderings> {
  const cache = cacheDirectory(ports.env, charts ?? {})
  if (storage?.renderings !== true || cache === undefined || charts?.keepRenderings === false)
    return async () => undefined
  const directory = join(cache, 'renderings')
  const object = `renderings/${sha256(repository).slice(0, 16)}/${job}.gz`
  const fetched = await withStorage(ports, storage, async (objects) => {
    const bundle = await objects.read(object)
    if (bundle === undefined) return []
    const names = await unpackResults(directory, bundle, { mostBytes })
    const message = `${object} in the object storage ${storageName(storage)} is damaged; sources are rendered again`
    if (names === undefined) ports.progress({ kind: 'warning', message })
    return names ?? []
  })
  const since = ports.now().getTime() - usedMs
  return async () => {
    const names = resultsSince(directory, since, { mostBytes })
    if (names.length === 0 || names.join() === fetched?.join()) return
    await withStorage(ports, storage, async (objects) =>
      objects.write(object, await packResults(directory, names)),
    )
  }
}
