import type { Json, JsonObject, JsonPath } from './json.ts'
import type { YamlPath } from './site.ts'
import type {
  InputFile,
  ReleaseSource,
  Rendering,
  RepositoryView,
  Source,
  SourceHint,
  ViewEntry,
} from './source.ts'

/** How a rendering differs from what is deployed. */
export interface RenderOptions {
  /** The values are markers of a trace: checks of values against a schema are skipped. */
  readonly marked?: boolean
  /** Values that win over all others, as YAML text; for kinds with the override strategy `values`. */
  readonly extraValues?: string
  /** Run the program even if the same content was rendered before, to see which values are random. */
  readonly fresh?: boolean
}

/** Reads and renders sources. */
export interface SourceRenderer<S extends Source = Source> {
  /** Every file that the source reads. Rejects with `source.unknown` or `path.missing` when it is not what it was taken for. */
  inputs(source: S, view: RepositoryView): Promise<readonly InputFile[]>
  /** Runs the real program on a private copy of the inputs. Rejects with `source.render` when it fails. */
  render(source: S, view: RepositoryView, options?: RenderOptions): Promise<Rendering>
}

/**
 * Where an override for one source alone can be written. `values`: at a key of its values files, or of the values in the
 * object that declares it. `patch`: at the field in a manifest or patch of the top layer, or in a new patch.
 */
export type OverrideStrategy = 'values' | 'patch'

/** What the stages need to know of a source, whatever its kind. */
export interface RenderedKind<S extends Source = Source> extends SourceRenderer<S> {
  /** The word in `Source.kind`; printed. */
  readonly name: string
  /** Where overrides can be written; `values` is tried before `patch`. Empty when a source has no place for any. */
  readonly overrides: readonly OverrideStrategy[]
  /** Equal for two sources that deploy the same objects, however they were found. */
  rollOutKey(source: S): string
}

/** A directory of a repository with its entries, or a single file (without entries). */
export interface ScannedPlace {
  readonly path: string
  readonly entries?: readonly ViewEntry[]
}

/** What a kind finds at a place. */
export interface Detected {
  /** The sources that discovery lists for the place. */
  readonly sources: readonly SourceHint[]
  /** Files that no source lists and that may declare sources; each can be rendered as a source of this kind. */
  readonly loose?: readonly string[]
  /** Whether everything below the directory belongs to it, so that the scan goes no deeper. */
  readonly whole?: boolean
}

/** One kind of source that is found in a repository by its files. */
export interface SourceKind<S extends Source = Source> extends RenderedKind<S> {
  /** Base names of the file that makes a directory a source of this kind; absent where the path itself is the file. */
  readonly entry?: RegExp
  /** Whether sources of this kind are built from each other and from the manifests beside their entry file. */
  readonly composes?: boolean
  /**
   * The paths that the text of an entry file in a directory may refer to, found without parsing it: none is missing that
   * is of letters, digits and `.-_@+` at each step. `undefined` where only reading the source shows them.
   */
  readonly namedPaths?: (text: string, directory: string) => readonly string[] | undefined
  /** What this kind finds at a place; `undefined` when the place is for the next kind in the list. */
  detect(place: ScannedPlace, view: RepositoryView): Promise<Detected | undefined>
  /** The source at a path that this kind detected. */
  identify(hint: SourceHint): S
  /** False for a source that is deployed only as a part of others, such as a Kustomize component. Default: true. */
  isDeployable?(source: S, view: RepositoryView): Promise<boolean>
  /** Further sources: those of this kind at the given paths, with values files that are kept elsewhere. */
  variants?(
    paths: readonly string[],
    looseFiles: readonly string[],
    view: RepositoryView,
  ): Promise<readonly SourceHint[]>
  /** Names that a release of it may have, most likely first. Absent for a kind without releases. */
  releaseNames?(source: S, view: RepositoryView): Promise<readonly string[]>
}

/** How objects of one kind declare sources, as far as overrides and proofs need to know. */
export interface DeclaringFormat {
  /** The object's `kind`. */
  readonly kind: string
  /** Where an object takes values, and whether it has any yet; `undefined` when it takes none. */
  valuesAt(object: JsonObject): { readonly path: YamlPath; readonly written: boolean } | undefined
  /** Where an object lists patches of what it declares; `undefined` when it cannot. */
  patchesAt(object: JsonObject): YamlPath | undefined
  /** Where an object lists patches of what its chart renders to; absent for kinds that have none. */
  postRenderPatchesAt?(object: JsonObject): YamlPath
  /** Whether the value at a path of the object only reaches what the object declares. */
  handsOn(path: JsonPath): boolean
  /** Names of the ConfigMaps whose data reaches only what the object declares. */
  configMaps(object: JsonObject): readonly string[]
  /** For declarations that are no Kubernetes objects: where they are in a parsed document, with their names. */
  entriesIn?(
    document: Json,
  ): readonly { readonly name: string; readonly path: YamlPath; readonly object: JsonObject }[]
}

/** Everything the stages can ask about sources. Each question about one source goes to its kind. */
export interface Renderer extends SourceRenderer {
  /** The kinds that can be found in a repository, in the order in which they are asked. */
  readonly kinds: readonly SourceKind[]
  /** The kind of a source. */
  kindOf(source: Source): RenderedKind
  /** The sources that the objects of a rendering declare. */
  declared(rendering: Rendering, view: RepositoryView, charts?: string): Promise<readonly ReleaseSource[]>
  /** The sources that a release's object says are rendered; empty when they are not in the repository. */
  parts(source: ReleaseSource, view: RepositoryView): Promise<readonly Source[]>
  /** Whether a file may declare sources, judged by a cheap search of its text. */
  mayDeclare(path: string, text: string): boolean
  /** Whether a text may declare sources whose paths are relative or generated, so that it need not contain them. */
  computesPaths(text: string): boolean
  /** A text that names files from elsewhere by what they are; the text itself where nothing is fetched. */
  shown?(text: string): string
  /** How objects of a kind declare sources; `undefined` for a kind that declares none. */
  format(kind: string): DeclaringFormat | undefined
}
