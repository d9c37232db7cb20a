import type { WrittenSeries } from '../lab/remote-write.ts'

/** A fleet of Deployments with two containers and three pods each, rolled out once in the window. */
export interface BenchFleet {
  readonly workloads: number
  readonly days: number
  /** Seconds between scrapes. */
  readonly scrape: number
  /** Last sample, in seconds since 1970. */
  readonly end: number
}

interface BenchPod {
  readonly namespace: string
  readonly workload: string
  readonly replicaSet: string
  readonly pod: string
  readonly from: number
  readonly to: number
  readonly seed: number
}

const containers = ['app', 'proxy']
const Mi = 1024 ** 2

/** Every pod that lives at some time of the window: three old and three new ones a workload. */
export function podsOf({ workloads, days, end }: BenchFleet): readonly BenchPod[] {
  const start = end - days * 86_400
  return Array.from({ length: workloads }, (_, index) => {
    const name = `app-${String(index).padStart(5, '0')}`
    const rollout = start + ((index % days) + 0.5) * 86_400
    return ['5d4f8c7b9', '66b9c4d5f'].flatMap((hash, half) =>
      ['aaaaa', 'bbbbb', 'ccccc'].map(
        (suffix, nth): BenchPod => ({
          namespace: `team-${index % 40}`,
          workload: name,
          replicaSet: `${name}-${hash}`,
          pod: `${name}-${hash}-${suffix}`,
          from: half === 0 ? 0 : rollout,
          to: half === 0 ? rollout : Number.POSITIVE_INFINITY,
          seed: index * 7 + nth,
        }),
      ),
    )
  }).flat()
}

/** Cores of a pod's container, with a daily wave. */
const coresAt = ({ seed }: BenchPod, container: number, time: number): number =>
  (0.05 + (seed % 11) * 0.02) * (1 + 0.5 * Math.sin((time / 86_400) * 2 * Math.PI + seed)) * (1 + container)

const bytesAt = ({ seed }: BenchPod, time: number): number =>
  (120 + (seed % 17) * 10 + 30 * Math.sin((time / 86_400) * 2 * Math.PI)) * Mi

/** Everything that is scraped of some pods between two times. */
export function seriesOf(
  pods: readonly BenchPod[],
  from: number,
  to: number,
  scrape: number,
): readonly WrittenSeries[] {
  return pods.flatMap((pod) => {
    const times: number[] = []
    for (
      let time = Math.max(from, Math.ceil(pod.from / scrape) * scrape);
      time < Math.min(to, pod.to);
      time += scrape
    )
      times.push(time)
    if (times.length === 0) return []
    const place = { namespace: pod.namespace, pod: pod.pod }
    const owned = { owner_is_controller: 'true', namespace: pod.namespace }
    const first = times[0] ?? from
    return [
      ...containers.flatMap((container, nth) => {
        const labels = { ...place, container, job: 'kubelet' }
        return [
          {
            labels: { __name__: 'container_cpu_usage_seconds_total', ...labels },
            // The integral of the wave, near enough: usage at the time, times the time.
            samples: times.map((time) => [time, coresAt(pod, nth, 0) * (time - 1e9)] as const),
          },
          {
            labels: { __name__: 'container_memory_working_set_bytes', ...labels },
            samples: times.map((time) => [time, bytesAt(pod, time)] as const),
          },
          {
            labels: { __name__: 'kube_pod_container_status_restarts_total', ...place, container, job: 'ksm' },
            samples: times.map((time) => [time, 0] as const),
          },
        ]
      }),
      {
        labels: {
          __name__: 'kube_pod_owner',
          ...owned,
          pod: pod.pod,
          owner_kind: 'ReplicaSet',
          owner_name: pod.replicaSet,
        },
        samples: [[first, 1]] as const,
      },
      ...(pod.pod.endsWith('aaaaa')
        ? [
            {
              labels: {
                __name__: 'kube_replicaset_owner',
                ...owned,
                replicaset: pod.replicaSet,
                owner_kind: 'Deployment',
                owner_name: pod.workload,
              },
              samples: [[first, 1]] as const,
            },
          ]
        : []),
    ]
  })
}
