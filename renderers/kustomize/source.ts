import type { JsonObject } from '../../plugin/model/json.ts'
import type { Source } from '../../plugin/model/source.ts'

/** A directory with a kustomization. */
export interface KustomizeSource extends Source {
  readonly kind: 'kustomize'
  /**
   * What the object that declares the source adds to the kustomization: lists are appended, other keys replaced. With it,
   * a directory without a kustomization gets one of every manifest below it.
   */
  readonly additions?: JsonObject
  /** The versions that charts inside it are rendered for. */
  readonly kubeVersion?: string
  readonly apiVersions?: readonly string[]
}
