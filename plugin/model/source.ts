import type { JsonObject } from './json.ts'
import type { OverlayPlace } from './overlay.ts'

interface SourceBase {
  /** Unique among the sources of a run; shown to people. */
  readonly id: string
  /** Directory inside the repository, with forward slashes, `.` for the root. */
  readonly path: string
  /** The cluster it is rolled out to, as named in settings. */
  readonly cluster?: string
  /** The namespace of objects that name none. */
  readonly namespace?: string
  /** Where the recommendations lie that are laid over it on the way to the cluster; absent when none are. */
  readonly overlay?: OverlayPlace
}

/** A directory with a kustomization. */
export interface KustomizeSource extends SourceBase {
  readonly kind: 'kustomize'
  /**
   * What the object that declares the roll-out adds to the kustomization: lists are appended, other keys replaced.
   * With it, a directory without a kustomization gets one of every manifest below it.
   */
  readonly additions?: JsonObject
  /** The versions that charts inside it are rendered for. */
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
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
  /** Directory with charts by name, for dependencies that are not vendored. */
  readonly charts?: string
}

/** A directory of manifests, or one file. */
export interface PlainSource extends SourceBase {
  readonly kind: 'plain'
  /** False to take the files of the directory itself alone. */
  readonly recurse?: boolean
  /** Globs of files to take and to leave out, from the directory. */
  readonly include?: string
  readonly exclude?: string
}

/** A source that stands on its own feet. */
export type DirectSource = KustomizeSource | HelmSource | PlainSource

/** Kinds of objects that describe a roll-out of its own; a helmfile's releases count as such. */
export type DeclaringKind = 'HelmRelease' | 'Kustomization' | 'Application' | 'ApplicationSet' | 'Helmfile'

/**
 * A source that an object in Git describes: a Flux HelmRelease or Kustomization, an Argo CD Application, and the like.
 * It is rendered in two stages, first the source that holds the object, then what the object says.
 */
export interface ReleaseSource extends SourceBase {
  readonly kind: 'release'
  readonly holder: Source
  readonly object: {
    readonly kind: DeclaringKind
    readonly name: string
    readonly namespace: string
    /** The Application that an ApplicationSet generates. */
    readonly generated?: string
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
  | 'parameters'
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
  /** For a file of the source that holds a release: how many levels above what the release renders, 1 for its holder. */
  readonly above?: number
}

/** What a source renders to. */
export interface Rendering {
  readonly source: Source
  readonly objects: readonly JsonObject[]
  /** For a release: what its object says is rendered. */
  readonly parts?: readonly DirectSource[]
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
  /** The view under all texts that were laid over it. */
  readonly origin: RepositoryView
  /** The same view with texts laid over it, by real path. */
  with(texts: ReadonlyMap<string, string>): RepositoryView
}

/** How a rendering differs from the one that is rolled out. */
export interface RenderOptions {
  /** Skip checks of values against a schema: the values are dyes. */
  readonly dyed?: boolean
  /** Values laid over all others (charts only), as YAML text. */
  readonly extraValues?: string
  /** Run the program even if the same content was rendered before: what is random comes out anew. */
  readonly anew?: boolean
}

/** A program that turns sources of one kind into objects. */
export interface KindRenderer<S extends Source> {
  /** Every file the source reads. */
  inputs(source: S, view: RepositoryView): Promise<readonly InputFile[]>
  /** Runs the real program on a private copy of the inputs. Rejects with `source.render` when it fails. */
  render(source: S, view: RepositoryView, options?: RenderOptions): Promise<Rendering>
}

/** Renders sources of every kind, and knows which of their objects describe further sources. */
export interface Renderer extends KindRenderer<Source> {
  /** The roll-outs that the objects of a rendering describe in turn. */
  declared(rendering: Rendering, view: RepositoryView, charts?: string): Promise<readonly ReleaseSource[]>
  /** What a release says is rendered, its holder rendered for it; none when that is not in the repository. */
  parts(source: ReleaseSource, view: RepositoryView): Promise<readonly DirectSource[]>
  /** A cheap look whether a file is worth parsing for such objects. */
  mayDeclare(path: string, text: string): boolean
}
