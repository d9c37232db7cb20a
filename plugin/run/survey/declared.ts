import { workloadsOf } from '../../model/manifest.ts'
import type { Rendering, Source } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import type { PlacedObject } from './former-rules.ts'

/** Used while the namespace of a source is not known; a chart may write it into its objects. */
const unknown = 'namespace-not-known-yet'

/** The source with a namespace that no real one has, so that objects without their own can be recognised. */
export const withoutNamespace = (source: Source): Source => ({
  ...source,
  namespace: source.namespace ?? unknown,
})

/** The objects of a rendering, with the namespace of those that name none; `''` where that is not known. */
export const placedObjects = (
  { objects, source: { namespace = '' } }: Rendering,
  stage: string | undefined,
): readonly PlacedObject[] =>
  objects.map((object) => ({
    object,
    namespace: namespace === unknown ? '' : namespace,
    ...(stage === undefined ? {} : { stage }),
  }))

/** The workloads of a rendering; the namespace is `''` where the objects name none. */
export const declaredWorkloads = ({ objects, source }: Rendering): readonly Workload[] =>
  workloadsOf(objects, source.namespace ?? unknown).map(({ workload }) => ({
    ...workload,
    namespace: workload.namespace === unknown ? '' : workload.namespace,
  }))
