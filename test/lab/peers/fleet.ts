import { drift, keyOf, noise } from '../fleet/noise.ts'
import type { WrittenSeries } from '../remote-write.ts'

const Mi = 1024 ** 2
const daySeconds = 86_400

/** A workload that is recorded for the comparison. */
export interface PeerWorkload {
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly namespace: string
  readonly name: string
  readonly containers: readonly string[]
  readonly pods: number
  /** How load differs between its pods: the same, 1 to 1.6 in steps, or one pod with 4 × the others. */
  readonly spread: 'even' | 'stepped' | 'one busy'
  /** Whether its pods were replaced in the middle of the history. */
  readonly rolledOut: boolean
}

/** 54 workloads: 24 with one container, 18 with two and 12 with three, 96 containers in all. */
export const peerFleet: readonly PeerWorkload[] = [
  ...Array<number>(24).fill(1),
  ...Array<number>(18).fill(2),
  ...Array<number>(12).fill(3),
].map((containers, index) => {
  const kind = index % 4 === 3 ? 'StatefulSet' : 'Deployment'
  return {
    kind,
    namespace: `team-${index % 6}`,
    name: `${kind === 'Deployment' ? 'app' : 'db'}-${index}`,
    containers: ['main', 'proxy', 'agent'].slice(0, containers),
    pods: [1, 3, 2, 4, 8][index % 5] ?? 1,
    spread: (['even', 'stepped', 'one busy'] as const)[index % 3] ?? 'even',
    rolledOut: kind === 'Deployment' && index % 7 === 2,
  }
})

/** One pod: how much it uses compared with the others, and when it lives, in seconds since 1970. */
export interface PeerPod {
  readonly workload: PeerWorkload
  readonly name: string
  readonly owner: string
  readonly share: number
  readonly from: number
  readonly to: number
}

/** All pods of a history: those that were replaced, too. */
export function podsOf(workload: PeerWorkload, begin: number, end: number): readonly PeerPod[] {
  const { kind, name, pods, rolledOut } = workload
  const owners =
    kind === 'StatefulSet'
      ? [name]
      : (rolledOut ? ['5d4f8c7b9', '66b9c4d5f'] : ['66b9c4d5f']).map((hash) => `${name}-${hash}`)
  const middle = begin + (end - begin) * 0.6
  return owners.flatMap((owner, generation) =>
    Array.from({ length: pods }, (_, nth) => ({
      workload,
      name: kind === 'StatefulSet' ? `${name}-${nth}` : `${owner}-${'bcdfghjk'[nth]}x7k2`,
      owner,
      share: shareOf(workload, nth),
      from: owners.length > 1 && generation === 1 ? middle : begin,
      to: owners.length > 1 && generation === 0 ? middle : Number.POSITIVE_INFINITY,
    })),
  )
}

function shareOf({ spread, pods }: PeerWorkload, nth: number): number {
  if (spread === 'stepped') return 1 + (0.6 * nth) / Math.max(1, pods - 1)
  return spread === 'one busy' && nth === 0 ? 4 : 1
}

interface Shape {
  readonly key: number
  readonly cores: number
  readonly bytes: number
}

/** Sizes of containers from 3m to 3 cores, and from 16Mi to 2Gi. */
function shapeOf({ namespace, name }: PeerWorkload, container: string): Shape {
  const key = keyOf(namespace, name, container)
  return { key, cores: 0.003 * 1000 ** noise(key, 1), bytes: 16 * Mi * 128 ** noise(key, 2) }
}

/** Cores of a pod's container at a time: by day and hour, with slow and fast noise, and for some with bursts. */
function coresAt({ key, cores }: Shape, pod: PeerPod, time: number): number {
  const daily = 1 + 0.5 * noise(key, 3) * Math.sin((time / daySeconds) * 2 * Math.PI + key)
  const own = keyOf(key, pod.name)
  const slow = 1 + 0.15 * drift(own, time, 3600)
  const fast = 0.85 + 0.3 * noise(own, Math.floor(time / 60))
  const burst = noise(key, 4) < 0.3 && noise(own, Math.floor(time / 900)) < 0.03 ? 2.5 : 1
  return cores * pod.share * daily * slow * fast * burst
}

function bytesAt({ key, bytes }: Shape, pod: PeerPod, time: number): number {
  const daily = 1 + 0.2 * noise(key, 5) * Math.sin((time / daySeconds) * 2 * Math.PI + key)
  const own = keyOf(key, pod.name)
  return Math.round(bytes * Math.sqrt(pod.share) * daily * (1 + 0.05 * drift(own, time, 7200)))
}

/** Writes the metrics of a fleet, an hour at a time. */
export interface FleetWriter {
  /** The series between two times. The hours must rise, because CPU is a counter. */
  readonly between: (from: number, to: number) => readonly WrittenSeries[]
}

/** A writer of what cAdvisor and kube-state-metrics record of pods, scraped every `scrape` seconds. */
export function fleetWriter(pods: readonly PeerPod[], scrape: number): FleetWriter {
  const counters = new Map<string, number>()
  const between = (from: number, to: number): readonly WrittenSeries[] =>
    pods.flatMap((pod) => {
      const times: number[] = []
      for (
        let time = Math.ceil(Math.max(from, pod.from) / scrape) * scrape;
        time < Math.min(to, pod.to);
        time += scrape
      )
        times.push(time)
      return times.length === 0 ? [] : [...usageOf(pod, times), ...stateOf(pod, times)]
    })

  function usageOf(pod: PeerPod, times: readonly number[]): readonly WrittenSeries[] {
    const { namespace, containers } = pod.workload
    return containers.flatMap((container) => {
      const shape = shapeOf(pod.workload, container)
      const labels = { namespace, pod: pod.name, container, job: 'kubelet', image: 'example:1' }
      const key = `${namespace}/${pod.name}/${container}`
      let used = counters.get(key) ?? 0
      const cpu = times.map((time) => {
        used += coresAt(shape, pod, time) * scrape
        return [time, used] as const
      })
      counters.set(key, used)
      return [
        { labels: { __name__: 'container_cpu_usage_seconds_total', ...labels }, samples: cpu },
        {
          labels: { __name__: 'container_memory_working_set_bytes', ...labels },
          samples: times.map((time) => [time, bytesAt(shape, pod, time)] as const),
        },
      ]
    })
  }
  return { between }
}

/** What kube-state-metrics records of a pod: its owners, phase and labels, every five minutes at most. */
function stateOf({ workload, name, owner }: PeerPod, times: readonly number[]): readonly WrittenSeries[] {
  const { kind, namespace } = workload
  const samples = times
    .filter((time, index) => index === 0 || time % 240 < 60)
    .map((time) => [time, 1] as const)
  const state = { namespace, job: 'kube-state-metrics' }
  const isDeployment = kind === 'Deployment'
  const own = {
    owner_kind: isDeployment ? 'ReplicaSet' : kind,
    owner_name: owner,
    owner_is_controller: 'true',
  }
  const all: readonly Readonly<Record<string, string>>[] = [
    { __name__: 'kube_pod_owner', pod: name, ...own },
    { __name__: 'kube_pod_status_phase', pod: name, phase: 'Running' },
    { __name__: 'kube_pod_labels', pod: name, label_app: workload.name },
  ]
  const sets =
    isDeployment && name.endsWith('bx7k2')
      ? [
          {
            __name__: 'kube_replicaset_owner',
            replicaset: owner,
            owner_kind: kind,
            owner_name: workload.name,
            owner_is_controller: 'true',
          },
        ]
      : []
  return [...all, ...sets].map((labels) => ({ labels: { ...labels, ...state }, samples }))
}
