import type { DeclaredWorkload } from '../model/declared.ts'
import { readsOverlay } from '../model/overlay.ts'
import { inParallel } from '../model/parallel.ts'
import { type IsEditOf, isNameOf } from '../model/past-edit.ts'
import type { Source } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import { filesOf } from '../trace/sources/source-files.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { PlanPorts } from './render-sources.ts'

/** Whether earlier changes of the values of a workload are known. */
export type HasHistory = (declared: DeclaredWorkload, cluster: string | undefined) => boolean

/**
 * Returns whether an edit can have set a value of a workload of a source: the source reads the file, and the manifest that
 * was edited is not that of another workload.
 */
export async function editsOf(
  source: Source,
  workloads: readonly Pick<Workload, 'kind' | 'name'>[],
  ports: Pick<PlanPorts, 'view' | 'renderer'>,
): Promise<IsEditOf> {
  const { files } = await filesOf(source, ports)
  const { overlay } = source
  const reads = (file: string): boolean =>
    files.has(file) || (overlay !== undefined && readsOverlay(overlay, file))
  return ({ file, names = [] }, { kind, name }) => {
    if (!reads(file)) return false
    const rendered = workloads.flatMap((one) => (one.kind === kind ? [one.name] : []))
    return names.length === 0 || names.some((written) => isNameOf(written, name, rendered))
  }
}

/** Returns, by the id of each source that declares a workload with history, whether an edit can have set a value of it. */
export async function editsBySource(
  declared: readonly DeclaredIn[],
  hasHistory: HasHistory,
  ports: PlanPorts,
): Promise<(source: string) => IsEditOf> {
  const asked = declared.filter(({ source, workloads }) =>
    workloads.some((workload) => hasHistory(workload, source.cluster)),
  )
  const known = new Map(
    await inParallel(asked, async ({ source, workloads }) => {
      const rendered = workloads.map(({ workload }) => workload)
      return [source.id, await editsOf(source, rendered, ports)] as const
    }),
  )
  return (source) => known.get(source) ?? (() => false)
}
