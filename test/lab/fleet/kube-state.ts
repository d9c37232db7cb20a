import type { Fleet } from './fleet.ts'
import type { Pod } from './pods.ts'
import { type Family, type OpenMetricsOptions, type Series, slowScrapes } from './scrapes.ts'
import type { Member } from './usage.ts'
import { type FleetWorkload, fleetNamespace } from './workload.ts'

/** The metrics of kube-state-metrics about the owners, requests and container states of pods. */
export function kubeStateFamilies(fleet: Fleet, options: OpenMetricsOptions): readonly Family[] {
  const workloads = fleet.workloads.filter(({ cluster }) => cluster === options.cluster)
  const recorded = { fleet, options, workloads }
  return [
    { name: 'kube_pod_owner', type: 'gauge', series: podOwners(recorded) },
    { name: 'kube_replicaset_owner', type: 'gauge', series: replicaSetOwners(recorded) },
    { name: 'kube_pod_container_status_restarts_total', type: 'counter', series: restarts(recorded) },
    {
      name: 'kube_pod_container_status_last_terminated_reason',
      type: 'gauge',
      series: lastReasons(recorded),
    },
    { name: 'kube_pod_container_resource_requests', type: 'gauge', series: sizes(recorded, 'requests') },
    { name: 'kube_pod_container_resource_limits', type: 'gauge', series: sizes(recorded, 'limits') },
  ]
}

interface Recorded {
  readonly fleet: Fleet
  readonly options: OpenMetricsOptions
  readonly workloads: readonly FleetWorkload[]
}

function* podOwners(recorded: Recorded): Generator<Series> {
  for (const { workload, pod } of podsOf(recorded)) {
    const kind = workload.kind === 'Deployment' ? 'ReplicaSet' : workload.kind
    const labels = labelsOf({
      pod: pod.name,
      owner_kind: kind,
      owner_name: pod.owner,
      owner_is_controller: 'true',
    })
    yield { labels, samples: constant(recorded, { workload, from: pod.from, to: pod.to }, 1) }
  }
}

function* replicaSetOwners(recorded: Recorded): Generator<Series> {
  for (const workload of recorded.workloads.filter(({ kind }) => kind === 'Deployment')) {
    const pods = recorded.fleet.pods(workload)
    for (const replicaset of new Set(pods.map(({ owner }) => owner))) {
      const owner = { owner_kind: 'Deployment', owner_name: workload.name, owner_is_controller: 'true' }
      const from = Math.min(...pods.filter((pod) => pod.owner === replicaset).map((pod) => pod.from))
      // An old ReplicaSet stays without pods, for rollbacks.
      const span = { workload, from, to: recorded.fleet.window.to }
      yield { labels: labelsOf({ replicaset, ...owner }), samples: constant(recorded, span, 1) }
    }
  }
}

function* restarts(recorded: Recorded): Generator<Series> {
  for (const { workload, pod, container } of containersOf(recorded)) {
    const lives = recorded.fleet.lives({ workload, pod, container })
    const times = slowScrapes(recorded.fleet, recorded.options, { workload, from: pod.from, to: pod.to })
    const count = (time: number) =>
      lives.filter(({ to, reason }) => reason !== undefined && to <= time).length
    yield {
      labels: labelsOf({ pod: pod.name, container: container.name }),
      samples: [...times].map((time) => [time, count(time)] as const),
    }
  }
}

/** The reason of the last failure, until the next failure or the end of the pod. */
function* lastReasons(recorded: Recorded): Generator<Series> {
  for (const { workload, pod, container } of containersOf(recorded)) {
    const failures = recorded.fleet
      .lives({ workload, pod, container })
      .filter(({ reason }) => reason !== undefined)
    const [first] = failures
    if (first?.reason === undefined) continue
    const labels = labelsOf({ pod: pod.name, container: container.name, reason: first.reason })
    yield { labels, samples: constant(recorded, { workload, from: first.to, to: pod.to }, 1) }
  }
}

function* sizes(recorded: Recorded, which: 'requests' | 'limits'): Generator<Series> {
  for (const { workload, pod, container } of containersOf(recorded)) {
    const { cpu, memory } = container[which]
    const base = { pod: pod.name, container: container.name, node: pod.node }
    const span = { workload, from: pod.from, to: pod.to }
    if (cpu !== undefined) {
      const labels = labelsOf({ ...base, resource: 'cpu', unit: 'core' })
      yield { labels, samples: constant(recorded, span, cpu / 1000) }
    }
    if (memory !== undefined) {
      const labels = labelsOf({ ...base, resource: 'memory', unit: 'byte' })
      yield { labels, samples: constant(recorded, span, memory * 1024 ** 2) }
    }
  }
}

function* constant(
  { fleet, options }: Recorded,
  span: { readonly workload: FleetWorkload; readonly from: number; readonly to: number },
  value: number,
): Generator<[number, number]> {
  for (const time of slowScrapes(fleet, options, span)) yield [time, value]
}

function* podsOf({ fleet, options, workloads }: Recorded): Generator<{ workload: FleetWorkload; pod: Pod }> {
  for (const workload of workloads) {
    for (const pod of fleet.pods(workload)) {
      if (pod.from <= options.to && pod.to >= options.from) yield { workload, pod }
    }
  }
}

function* containersOf(recorded: Recorded): Generator<Member> {
  for (const { workload, pod } of podsOf(recorded)) {
    for (const container of workload.containers) yield { workload, pod, container }
  }
}

const labelsOf = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({
  namespace: fleetNamespace,
  ...labels,
  job: 'kube-state-metrics',
})
