import type { Destination, KnownCluster } from '../../plugin/model/destination.ts'
import type { JsonObject } from '../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'
import type { DeclaringFormat } from '../../plugin/model/renderer.ts'
import type { Rollout } from '../../plugin/model/rollout.ts'
import type {
  DeclaringObject,
  InputFile,
  ReleaseSource,
  RepositoryView,
  Source,
} from '../../plugin/model/source.ts'
import type { ElsewherePorts } from '../elsewhere/chart-finder.ts'
import type { Origins } from '../origin/origins.ts'

/** A source that an object declares. */
export interface DeclaredRelease {
  readonly object: DeclaringObject
  /** The cluster that it rolls out to, where that is not the one of the source around it. */
  readonly cluster?: string
  /** Namespace of the objects that name none. */
  readonly namespace: string
  /** Where it is deployed, as the object says. */
  readonly destination?: Destination
}

/**
 * Evaluates Go templates, each with every set of parameters: the texts by set, then by template. Rejects with
 * `source.render` where a template fails.
 */
export type EvaluateTemplates = (
  templates: readonly string[],
  sets: readonly JsonObject[],
) => Promise<readonly (readonly string[])[]>

/** What reading declarations needs of the outside. */
export interface DeclaringPorts {
  readonly view: RepositoryView
  readonly origins: Origins
  readonly evaluate: EvaluateTemplates
  /** Where charts that are not in the repository are looked up. */
  readonly elsewhere: ElsewherePorts
  /** The Applications and HelmReleases in the clusters; empty where no cluster was read. */
  readonly live: readonly LiveDeclaration[]
  /** The clusters of the settings; empty where there are none. */
  readonly clusters: readonly KnownCluster[]
}

/** What is known around an object that may declare sources. */
export interface DeclaresContext extends DeclaringPorts {
  readonly namespace: string
  readonly path: string
}

/** What an object is translated with. */
export interface TranslationContext extends DeclaringPorts {
  readonly source: ReleaseSource
  /** The objects rendered together with it. */
  readonly objects: readonly JsonObject[]
  /** The same objects without pending edits. */
  readonly base: () => Promise<readonly JsonObject[]>
  /** The objects of the sources around the one that holds it. */
  readonly around: readonly JsonObject[]
}

/** What an object says is rendered. */
export interface Translation {
  readonly parts: readonly Source[]
  /** Files beside the parts that change what the object says. */
  readonly files?: readonly InputFile[]
  /** How a change of it reaches the cluster. */
  readonly rollout?: Rollout
  /** Why other things that the object says are not among the parts. */
  readonly missing?: readonly string[]
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
  readonly declares: (object: JsonObject, context: DeclaresContext) => Promise<readonly DeclaredRelease[]>
  /**
   * What the object says, found again in another rendering (with markers, or after edits) of the source that holds it;
   * `undefined` when that is not in the repository. Rejects with `source.render` where it can say why.
   */
  readonly translate: (context: TranslationContext) => Promise<Translation | undefined>
}

/** Whether a text holds an object of a kind, judged by its `kind`, in block or flow style or as JSON. */
export function hasObjectOf(kind: string): DeclaringKind['mayBeIn'] {
  // biome-ignore lint/plugin: the kinds are constants of the renderers
  const written = new RegExp(`\\bkind["']?: *["']?${kind}["']? *(?:[\\r,}#]|$)`, 'm')
  return (_, text) => text.includes(kind) && written.test(text)
}
