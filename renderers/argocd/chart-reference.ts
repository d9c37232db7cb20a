import { type Json, textOf, valueAt } from '../../plugin/model/json.ts'
import type { WantedChart } from '../../plugin/model/store.ts'

/**
 * The chart that a source of an Application takes from a chart repository. A `repoURL` without a scheme is that of a
 * registry: https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
 */
export function chartOf(source: Json | undefined, name: string): WantedChart {
  const url = textOf(valueAt(source, ['repoURL'])) ?? ''
  const version = textOf(valueAt(source, ['targetRevision']))
  return {
    repository: url === '' || url.includes('://') ? url : `oci://${url}`,
    name,
    ...(version === undefined || version === '' || version === '*' ? {} : { version }),
  }
}
