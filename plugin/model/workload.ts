/** A controller object: `Deployment/api` in a namespace. */
export interface Workload {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** `Kind/name`, as the CLI reads and prints it. */
export const workloadLabel = (workload: Pick<Workload, 'kind' | 'name'>): string =>
  `${workload.kind}/${workload.name}`

/** `namespace/Kind/name`, where a label alone could mean several workloads. */
export const namespacedLabel = (workload: Omit<Workload, 'apiVersion'>): string =>
  `${workload.namespace}/${workloadLabel(workload)}`

/** The key of a workload, unique inside one cluster. It has no API version, because Git and the cluster can use different ones. */
export const workloadKey = (workload: Omit<Workload, 'apiVersion'>): string =>
  `${workload.namespace}/${workload.kind}/${workload.name}`

/** The key of a workload in its source, unique inside one repository. */
export const sourceWorkloadKey = ({
  source,
  workload,
}: {
  readonly source: string
  readonly workload: Omit<Workload, 'apiVersion'>
}): string => `${source}\0${workloadKey(workload)}`
