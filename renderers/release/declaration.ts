import type { JsonObject } from '../../plugin/model/json.ts'
import type { DeclaringKind, DirectSource, ReleaseSource, RepositoryView } from '../../plugin/model/source.ts'

/** A roll-out that an object describes. */
export interface Declared {
  readonly object: ReleaseSource['object']
  /** The namespace that its objects go to when they name none. */
  readonly namespace: string
}

/** What a declaration is read with. */
export interface DeclarationContext {
  readonly source: ReleaseSource
  /** The objects beside it. */
  readonly objects: readonly JsonObject[]
  readonly view: RepositoryView
}

/** What an object says is rendered. */
export interface Translated {
  readonly parts: readonly DirectSource[]
  /** Variables put into the result (Flux `postBuild`). */
  readonly variables?: ReadonlyMap<string, string>
  /** A kustomization that the result is passed through (Flux `postRenderers`). */
  readonly postRender?: JsonObject
}

/** One kind of object that describes a roll-out. A new kind is one file with this shape, and a line in the list. */
export interface Declaration {
  readonly kind: DeclaringKind
  /** The roll-outs that an object describes; none when it is of another kind. */
  readonly declares: (
    object: JsonObject,
    context: { readonly namespace: string; readonly path: string; readonly view: RepositoryView },
  ) => Promise<readonly Declared[]>
  /** The object again in another rendering of its holder (with dyes, or edited), and what it says; `undefined` when that is not in the repository. */
  readonly translate: (context: DeclarationContext) => Promise<Translated | undefined>
}
