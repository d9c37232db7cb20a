import type { WrittenSeries } from '../remote-write.ts'
import { isReady, type Pod } from './kubelet.ts'
import { containerName, namespace, nodeSize, nodes, type Service } from './services.ts'

const Mi = 1024 ** 2
const Gi = 1024 ** 3
/** Seconds between two samples. */
export const step = 240
const restartSeconds = 3600
const daySeconds = 86_400

/** Demand and memory by time, and the counters of all containers that ever ran. */
export interface Load {
  /** The series of the pods that are ready, after `from` and until `to`, in seconds since 1970. */
  readonly samples: (pods: readonly Pod[], from: number, to: number) => readonly WrittenSeries[]
  /** From now on, a service needs so many times its memory. */
  readonly scaleMemory: (service: string, factor: number) => void
  /** OOM kills so far, by service. */
  readonly kills: () => ReadonlyMap<string, number>
  /** Restarts of a pod so far. */
  readonly restartsOf: (pod: Pod) => number
}

/** The share of its peak that a service needs at a time: least at 3 and most at 15 o'clock UTC, with a little noise. */
function shareAt(time: number, seed: number): number {
  const angle = 2 * Math.PI * ((time % daySeconds) / daySeconds - 0.375)
  const noise = Math.sin(time * 0.0137 + seed * 7) * Math.sin(time * 0.00071 + seed)
  return 0.65 + 0.3 * Math.sin(angle) + 0.05 * noise
}

interface State {
  cpuSeconds: number
  restarts: number
  restartedAt: number
}

/** A model of load: the CPU of a pod is the demand of its service divided by the pods that are ready. */
export function createLoad(services: readonly Service[]): Load {
  const [states, kills, factors] = [
    new Map<string, State>(),
    new Map<string, number>(),
    new Map<string, number>(),
  ]
  const stateOf = ({ metadata: { name } }: Pod): State => {
    const state = states.get(name) ?? { cpuSeconds: 0, restarts: 0, restartedAt: 0 }
    states.set(name, state)
    return state
  }

  function ofPod(
    pod: Pod,
    service: Service,
    span: Span & { readonly sharing: number },
  ): readonly WrittenSeries[] {
    const [state, seed] = [stateOf(pod), service.name.length]
    const limit = numberOf(pod.spec.containers[0].resources.limits?.['memory'])
    const [cpu, memory, restarts, killed]: [Sample[], Sample[], Sample[], Sample[]] = [[], [], [], []]
    for (const time of span.times) {
      const share = shareAt(time, seed)
      state.cpuSeconds += (service.demand / 1000 / span.sharing) * share * step
      const needed = service.memory * Mi * (0.85 + 0.15 * share) * (factors.get(service.name) ?? 1)
      if (needed > limit && time - state.restartedAt >= restartSeconds) {
        state.restarts += 1
        state.restartedAt = time
        kills.set(service.name, (kills.get(service.name) ?? 0) + 1)
      }
      cpu.push([time, state.cpuSeconds])
      memory.push([time, Math.min(needed, limit)])
      restarts.push([time, state.restarts])
      if (state.restarts > 0) killed.push([time, 1])
    }
    const own = { namespace, pod: pod.metadata.name, container: containerName }
    return [
      { labels: { __name__: 'container_cpu_usage_seconds_total', ...kubelet, ...own }, samples: cpu },
      { labels: { __name__: 'container_memory_working_set_bytes', ...kubelet, ...own }, samples: memory },
      {
        labels: { __name__: 'kube_pod_container_status_restarts_total', ...kubeState, ...own },
        samples: restarts,
      },
      {
        labels: {
          __name__: 'kube_pod_container_status_last_terminated_reason',
          ...kubeState,
          ...own,
          reason: 'OOMKilled',
        },
        samples: killed,
      },
      ...stateOfPod(pod, span.times),
    ].filter(({ samples }) => samples.length > 0)
  }

  return {
    samples: (pods, from, to) => {
      const times = Array.from(
        { length: Math.floor((to - from) / step) },
        (_, index) => from + (index + 1) * step,
      )
      const all = services.flatMap((service) => {
        const own = podsOf(service, pods).filter(isReady)
        return own.flatMap((pod) => ofPod(pod, service, { times, sharing: own.length }))
      })
      return distinct([...all, ...ofNodes(times)])
    },
    scaleMemory: (service, factor) => void factors.set(service, factor),
    kills: () => kills,
    restartsOf: (pod) => stateOf(pod).restarts,
  }
}

/** Pods of one ReplicaSet say the same about its owner. */
const distinct = (all: readonly WrittenSeries[]): readonly WrittenSeries[] => [
  ...new Map(all.map((one) => [JSON.stringify(one.labels), one])).values(),
]

type Sample = readonly [seconds: number, value: number]
interface Span {
  readonly times: readonly number[]
}

const kubelet = { job: 'kubelet', metrics_path: '/metrics/cadvisor', image: 'example:1' }
const kubeState = { job: 'kube-state-metrics' }

/** The pods of a service. */
export const podsOf = ({ name }: Pick<Service, 'name'>, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['app'] === name)

const units: Readonly<Record<string, number>> = { '': 1, m: 0.001, k: 1e3, M: 1e6, G: 1e9, Ki: 1024, Mi, Gi }

/** A quantity of Kubernetes as a number; infinity for none. */
export function numberOf(text: string | undefined): number {
  const [, digits, unit = ''] = /^([\d.]+)(m|k|M|G|Ki|Mi|Gi)?$/.exec(text ?? '') ?? []
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits) * (units[unit] ?? 1)
}

/** What kube-state-metrics says of a pod: its owner, phase and requests. */
function stateOfPod({ metadata, spec, status }: Pod, times: readonly number[]): readonly WrittenSeries[] {
  const own = { ...kubeState, namespace, pod: metadata.name }
  const always = (name: string, labels: Readonly<Record<string, string>>, value: number): WrittenSeries => ({
    labels: { __name__: name, ...own, ...labels },
    samples: times.map((time) => [time, value]),
  })
  const [owner] = metadata.ownerReferences ?? []
  const requests = Object.entries(spec.containers[0].resources.requests ?? {})
  const owned = { owner_kind: owner?.kind ?? '', owner_name: owner?.name ?? '', owner_is_controller: 'true' }
  return [
    always('kube_pod_owner', owned, 1),
    always('kube_pod_status_phase', { phase: status.phase }, 1),
    ...requests.map(([resource, text]) =>
      always(
        'kube_pod_container_resource_requests',
        { container: containerName, resource, unit: resource === 'cpu' ? 'core' : 'byte' },
        numberOf(text),
      ),
    ),
    ...(owner?.kind === 'ReplicaSet'
      ? [ofReplicaSet(owner.name, metadata.labels?.['app'] ?? '', times)]
      : []),
  ]
}

const ofReplicaSet = (replicaset: string, name: string, times: readonly number[]): WrittenSeries => ({
  labels: {
    __name__: 'kube_replicaset_owner',
    ...kubeState,
    namespace,
    replicaset,
    owner_kind: 'Deployment',
    owner_name: name,
    owner_is_controller: 'true',
  },
  samples: times.map((time) => [time, 1]),
})

const ofNodes = (times: readonly number[]): readonly WrittenSeries[] =>
  nodes.flatMap((node) =>
    [
      ['cpu', 'core', nodeSize.cpu],
      ['memory', 'byte', nodeSize.memory * Gi],
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
