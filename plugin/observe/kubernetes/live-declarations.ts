import type { JsonObject } from '../../model/json.ts'
import type { LiveDeclaration } from '../../model/live-declaration.ts'
import type { RolloutObjects } from './rollout-objects.ts'

/** Applications and HelmReleases with their `spec` as the API server has it. `cluster` is where they roll out, if it is read. */
export const liveDeclarations = (
  { applications, helmReleases }: Pick<RolloutObjects, 'applications' | 'helmReleases'>,
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
]
