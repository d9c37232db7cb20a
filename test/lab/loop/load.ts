import type { WrittenSeries } from '../remote-write.ts'
import { shareAt } from './curves.ts'
import { isReady, type Pod } from './kubelet.ts'
import { kubelet, kubeState, numberOf, ofNodes, type Sample, stateOfPod } from './series.ts'
import {
  type Container,
  containerName,
  containersOf,
  type Nodes,
  namespaceOf,
  type Service,
} from './services.ts'

const Mi = 1024 ** 2
/** Seconds between two samples. */
export const step = 240
const restartSeconds = 3600
const daySeconds = 86_400
/** When the pod of a CronJob runs, in seconds of the day. */
const job = { begin: 7200, seconds: 2400 } as const

/** Demand and memory by time, and the counters of all containers that ever ran. */
export interface Load {
  /** The series of the pods that are ready, after `from` and until `to`, in seconds since 1970. */
  readonly samples: (pods: readonly Pod[], from: number, to: number) => readonly WrittenSeries[]
  /** From now on, a service needs so many times its memory. */
  readonly scaleMemory: (service: string, factor: number) => void
  /** From now on, a service needs so many times its CPU. */
  readonly scaleCpu: (service: string, factor: number) => void
  /** Millicores that all pods of a service need together at a time. */
  readonly demandAt: (service: Service, time: number) => number
  /** OOM kills so far, by service. */
  readonly kills: () => ReadonlyMap<string, number>
  /** Samples so far in which a container needed more CPU than its limit, by service, or all of a node more than it has. */
  readonly shortages: () => ReadonlyMap<string, number>
  /** Restarts of the main container of a pod so far. */
  readonly restartsOf: (pod: Pod) => number
}

interface State {
  cpuSeconds: number
  restarts: number
  restartedAt: number
}

/** What one container does in one span of time. */
interface Running {
  readonly pod: Pod
  readonly service: Service
  readonly container: Container
  readonly times: readonly number[]
  /** Pods that share the demand. */
  readonly sharing: number
}

const counter = (): { readonly counts: Map<string, number>; readonly add: (key: string) => void } => {
  const counts = new Map<string, number>()
  return { counts, add: (key) => void counts.set(key, (counts.get(key) ?? 0) + 1) }
}

