import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../config/schema.ts'
import { blobDirectory, blobMemory } from '../io/blob-directory.ts'
import type { Programs } from '../io/programs.ts'
import { makeTemporaryDirectory } from '../io/workspace.ts'
import type { MountedStore } from '../model/store.ts'
import { allowList } from '../store/allow.ts'
import { storeCache } from '../store/cache.ts'
import { hostCredentials } from '../store/credentials.ts'
import { once } from '../store/once.ts'
import { openStore as open } from '../store/store.ts'
import { openTransport } from '../store/transport.ts'
import type { RunPorts } from './host.ts'

const mebibyte = 1024 ** 2

/**
 * Opens the store of charts and Git sources from elsewhere. Where the settings have no part `charts`, it contacts nothing
 * and uses what is in the cache.
 */
export function openStore(
  { env, progress }: Pick<RunPorts, 'env' | 'progress'>,
  settings: Partial<Settings['charts']>,
  programs: Programs,
): MountedStore {
  const { allow = [], credentials = [], offline = false, refreshMinutes = 60 } = settings
  const cache = cacheDirectory(env, settings)
  const { sshAsHttps = [] } = settings
  const { downloadMiB = 64, unpackedMiB = 128, files = 10_000, seconds = 60 } = settings.limits ?? {}
  const limits = {
    downloadBytes: downloadMiB * mebibyte,
    unpackedBytes: unpackedMiB * mebibyte,
    files,
    timeoutMs: seconds * 1000,
  }
  const repositories = once(async () =>
    cache === undefined ? makeTemporaryDirectory('tortoise-git-') : join(cache, 'git'),
  )
  const logins = hostCredentials(credentials, { env, readFile: (path) => readFileSync(path, 'utf8') })
  const warn = (message: string) => progress({ kind: 'warning', message })
  return open({
    transport: openTransport(allowList(allow), logins, { ...limits, env }),
    programs,
    cache: storeCache(cache === undefined ? blobMemory() : blobDirectory(cache), warn),
    repositories,
    sshAsHttps,
    limits,
    offline,
    refreshMs: refreshMinutes * 60_000,
    now: Date.now,
  })
}

/** The directory that keeps things between runs: the one of settings, or one in the cache of the user; `undefined` for a user without a home. */
export function cacheDirectory(
  env: RunPorts['env'],
  { cache }: Partial<Settings['charts']>,
): string | undefined {
  if (cache !== undefined) return cache
  const home = env['XDG_CACHE_HOME'] ?? (env['HOME'] === undefined ? undefined : join(env['HOME'], '.cache'))
  return home === undefined || home === '' ? undefined : join(home, 'gitops-tortoise', 'store')
}
