import type { WrittenSeries } from '../remote-write.ts'
import type { Pod } from './kubelet.ts'
import { type Nodes, namespaceOf, type Service } from './services.ts'

const Mi = 1024 ** 2
const Gi = 1024 ** 3

/** Time in seconds since 1970, and value. */
export type Sample = readonly [seconds: number, value: number]

/** Labels of series of the kubelet. */
export const kubelet = { job: 'kubelet', metrics_path: '/metrics/cadvisor', image: 'example:1' }
/** Labels of series of kube-state-metrics. */
export const kubeState = { job: 'kube-state-metrics' }

const units: Readonly<Record<string, number>> = { '': 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi, Gi }

/** A quantity of Kubernetes as a number; infinity for none. */
export function numberOf(text: string | undefined): number {
  const [, digits, unit = ''] = /^([\d.]+)(m|k|M|G|Ki|Mi|Gi)?$/.exec(text ?? '') ?? []
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits) * (units[unit] ?? 1)
}

type Labels = Readonly<Record<string, string>>

/** A pod that ran at some times, and when it was created, in seconds since 1970. */
interface PodTimes {
  readonly times: readonly number[]
  readonly created: number
  readonly isReady: boolean
}

/** What kube-state-metrics says of a pod at each of some times: its owner, phase and requests, and when it was created. */
export function stateOfPod(
  service: Service,
  { metadata, spec }: Pod,
  { times, created, isReady }: PodTimes,
): readonly WrittenSeries[] {
  const namespace = namespaceOf(service)
  const always = (name: string, labels: Labels, value: number): WrittenSeries => ({
    labels: { __name__: name, ...kubeState, namespace, ...labels },
    samples: times.map((time) => [time, value]),
  })
  const pod = metadata.name
  const [owner] = metadata.ownerReferences ?? []
  const owned = { owner_kind: owner?.kind ?? '', owner_name: owner?.name ?? '', owner_is_controller: 'true' }
  const above = { owner_kind: service.kind, owner_name: service.name, owner_is_controller: 'true' }
  return [
    always('kube_pod_owner', { pod, ...owned }, 1),
    always('kube_pod_created', { pod }, created),
    always('kube_pod_status_phase', { pod, phase: isReady ? 'Running' : 'Pending' }, 1),
    ...spec.containers.flatMap(({ name, resources: { requests = {} } }) =>
      Object.entries(requests).map(([resource, text]) =>
        always(
          'kube_pod_container_resource_requests',
          { pod, container: name, resource, unit: resource === 'cpu' ? 'core' : 'byte' },
          numberOf(text),
        ),
      ),
    ),
    ...(owner?.kind === 'ReplicaSet'
      ? [always('kube_replicaset_owner', { replicaset: owner.name, ...above }, 1)]
      : []),
    ...(owner?.kind === 'Job' ? [always('kube_job_owner', { job_name: owner.name, ...above }, 1)] : []),
  ]
}

/** What kube-state-metrics says of nodes. */
export const ofNodes = ({ names, cpu, memory }: Nodes, times: readonly number[]): readonly WrittenSeries[] =>
  names.flatMap((node) =>
    [
      ['cpu', 'core', cpu],
      ['memory', 'byte', memory * Gi],
    ].map(([resource, unit, value]) => ({
      labels: {
        __name__: 'kube_node_status_allocatable',
        ...kubeState,
        node,
        resource: `${resource}`,
        unit: `${unit}`,
      },
      samples: times.map((time): Sample => [time, Number(value)]),
    })),
  )
