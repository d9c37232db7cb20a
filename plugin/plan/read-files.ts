import type { DeclaredWorkload } from '../model/declared.ts'
import { readsOverlay } from '../model/overlay.ts'
import { inParallel } from '../model/parallel.ts'
import type { Source } from '../model/source.ts'
import { filesOf } from '../trace/sources/source-files.ts'
import type { ReadsFile } from './apply-decisions.ts'
import type { DeclaredIn } from './declared-source.ts'
import type { PlanPorts } from './render-sources.ts'

/** Whether earlier changes of the values of a workload are known. */
export type HasHistory = (declared: DeclaredWorkload, cluster: string | undefined) => boolean

const readsNothing: ReadsFile = () => false

/** Returns whether a source reads a file, its recommendations included. */
export async function readsOf(
  source: Source,
  ports: Pick<PlanPorts, 'view' | 'renderer'>,
): Promise<ReadsFile> {
  const { files } = await filesOf(source, ports)
  const { overlay } = source
  return (file) => files.has(file) || (overlay !== undefined && readsOverlay(overlay, file))
}

/** Returns, by the id of each source that declares a workload with history, whether it reads a file. */
export async function readFiles(
  declared: readonly DeclaredIn[],
  hasHistory: HasHistory,
  ports: PlanPorts,
): Promise<(source: string) => ReadsFile> {
  const asked = declared.filter(({ source, workloads }) =>
    workloads.some((workload) => hasHistory(workload, source.cluster)),
  )
  const known = new Map(
    await inParallel(asked, async ({ source }) => [source.id, await readsOf(source, ports)] as const),
  )
  return (source) => known.get(source) ?? readsNothing
}
