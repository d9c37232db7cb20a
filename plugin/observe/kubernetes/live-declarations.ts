import type { JsonObject } from '../../model/json.ts'
import type { LiveDeclaration } from '../../model/live-declaration.ts'
import type { RolloutObjects } from './rollout-objects.ts'

/**
 * Applications, HelmReleases and GitRepositories with their `spec` as the API server has it. `cluster` is where they roll out,
 * if it is read.
 */
export const liveDeclarations = (
  {
    applications,
    helmReleases,
    gitRepositories,
  }: Pick<RolloutObjects, 'applications' | 'helmReleases' | 'gitRepositories'>,
  cluster?: string,
): readonly LiveDeclaration[] => [
  ...applications.map(({ metadata: { namespace, name, ownerReferences }, spec, status }): LiveDeclaration => {
    const generator = ownerReferences.find(({ kind }) => kind === 'ApplicationSet')?.name
    const { revision, revisions = revision === undefined ? [] : [revision] } = status?.sync ?? {}
    return {
      ...(cluster === undefined ? {} : { cluster }),
      kind: 'Application',
      namespace,
      name,
      // A JSON object, parsed without dropping what the schema does not name.
      spec: spec as JsonObject,
      ...(generator === undefined ? {} : { generator }),
      revisions,
    }
  }),
  ...helmReleases.map(({ metadata: { namespace, name }, spec, status }): LiveDeclaration => {
    const version = status?.history?.[0]?.chartVersion
    return {
      ...(cluster === undefined ? {} : { cluster }),
      kind: 'HelmRelease',
      namespace,
      name,
      spec: spec as JsonObject,
      revisions: version === undefined ? [] : [version],
    }
  }),
  ...gitRepositories.map(({ metadata: { namespace, name }, spec, status }): LiveDeclaration => {
    // `main@sha1:COMMIT`: https://fluxcd.io/flux/components/source/gitrepositories/#artifact
    const commit = /@sha1:([0-9a-f]{40})$/.exec(status?.artifact?.revision ?? '')?.[1]
    return {
      ...(cluster === undefined ? {} : { cluster }),
      kind: 'GitRepository',
      namespace,
      name,
      spec: spec as JsonObject,
      revisions: commit === undefined ? [] : [commit],
    }
  }),
]
