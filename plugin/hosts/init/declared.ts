import { workloadsOf } from '../../model/manifest.ts'
import type { Rendering, Source } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'

/** Stands for the namespace that a source is rolled out to while it is not known; a chart may write it into its objects. */
const unknown = 'namespace-not-known-yet'

/** The source, rolled out to a namespace that can be told from all others. */
export const withoutNamespace = (source: Source): Source => ({
  ...source,
  namespace: source.namespace ?? unknown,
})

/** The workloads of a rendering; those that stand in no namespace of their own have `''`. */
export const declaredIn = ({ objects, source }: Rendering): readonly Workload[] =>
  workloadsOf(objects, source.namespace ?? unknown).map(({ workload }) => ({
    ...workload,
    namespace: workload.namespace === unknown ? '' : workload.namespace,
  }))
