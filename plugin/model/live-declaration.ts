import type { JsonObject } from './json.ts'

/** An Application of Argo CD, or a HelmRelease or GitRepository of Flux, as it is in a cluster. */
export interface LiveDeclaration {
  /** The cluster to which it rolls out, as named in settings; absent for one that is not read. */
  readonly cluster?: string
  readonly kind: 'Application' | 'HelmRelease' | 'GitRepository'
  readonly namespace: string
  readonly name: string
  readonly spec: JsonObject
  /** The ApplicationSet that made it. */
  readonly generator?: string
  /** The commits or chart versions that are deployed (of a GitRepository: fetched), one for each source. */
  readonly revisions: readonly string[]
}

/** The live declaration of an object; `undefined` where no cluster was read or it does not have it. */
export const liveOf = (
  { kind, namespace, name }: Pick<LiveDeclaration, 'namespace' | 'name'> & { readonly kind: string },
  live: readonly LiveDeclaration[],
  cluster: string | undefined,
): LiveDeclaration | undefined =>
  live.find(
    (one) =>
      one.kind === kind &&
      one.name === name &&
      one.namespace === namespace &&
      (cluster === undefined || one.cluster === cluster),
  )
