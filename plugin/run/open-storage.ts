import { resolve } from 'node:path'
import type { StorageSettings } from '../../config/storage.ts'
import { directoryStore } from '../io/day-store.ts'
import { environmentProxy } from '../io/environment-proxy.ts'
import { layeredStore, objectDays } from '../io/object-days.ts'
import { type ObjectStore, objectStore } from '../io/object-store.ts'
import { RequestFailure } from '../io/request-failure.ts'
import type { DayStore } from '../model/day-store.ts'
import { stop } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import { keepSecret } from '../model/text/secrets.ts'
import type { RunPorts } from './host.ts'

/** When a bucket failed in this process, in milliseconds of its clock, by its settings. */
const failed = new Map<string, number>()
/** How long a bucket that failed is not asked: a daemon tries again in a later run. */
const restMs = 10 * 60_000

/** The object storage of the operator settings; `undefined` where they name none. Throws `settings.missing` without keys. */
export function openStorage(
  { env }: Pick<RunPorts, 'env'>,
  storage: StorageSettings | undefined,
): ObjectStore | undefined {
  if (storage === undefined) return undefined
  const { keyIdEnv, secretEnv, tokenEnv, timeoutSeconds, ...place } = storage
  const [id, secret, token] = [env[keyIdEnv], env[secretEnv], env[tokenEnv]]
  if (!id || !secret)
    throw stop(
      'settings.missing',
      `the bucket ${storage.bucket} needs keys, which are not in the environment`,
      {
        hint: `Set ${keyIdEnv} and ${secretEnv}, or remove storage: from the operator settings.`,
      },
    )
  const keys = { accessKeyId: id, secretAccessKey: keepSecret(secret) }
  return objectStore({
    ...place,
    keys: token ? { ...keys, sessionToken: keepSecret(token) } : keys,
    timeoutMs: timeoutSeconds * 1000,
    proxy: (url) => environmentProxy(url, env),
  })
}

/** How a bucket is named in messages. */
export const storageName = ({ bucket, endpoint }: StorageSettings): string =>
  endpoint === undefined ? `s3://${bucket}` : `${bucket} on ${new URL(endpoint).host}`

/**
 * Does something with the object storage, if there is one. The first failure is a warning, and the run goes on without the storage;
 * `undefined` then.
 */
export async function withStorage<T>(
  ports: Pick<RunPorts, 'env' | 'progress'>,
  storage: StorageSettings | undefined,
  work: (objects: ObjectStore) => Promise<T>,
): Promise<T | undefined> {
  if (storage === undefined) return undefined
  const key = JSON.stringify(storage)
  if (isResting(key)) return undefined
  try {
    const objects = openStorage(ports, storage)
    return objects === undefined ? undefined : await work(objects)
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error
    if (!isResting(key)) warn(ports.progress, storage, error)
    failed.set(key, performance.now())
    return undefined
  }
}

const isResting = (key: string): boolean =>
  performance.now() - (failed.get(key) ?? Number.NEGATIVE_INFINITY) < restMs

const warn = (progress: Progress, storage: StorageSettings, { message }: RequestFailure): void =>
  progress({
    kind: 'warning',
    message: `the object storage ${storageName(storage)} is not used, and the run goes on without it: ${message}`,
  })

/** Where finished days are kept: in the directory of `--cache`, in the object storage, or in both; `undefined` for nowhere. */
export function openDays(
  ports: Pick<RunPorts, 'cwd' | 'env' | 'progress'>,
  storage: StorageSettings | undefined,
  cache: string | undefined,
): DayStore | undefined {
  const near = cache === undefined ? undefined : directoryStore(resolve(ports.cwd, cache))
  if (storage === undefined) return near
  const on = <T>(work: (days: DayStore) => Promise<T>) =>
    withStorage(ports, storage, (objects) => work(objectDays(objects)))
  const far: DayStore = {
    read: (name) => on((days) => days.read(daysIn(name))),
    write: async (name, text) => void (await on((days) => days.write(daysIn(name), text))),
    names: async (prefix) =>
      ((await on((days) => days.names(daysIn(prefix)))) ?? []).map((name) => name.slice(daysIn('').length)),
    forget: async (name) => void (await on((days) => days.forget(daysIn(name)))),
  }
  return near === undefined ? far : layeredStore(near, far)
}

const daysIn = (name: string): string => `days/${name}`
