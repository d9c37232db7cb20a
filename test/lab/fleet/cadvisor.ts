import type { Fleet } from './fleet.ts'
import { keyOf } from './noise.ts'
import type { Pod } from './pods.ts'
import { type Family, type OpenMetricsOptions, type Series, scrapes, slowScrapes } from './scrapes.ts'
import type { Life, Member } from './usage.ts'
import { fleetNamespace } from './workload.ts'

/** The kubelet's cAdvisor metrics: usage of containers, of pause containers, and of whole pods (`container=""`). */
export function cadvisorFamilies(fleet: Fleet, options: OpenMetricsOptions): readonly Family[] {
  const all = { fleet, options }
  return [
    { name: 'container_cpu_usage_seconds_total', type: 'counter', series: cpuSeries(all) },
    { name: 'container_memory_working_set_bytes', type: 'gauge', series: memorySeries(all) },
    { name: 'container_cpu_cfs_periods_total', type: 'counter', series: cfsSeries(all, 'periods') },
    {
      name: 'container_cpu_cfs_throttled_periods_total',
      type: 'counter',
      series: cfsSeries(all, 'throttled'),
    },
  ]
}

interface Recorded {
  readonly fleet: Fleet
  readonly options: OpenMetricsOptions
}

function* cpuSeries({ fleet, options }: Recorded): Generator<Series> {
  for (const { member, life, labels } of containersOf(fleet, options)) {
    const cores = (time: number) => fleet.cpu(member, time) / 1000
    yield {
      labels,
      samples: counted(fleet, lifeScrapes(fleet, options, { member, life }), { life, rate: cores }),
    }
  }
  for (const { workload, pod, members, labels } of podsOf(fleet, options)) {
    const times = () => slowScrapes(fleet, options, { workload, from: pod.from, to: pod.to })
    const cores = (time: number) => members.reduce((sum, member) => sum + fleet.cpu(member, time), 0) / 1000
    yield { labels: labels.pod, samples: counted(fleet, times(), { life: pod, rate: cores }) }
    yield { labels: labels.pause, samples: counted(fleet, times(), { life: pod, rate: () => 0.00002 }) }
  }
}

function* memorySeries({ fleet, options }: Recorded): Generator<Series> {
  for (const { member, life, labels } of containersOf(fleet, options)) {
    // cAdvisor reports a failed container once more after the next one has started.
    const last = life.reason === undefined ? life.to : life.to - 1
    const used = (time: number) => fleet.memory(member, Math.min(time, last))
    yield { labels, samples: constantly(lifeScrapes(fleet, options, { member, life }), used) }
  }
  for (const { workload, pod, members, labels } of podsOf(fleet, options)) {
    const times = () => slowScrapes(fleet, options, { workload, from: pod.from, to: pod.to })
    const used = (time: number) => members.reduce((sum, member) => sum + fleet.memory(member, time), 0)
    yield { labels: labels.pod, samples: constantly(times(), used) }
    yield { labels: labels.pause, samples: constantly(times(), () => 704_512) }
  }
}

function* cfsSeries({ fleet, options }: Recorded, which: 'periods' | 'throttled'): Generator<Series> {
  for (const { member, life, labels } of containersOf(fleet, options)) {
    if (member.container.limits.cpu === undefined) continue
    const rate = (time: number) => (fleet.throttling(member, time)?.[which] ?? 0) / fleet.window.step
    const times = lifeScrapes(fleet, options, { member, life })
    yield { labels, samples: counted(fleet, times, { life, rate, whole: true }) }
  }
}

/** The scrapes of one life of a container. A failed one is scraped once more, as cAdvisor does. */
function lifeScrapes(fleet: Fleet, options: OpenMetricsOptions, one: { member: Member; life: Life }) {
  const { member, life } = one
  const to = life.reason === undefined ? life.to : life.to + 1
  return scrapes(fleet, options, { workload: member.workload, from: life.from, to })
}

interface Flow {
  readonly life: Pick<Life, 'from' | 'to'>
  /** Units a second, the same all through a step of the fleet. */
  readonly rate: (time: number) => number
  readonly whole?: boolean
}

/** A counter that starts at 0 with the life. */
function* counted(
  fleet: Fleet,
  times: Iterable<number>,
  { life, rate, whole }: Flow,
): Generator<[number, number]> {
  const { step, from } = fleet.window
  let [at, total] = [life.from, 0]
  for (const time of times) {
    while (at < Math.min(time, life.to)) {
      const next = Math.min(time, life.to, from + (Math.floor((at - from) / step) + 1) * step)
      total += rate(at) * (next - at)
      at = next
    }
    yield [time, whole === true ? Math.round(total) : Math.round(total * 1e6) / 1e6]
  }
}

function* constantly(times: Iterable<number>, value: (time: number) => number): Generator<[number, number]> {
  for (const time of times) yield [time, value(time)]
}

type Labels = Readonly<Record<string, string>>

function* containersOf(fleet: Fleet, options: OpenMetricsOptions) {
  for (const { members } of podsOf(fleet, options)) {
    for (const member of members) {
      for (const life of fleet.lives(member)) {
        const { pod, container } = member
        const ids = { image: container.image, name: hex(pod.name, container.name, life.from) }
        yield { member, life, labels: labelsOf(pod, container.name, ids) }
      }
    }
  }
}

function* podsOf(fleet: Fleet, options: OpenMetricsOptions) {
  for (const workload of fleet.workloads.filter(({ cluster }) => cluster === options.cluster)) {
    for (const pod of fleet.pods(workload)) {
      if (pod.from > options.to || pod.to < options.from) continue
      const members = workload.containers.map((container): Member => ({ workload, container, pod }))
      const pause = { image: 'pause:3.10', name: hex(pod.name, 'POD', pod.from) }
      const labels = { pod: labelsOf(pod, '', {}), pause: labelsOf(pod, 'POD', pause) }
      yield { workload, pod, members, labels }
    }
  }
}

function labelsOf(pod: Pod, container: string, ids: { image?: string; name?: string }): Labels {
  const { image = '', name = '' } = ids
  const id = ['/kubepods', `pod${hex(pod.name, pod.from)}`, name].filter((part) => part !== '').join('/')
  return {
    namespace: fleetNamespace,
    pod: pod.name,
    container,
    image,
    id,
    name,
    node: pod.node,
    job: 'kubelet',
    metrics_path: '/metrics/cadvisor',
  }
}

const hex = (...parts: readonly (string | number)[]): string =>
  keyOf(...parts)
    .toString(16)
    .padStart(8, '0')
