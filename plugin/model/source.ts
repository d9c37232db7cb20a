import type { Destination } from './destination.ts'
import type { JsonObject } from './json.ts'
import type { OverlayPlace } from './overlay.ts'
import type { ChartReference, Origin } from './repository.ts'
import type { Rollout } from './rollout.ts'

/**
 * Something that a cluster runs and that can be rendered. These are the properties that every stage may use; each kind
 * adds its own in its folder under `renderers/`.
 */
export interface Source {
  /** Name of its kind, as in `SourceKind.name`. */
  readonly kind: string
  /** Unique among the sources of a run; printed in reports. */
  readonly id: string
  /** Directory or file in the repository, with forward slashes; `.` for the root. */
  readonly path: string
  /** The cluster it is deployed to, as named in settings. */
  readonly cluster?: string
  /** Namespace of the objects that name none. */
  readonly namespace?: string
  /** Where the recommendations are that are applied to its rendering; absent when it is deployed without any. */
  readonly overlay?: OverlayPlace
  /** Name of the release, for kinds that install releases. */
  readonly release?: string
  /** Values files, weakest first, for kinds that take any. */
  readonly values?: readonly string[]
  /** Values in the object that declares the release, as YAML texts, for kinds that take any. */
  readonly inlineValues?: readonly string[]
  /** Directory of the repository with charts by name, for charts that are not in the repository itself. */
  readonly charts?: string
  /** Where its files come from, as the object that declares it says. */
  readonly origin?: Origin
  /** The chart that it takes from a chart repository or registry, as the object that declares it says. */
  readonly chart?: ChartReference
  /** Whether its kustomizations may read any file of the repository, as Flux builds them. */
  readonly loadRestrictor?: LoadRestrictor
  /** Why edits of its own files do not reach what it renders; absent when they do. */
  readonly frozen?: string
  /** The source whose rendering holds the object that declares this one. */
  readonly declaredIn?: Source
  /** What that source renders the object from, where it is a release itself: its first part. */
  readonly declaredFrom?: Source
  /** The object in Git that declares it. */
  readonly declaredBy?: DeclaringObject
}

/** The values of the flag of kustomize that decides whether files above a kustomization are read. */
export type LoadRestrictor = 'LoadRestrictionsNone' | 'LoadRestrictionsRootOnly'

/** An object that declares a source: a Flux HelmRelease, an Argo CD Application, a release of a helmfile. */
export interface DeclaringObject {
  readonly kind: string
  readonly name: string
  readonly namespace: string
  /** Name of the Application, where an ApplicationSet generates it. */
  readonly generated?: string
}

/**
 * A source that an object in Git declares. It is rendered in two stages: first the source that holds the object, then
 * what the object says.
 */
export interface ReleaseSource extends Source {
  readonly declaredIn: Source
  readonly declaredBy: DeclaringObject
  /** Where Argo CD deploys it, as its Application says. */
  readonly destination?: Destination
}

/** Whether an object in Git declares a source. */
export const isRelease = (source: Source): source is ReleaseSource =>
  source.declaredIn !== undefined && source.declaredBy !== undefined

/** A source and the sources that hold its declaration, outermost first. */
export const sourceChain = (source: Source): readonly Source[] =>
  source.declaredIn === undefined ? [source] : [...sourceChain(source.declaredIn), source]

/** The namespace of objects of a source that name none. */
export const namespaceOf = (source: Source): string => source.namespace ?? 'default'

/** What settings, a command line or discovery say of a source before its kind is known. */
export interface SourceHint {
  readonly path: string
  readonly cluster?: string | undefined
  readonly namespace?: string | undefined
  readonly release?: string | undefined
  readonly values?: readonly string[] | undefined
  readonly kubeVersion?: string | undefined
  readonly apiVersions?: readonly string[] | undefined
  readonly charts?: string | undefined
  readonly loadRestrictor?: LoadRestrictor | undefined
  /** Whether committed recommendations are applied to its rendering. */
  readonly overlay?: boolean | undefined
}

/** The properties of a hint that a source of every kind takes over. */
export const sharedDetails = ({
  path,
  cluster,
  namespace,
  loadRestrictor,
}: Pick<SourceHint, SharedDetail>): Pick<Source, SharedDetail> => ({
  path,
  ...(cluster === undefined ? {} : { cluster }),
  ...(namespace === undefined ? {} : { namespace }),
  ...(loadRestrictor === undefined ? {} : { loadRestrictor }),
})

type SharedDetail = 'path' | 'cluster' | 'namespace' | 'loadRestrictor'

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
  /** Path by which the source refers to it; differs from `path` when it contains a link. */
  readonly at: string
  readonly role: InputRole
  /** Whether the file is in the top layer: the overlay itself, or the last values file. */
  readonly topLayer: boolean
  /**
   * For a file that the source reads only because it holds the declaration: how many sources up in the chain, 1 for the
   * source that declares this one directly.
   */
  readonly levelsUp?: number
  /** Set beside `levelsUp` where what the declaration renders reads the file as well. */
  readonly isRendered?: true
  /**
   * For values of a subchart: the keys under which the values of the source hold them, one list for each alias. Absent
   * for values that the source takes at the top.
   */
  readonly valuesKeys?: readonly (readonly string[])[]
  /** Why an edit of the file does not reach the source; absent when it does. */
  readonly frozen?: string
}

/** What a source renders to. */
export interface Rendering {
  readonly source: Source
  readonly objects: readonly JsonObject[]
  /** For a release: the sources that its object says are rendered. */
  readonly parts?: readonly Source[]
  /** For a release: how a change of it reaches the cluster, outermost declaration first. */
  readonly rollouts?: readonly Rollout[]
  /** Why other things that its object says are not rendered. */
  readonly missing?: readonly string[]
}

/** The text of a file, and its path with links resolved. */
export interface ViewFile {
  readonly path: string
  readonly text: string
}

/** One name in a directory. */
export interface ViewEntry {
  readonly name: string
  readonly kind: 'file' | 'directory' | 'link'
}

/** Read-only access to a repository: the files of a commit or a work tree, with pending edits applied. */
export interface RepositoryView {
  /** `undefined` when the path does not exist. Rejects with `path.outside` when the path leaves the repository. */
  kind(path: string): Promise<'file' | 'directory' | undefined>
  /** The file at a path, links followed; `undefined` when there is none. Rejects when its bytes are not UTF-8. */
  read(path: string): Promise<ViewFile | undefined>
  /** The same as bytes, for files that need not be text. */
  bytes(path: string): Promise<Uint8Array | undefined>
  /** The entries of a directory, sorted by name, links not followed; empty when it does not exist. */
  list(path: string): Promise<readonly ViewEntry[]>
  /** The view without any pending edits. */
  readonly origin: RepositoryView
  /** The same view with further pending texts, by path with links resolved. */
  with(texts: ReadonlyMap<string, string>): RepositoryView
}
