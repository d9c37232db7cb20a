import type { Change } from '../model/recommendation.ts'
import { sourceWorkloadKey } from '../model/workload.ts'
import type { TracedChange } from './traced-change.ts'

/** The key of a change group, unique over all sources: its changes are made together or not at all. */
export const changeGroupKey = ({
  source,
  workload,
  together,
}: Pick<Change, 'workload' | 'together'> & { readonly source: string }): string =>
  `${sourceWorkloadKey({ source, workload })}\0${together}`

/** The same of a traced change. */
export const tracedGroupKey = ({ trace: { source }, workload, change }: TracedChange): string =>
  changeGroupKey({ source, workload, together: change.together })
