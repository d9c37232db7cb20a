import type { RepositoryView } from '../model/source.ts'
import type { StoredFiles } from '../model/store.ts'
import type { StoreCache } from './cache.ts'
import type { PullPorts } from './http-chart.ts'
import type { StoreLimits } from './limits.ts'

/** What a store works with. */
export interface StorePorts extends Pick<PullPorts, 'transport' | 'programs'> {
  readonly cache: StoreCache
  /** The directory that keeps Git repositories. */
  readonly repositories: () => Promise<string>
  /** Hosts whose SSH URLs are read by HTTPS. */
  readonly sshAsHttps: readonly string[]
  readonly limits: StoreLimits
  /** Whether nothing is contacted. */
  readonly offline: boolean
  /** How long a range of versions keeps what it was resolved to, in milliseconds. */
  readonly refreshMs: number
  readonly now: () => number
}

/** What one open store works with. */
export interface OpenedPorts extends StorePorts, PullPorts {}

/** Files from elsewhere, with the view of them. */
export interface Fetched {
  /** The name of their directory in the store, made from their content. */
  readonly directory: string
  readonly view: RepositoryView
  readonly files: StoredFiles
}
