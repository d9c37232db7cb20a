import { planEdits } from '../../../plugin/edit/plan.ts'
import type { WantedEdit } from '../../../plugin/edit/wanted-edit.ts'

/** The Deployment whose fields are edited. */
export const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const address = { workload, container: 'app', field: 'requests.cpu' } as const
/** Line 3 of the first document of a file. */
export const place = { line: 3, column: 1, document: 0 }

/** A requested change of the CPU of the container `app`, unless said otherwise. */
export const wants = (site: WantedEdit['site'], to: string, more: Partial<WantedEdit> = {}): WantedEdit => ({
  ...address,
  site,
  to,
  ...more,
})

/** Plans the requested changes in files. */
export const plan = (files: Readonly<Record<string, string>>, ...wanted: WantedEdit[]) =>
  planEdits(new Map(Object.entries(files)), wanted)
