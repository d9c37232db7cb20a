import type { ChartReference } from './repository.ts'
import type { RepositoryView } from './source.ts'

/** Where files from elsewhere are mounted in a view of a repository. What a repository has there is never read. */
export const storeMount = '.tortoise-store'

/** Whether a path of a view is that of a file from elsewhere, which nothing can edit. */
export const isStored = (path: string): boolean => path === storeMount || path.startsWith(`${storeMount}/`)

/** A chart to fetch. Its repository is an `https://…` URL, or `oci://…` for a registry. */
export interface WantedChart extends ChartReference {
  /** What Git says, where a cluster says that this version is deployed. */
  readonly declared?: Pick<WantedChart, 'version' | 'artifact'>
  /** How Flux chooses the artifact of an OCIRepository, in place of `version`. */
  readonly artifact?: ArtifactChoice
  /** Where it comes from, if nothing is fetched from there: `from Bucket shop`. */
  readonly unsupported?: string
  /** The cloud by whose identity Flux logs in to its registry. */
  readonly provider?: string
}

/** The root of the fetched files that a path is in; `.` for a path of the repository itself. */
export const storedRoot = (path: string): string =>
  isStored(path) ? path.split('/').slice(0, 2).join('/') : '.'

/** How an artifact of a registry is chosen: by its digest, else by a range of its tags, else by its tag. */
export interface ArtifactChoice {
  readonly tag?: string
  readonly semver?: string
  /** A regular expression that tags must match before `semver` is applied. */
  readonly semverFilter?: string
  readonly digest?: string
  /** Media type of the layer that is read. */
  readonly mediaType?: string
}

/** A tree of files in a Git repository of others. */
export interface GitReference {
  readonly url: string
  /** A branch, a tag or a commit; the default branch where left out. */
  readonly ref?: string
  /** A range of tags, in place of `ref`. */
  readonly semver?: string
}

/** Files from elsewhere that were fetched. */
export interface StoredFiles {
  /** The directory at which they are mounted. */
  readonly path: string
  /** What they are, for people: `podinfo 6.1.0 from https://charts.example.com`. */
  readonly title: string
  /** The version of a chart, or the commit of a tree. */
  readonly version: string
  readonly digest: string
}

/**
 * Fetches charts and trees of Git repositories before they are rendered. Its functions reject with `source.fetch` where a
 * server is not allowed, does not answer, or sends something that must not be used.
 */
export interface SourceStore {
  readonly chart: (reference: WantedChart) => Promise<StoredFiles>
  readonly tree: (reference: GitReference) => Promise<StoredFiles>
  /** A single file at an HTTP(S) URL. */
  readonly file: (url: string) => Promise<StoredFiles>
  /** A text in which paths of the mount are replaced by what their files are, for people. */
  readonly shown: (text: string) => string
}

/** A store with the view of what it fetched. */
export interface MountedStore extends SourceStore {
  /** A view of a repository with the fetched files mounted at `storeMount`. */
  readonly mount: (view: RepositoryView) => RepositoryView
  /** The charts and Git sources in use so far, each with its version and why it was taken, in alphabetical order. */
  readonly used: () => readonly string[]
  /** Patterns that would allow what was refused so far, in alphabetical order. */
  readonly refused: () => readonly string[]
}
