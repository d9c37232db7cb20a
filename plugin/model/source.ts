import type { JsonObject } from './json.ts'

interface SourceBase {
  /** Unique among the sources of a run; shown to people. */
  readonly id: string
  /** Directory inside the repository, with forward slashes, `.` for the root. */
  readonly path: string
  /** The cluster it is rolled out to, as named in settings. */
  readonly cluster?: string
  /** The namespace of objects that name none. */
  readonly namespace?: string
}

/** A directory with a kustomization. */
export interface KustomizeSource extends SourceBase {
  readonly kind: 'kustomize'
}

/** A chart with its stack of values files, weakest first. */
export interface HelmSource extends SourceBase {
  readonly kind: 'helm'
  readonly release: string
  readonly values: readonly string[]
  /** Values written in the object that declares the release, laid over the files, weakest first; YAML texts. */
  readonly inlineValues?: readonly string[]
  /** `name=value` pairs that win over all values. */
  readonly parameters?: readonly string[]
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
}

/** A directory of manifests, or one file. */
export interface PlainSource extends SourceBase {
  readonly kind: 'plain'
}

/** A source that stands on its own feet. */
export type DirectSource = KustomizeSource | HelmSource | PlainSource

/**
 * A source that an object in Git describes: a Flux HelmRelease or an Argo CD Application. It is rendered in two stages,
 * first the source that holds the object, then what the object says.
 */
export interface ReleaseSource extends SourceBase {
  readonly kind: 'release'
  readonly holder: DirectSource
  readonly object: {
    readonly kind: 'HelmRelease' | 'Application'
    readonly name: string
    readonly namespace: string
  }
  /** Directory with charts by name, for releases whose chart is not in the repository. */
  readonly charts?: string
}

/** One renderable root. */
export type Source = DirectSource | ReleaseSource

/** What a file is to the source that reads it. Decides whether and how its scalars may be edited. */
export type InputRole =
  | 'manifest'
  | 'patch'
  | 'kustomization'
  | 'values'
  | 'chart-values'
  | 'template'
  | 'external'
  | 'other'

/** A file that a source reads. */
export interface InputFile {
  /** Path in the repository, links resolved: the file an edit would go to. */
  readonly path: string
  /** Path by which the source refers to it; differs from `path` when a link lies between. */
  readonly at: string
  readonly role: InputRole
  /** True when the file belongs to the most specific layer: the overlay itself, or the last values file. */
  readonly leaf: boolean
}

/** What a source renders to. */
export interface Rendering {
  readonly source: Source
  readonly objects: readonly JsonObject[]
}

/** A file's bytes as text and where links in its path lead. */
export interface ViewFile {
  readonly path: string
  readonly text: string
}

/** One name in a directory. */
export interface ViewEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link'
}

/** A read-only look at a repository: files of a commit or a work tree, with pending edits laid over them. */
export interface RepositoryView {
  /** `undefined` when nothing stands there. Rejects with `path.outside` when the path leaves the repository. */
  kind(path: string): Promise<'file' | 'directory' | undefined>
  /** The file behind a path, links followed; `undefined` when there is none. Bytes that are not UTF-8 refuse. */
  read(path: string): Promise<ViewFile | undefined>
  /** The same as bytes, for files that need not be text. */
  bytes(path: string): Promise<Uint8Array | undefined>
  /** What stands in a directory, sorted by name, links not followed; empty when there is none. */
  list(path: string): Promise<readonly ViewEntry[]>
  /** The same view with texts laid over it, by real path. */
  with(texts: ReadonlyMap<string, string>): RepositoryView
}

/** How a rendering differs from the one that is rolled out. */
export interface RenderOptions {
  /** Skip checks of values against a schema: the values are dyes. */
  readonly dyed?: boolean
  /** Values laid over all others (charts only), as YAML text. */
  readonly extraValues?: string
}

/** A program that turns sources of one kind into objects. */
export interface Renderer<S extends Source = Source> {
  /** Every file the source reads. */
  inputs(source: S, view: RepositoryView): Promise<readonly InputFile[]>
  /** Runs the real program on a private copy of the inputs. Rejects with `source.render` when it fails. */
  render(source: S, view: RepositoryView, options?: RenderOptions): Promise<Rendering>
}
