/** A controller object, named the way a person would: `Deployment/api` in a namespace. */
export interface Workload {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

/** `Kind/name`, as the CLI takes and prints it. */
export const workloadLabel = (workload: Pick<Workload, 'kind' | 'name'>): string =>
  `${workload.kind}/${workload.name}`

/** Identity of a workload inside one cluster. API versions differ between sources of the truth and are left out. */
export const workloadKey = (workload: Omit<Workload, 'apiVersion'>): string =>
  `${workload.namespace}/${workload.kind}/${workload.name}`
