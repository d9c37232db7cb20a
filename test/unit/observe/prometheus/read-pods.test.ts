import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workloadKey } from '../../../../plugin/model/workload.ts'
import { readPods } from '../../../../plugin/observe/prometheus/read-pods.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'
import { workload } from '../../recommend/builders.ts'

if (!hasPrometheus())
  console.warn(
    'prometheus or promtool is not on the PATH: pods of changed workloads are not read from a real one',
  )

const database = { ...workload, kind: 'StatefulSet', name: 'db' }
const [minute, hour, day] = [60, 3600, 86_400]
const to = Date.UTC(2026, 8, 30, 6, 40) / 1000
/** The full hour before the end: what happened after it shows up in the next run. */
const last = Date.UTC(2026, 8, 30, 6) / 1000

interface Pod {
  readonly name: string
  readonly created: number
  /** When it ended. */
  readonly until?: number
  /** When its recording began, if later. */
  readonly from?: number
}
const pods: readonly Pod[] = [
  { name: 'api-5d4f8c7b9-vvvvv', created: to - 40 * day },
  { name: 'api-5d4f8c7b9-bbbbb', created: to - 35 * day, until: to - 31 * day },
  { name: 'api-5d4f8c7b9-wwwww', created: to - 20 * day, from: to - 5 * day },
  { name: 'api-6f7c9d5b8-ccccc', created: last - 2 * day },
  { name: 'api-6f7c9d5b8-ddddd', created: last - 4 * hour, until: last - 4 * hour + 20 * minute },
  { name: 'api-front-6f7c9d5b8-fffff', created: last - day },
  { name: 'db-0', created: to - 25 * day, until: last - 3 * day },
  { name: 'db-0', created: last - 3 * day + 120 },
]

function* samples(): Generator<string> {
  const write = function* (
    metric: string,
    { created, until = to, from = to - 32 * day }: Pod,
    value: (time: number) => number,
  ) {
    const begin = Math.max(created, from)
    for (let time = begin; time <= until; time += 4 * minute) yield `${metric} ${value(time)} ${time}\n`
  }
  const of = ({ name }: Pod) => `namespace="shop",pod="${name}"`
  for (const pod of pods) yield* write(`kube_pod_created{${of(pod)}}`, pod, () => pod.created)
  for (const pod of pods.slice(3, 4)) {
    const restarts = `kube_pod_container_status_restarts_total{${of(pod)},container="app"}`
    yield* write(restarts, pod, (time) => (time > last - 90 * minute ? 1 : 0))
  }
  for (const pod of pods.slice(0, 1))
    yield* write(`kube_pod_status_reason{${of(pod)},reason="Evicted"}`, pod, (time) =>
      time > last - 5 * hour ? 1 : 0,
    )
}

describe.skipIf(!hasPrometheus())('the pods of a changed workload', () => {
  let lab: PrometheusLab
  beforeAll(async () => {
    lab = await startPrometheus([...samples()].join(''))
  })
  afterAll(() => lab?.close())

  it('are those of the last days and those that ran before, with what happened to them, by one query', async () => {
    const asked: string[] = []
    const counting: typeof fetch = (input, init) => {
      asked.push(String(input))
      return fetch(input, init)
    }
    const request = { url: lab.url, workloads: [workload, database], to: new Date(to * 1000), days: 30 }
    const found = await readPods(request, { fetch: counting, progress: () => undefined })
    const [facts, stateful] = [workload, database].map((one) => found.get(workloadKey(one)))
    expect(stateful?.starts.map(({ created }) => created)).toEqual([to - 25 * day, last - 3 * day + 120])
    const started = pods.filter(({ name }) => !/front|bbbbb|db/.test(name))
    const sorted = [...(facts?.starts ?? [])].sort((one, other) => one.pod.localeCompare(other.pod))
    expect(sorted).toEqual(started.map(({ name, created }) => ({ pod: name, created })))
    expect(facts?.events).toEqual(
      expect.arrayContaining([
        { what: 'evicted', time: last - 4 * hour, count: 1 },
        { what: 'restarted', time: last - hour, count: 1 },
      ]),
    )
    expect(facts?.events).toHaveLength(2)
    expect(asked).toHaveLength(1)
  })

  it('are asked for in parts where one query would be too long', async () => {
    const asked: number[] = []
    const counting: typeof fetch = (input, init) => {
      asked.push((new URLSearchParams(String(init?.body)).get('query') ?? '').length)
      return fetch(input, init)
    }
    const others = Array.from({ length: 150 }, (_, at) => ({
      ...workload,
      name: `service-with-a-name-${at}`,
    }))
    const request = { url: lab.url, workloads: [...others, workload], to: new Date(to * 1000), days: 30 }
    const found = await readPods(request, { fetch: counting, progress: () => undefined })
    const front = { ...workload, name: 'api-front' }
    const [own] = [
      ...(
        await readPods({ ...request, workloads: [workload] }, { fetch, progress: () => undefined })
      ).values(),
    ]
    expect(found.get(workloadKey(workload))).toEqual(own)
    const twice = { ...request, workloads: [workload, ...others, front] }
    const both = await readPods(twice, { fetch, progress: () => undefined })
    expect(both.get(workloadKey(front))?.starts).toHaveLength(1)
    expect(both.get(workloadKey(workload))).toEqual(own)
    expect([asked.length > 1, Math.max(...asked) <= 12_000]).toEqual([true, true])
  })
})
