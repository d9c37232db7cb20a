import type { JsonObject } from '../../plugin/model/json.ts'
import type { DeclaringFormat } from '../../plugin/model/renderer.ts'
import type { DeclaringObject, ReleaseSource, RepositoryView, Source } from '../../plugin/model/source.ts'
import type { FindChart } from '../elsewhere/chart-finder.ts'

/** A source that an object declares. */
export interface DeclaredRelease {
  readonly object: DeclaringObject
  /** Namespace of the objects that name none. */
  readonly namespace: string
}

/** What an object is translated with. */
export interface TranslationContext {
  readonly source: ReleaseSource
  /** The objects rendered together with it. */
  readonly objects: readonly JsonObject[]
  readonly view: RepositoryView
  /** Finds the charts that are not in the repository. */
  readonly findChart: FindChart
}

/** What an object says is rendered. */
export interface Translation {
  readonly parts: readonly Source[]
  /** Variables that are substituted in the result (Flux `postBuild`). */
  readonly variables?: ReadonlyMap<string, string>
  /** A kustomization that the result is passed through (Flux `postRenderers`). */
  readonly postRender?: JsonObject
}

/** One kind of object that declares sources. A new kind is one file with this shape, and a line in the list in `renderers.ts`. */
export interface DeclaringKind extends DeclaringFormat {
  /** Whether a file may hold such an object, judged by a cheap search of its text. */
  readonly mayBeIn: (path: string, text: string) => boolean
  /** Whether its paths are generated or relative to its file, so that a text need not contain the paths that it reads. */
  readonly computesPaths?: (text: string) => boolean
  /** The sources that an object declares; empty when it is of another kind. */
  readonly declares: (
    object: JsonObject,
    context: { readonly namespace: string; readonly path: string; readonly view: RepositoryView },
  ) => Promise<readonly DeclaredRelease[]>
  /**
   * What the object says, found again in another rendering (with markers, or after edits) of the source that holds it;
   * `undefined` when that is not in the repository.
   */
  readonly translate: (context: TranslationContext) => Promise<Translation | undefined>
}

/** Whether a text holds an object of a kind, judged by its `kind` line. */
export function hasObjectOf(kind: string): DeclaringKind['mayBeIn'] {
  // biome-ignore lint/plugin: the kinds are constants of the renderers
  const line = new RegExp(`^\\s*(- )?kind: *["']?${kind}["']?\\s*$`, 'm')
  return (_, text) => line.test(text)
}