/** A model of load: the CPU of a pod is the demand of its service divided by the pods that are ready. */
export function createLoad(services: readonly Service[], nodes: Nodes): Load {
  const [states, created] = [new Map<string, State>(), new Map<string, number>()]
  const [kills, shortages] = [counter(), counter()]
  /** Cores that all containers of a node need at a time. */
  const onNodes = new Map<string, number>()
  const [memories, demands] = [new Map<string, number>(), new Map<string, number>()]
  const stateOf = (pod: Pod, container: string): State => {
    const key = `${keyOf(pod)} ${container}`
    const state = states.get(key) ?? { cpuSeconds: 0, restarts: 0, restartedAt: 0 }
    states.set(key, state)
    return state
  }
  const needAt = ({ service, container, sharing }: Omit<Running, 'times' | 'pod'>, time: number) => {
    const share = shareAt(service.curve ?? 'day', time, service.name.length)
    return {
      cpu: ((container.demand / 1000) * share.cpu * (demands.get(service.name) ?? 1)) / sharing,
      memory: container.memory * Mi * share.memory * (memories.get(service.name) ?? 1),
    }
  }

  function ofContainer(running: Running): readonly WrittenSeries[] {
    const { pod, service, container, times } = running
    const state = stateOf(pod, container.name)
    const limits = pod.spec.containers.find(({ name }) => name === container.name)?.resources.limits
    const most = { cpu: numberOf(limits?.['cpu']), memory: numberOf(limits?.['memory']) }
    const [cpu, memory, restarts, killed]: [Sample[], Sample[], Sample[], Sample[]] = [[], [], [], []]
    for (const time of times) {
      const need = needAt(running, time)
      if (need.cpu > most.cpu) shortages.add(service.name)
      const place = `${pod.spec.nodeName} ${time}`
      onNodes.set(place, (onNodes.get(place) ?? 0) + need.cpu)
      state.cpuSeconds += Math.min(need.cpu, most.cpu) * step
      if (need.memory > most.memory && time - state.restartedAt >= restartSeconds) {
        state.restarts += 1
        state.restartedAt = time
        kills.add(service.name)
      }
      cpu.push([time, state.cpuSeconds])
      memory.push([time, Math.min(need.memory, most.memory)])
      restarts.push([time, state.restarts])
      if (state.restarts > 0) killed.push([time, 1])
    }
    const own = { namespace: namespaceOf(service), pod: pod.metadata.name, container: container.name }
    const reason = { reason: 'OOMKilled' }
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
          ...reason,
        },
        samples: killed,
      },
    ].filter(({ samples }) => samples.length > 0)
  }

  /** A pod was created a minute before its first samples. */
  const createdAt = (pod: Pod, [first = 0]: readonly number[]): number => {
    const time = created.get(keyOf(pod)) ?? first - 60
    created.set(keyOf(pod), time)
    return time
  }

  const ofService = (service: Service, pods: readonly Pod[], times: readonly number[]) => {
    const isJob = service.kind === 'CronJob'
    const own = isJob ? jobPods(service, pods, times) : podsOf(service, pods)
    const ready = isJob ? own : own.filter(isReady)
    const during = isJob ? times.filter(isJobTime) : times
    return [
      ...ready.flatMap((pod) =>
        containersOf(service).flatMap((container) =>
          ofContainer({ pod, service, container, times: during, sharing: ready.length }),
        ),
      ),
      // Pods that do not start have an owner and a state, and no usage.
      ...own.flatMap((pod) =>
        stateOfPod(service, pod, {
          times: during,
          created: createdAt(pod, during),
          isReady: ready.includes(pod),
        }),
      ),
    ]
  }

  return {
    samples: (pods, from, to) => {
      const times = Array.from(
        { length: Math.floor((to - from) / step) },
        (_, index) => from + (index + 1) * step,
      )
      onNodes.clear()
      const all = services.flatMap((service) => ofService(service, pods, times))
      for (const [place, cores] of onNodes) if (cores > nodes.cpu) shortages.add(place.split(' ', 1)[0] ?? '')
      return distinct([...all, ...ofNodes(nodes, times)])
    },
    scaleMemory: (service, factor) => void memories.set(service, factor),
    scaleCpu: (service, factor) => void demands.set(service, factor),
    demandAt: (service, time) =>
      containersOf(service).reduce(
        (sum, container) => sum + needAt({ service, container, sharing: 1 }, time).cpu * 1000,
        0,
      ),
    kills: () => kills.counts,
    shortages: () => shortages.counts,
    restartsOf: (pod) => stateOf(pod, containerName).restarts,
  }
}

/** A StatefulSet gives its pods the names of earlier ones, and the pods of a CronJob are copies of one. */
const keyOf = ({ metadata: { name, uid } }: Pod): string => `${name} ${uid}`

/** Pods of one ReplicaSet say the same about its owner. */
const distinct = (all: readonly WrittenSeries[]): readonly WrittenSeries[] => [
  ...new Map(all.map((one) => [JSON.stringify(one.labels), one])).values(),
]

const isJobTime = (time: number): boolean => {
  const second = (time % daySeconds) - job.begin
  return second >= 0 && second < job.seconds
}

/** A pod of a CronJob as its newest pod is, with the name that the pod of the day would have. */
function jobPods(service: Service, pods: readonly Pod[], times: readonly number[]): readonly Pod[] {
  const newest = newestOf(podsOf(service, pods))
  const begin = times.find(isJobTime)
  if (newest === undefined || begin === undefined) return []
  const name = `${service.name}-${Math.floor(begin / 60)}`
  const ownerReferences = [{ kind: 'Job', name }]
  return [{ ...newest, metadata: { ...newest.metadata, name: `${name}-bcdfg`, ownerReferences } }]
}

/** The pod that was created last. */
export const newestOf = (pods: readonly Pod[]): Pod | undefined =>
  [...pods]
    .sort((one, other) => one.metadata.creationTimestamp.localeCompare(other.metadata.creationTimestamp))
    .at(-1)

/** The pods of a service. */
export const podsOf = (service: Pick<Service, 'name' | 'namespace'>, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(
    ({ metadata }) =>
      metadata.namespace === namespaceOf(service) && metadata.labels?.['app'] === service.name,
  )
