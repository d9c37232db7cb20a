/** Two days, from midnight to midnight UTC, scraped every minute. Times in seconds. */
export const from = Date.UTC(2026, 8, 1) / 1000
export const to = from + 2 * 86_400
const scrape = 60
const hour = 3600
const day = 86_400

type Labels = Readonly<Record<string, string>>

const line = (name: string, labels: Labels, value: number, time: number): string =>
  `${name}{${Object.entries(labels)
    .map(([key, text]) => `${key}="${text}"`)
    .join(',')}} ${value} ${time}`

interface Life {
  readonly from: number
  readonly to: number
}

/** One sample per minute, with both ends included. */
function series(name: string, labels: Labels, life: Life, value: (time: number) => number): string[] {
  const lines: string[] = []
  for (let time = life.from; time <= life.to; time += scrape)
    lines.push(line(name, labels, value(time), time))
  return lines
}

interface PodSpec {
  readonly cluster?: string
  readonly pod: string
  readonly container: string
  readonly life: Life
  /** Cores used at a time. */
  readonly cores: (time: number) => number
  /** Bytes used at a time. */
  readonly bytes: (time: number) => number
  readonly owner?: readonly [kind: string, name: string]
  readonly jobs?: readonly string[]
}

const place = ({ cluster = 'prod', pod }: Pick<PodSpec, 'cluster' | 'pod'>): Labels => ({
  cluster,
  namespace: 'shop',
  pod,
})

function pod(spec: PodSpec): string[] {
  const { container, life, cores, bytes, owner, jobs = ['cadvisor'] } = spec
  return [
    ...jobs.flatMap((job) => {
      const labels = { ...place(spec), container, job }
      let used = 0
      return [
        ...series('container_cpu_usage_seconds_total', labels, life, (time) => {
          if (time > life.from) used += cores(time - scrape) * scrape
          return used
        }),
        ...series('container_memory_working_set_bytes', labels, life, bytes),
        // The pause container and the sum over the pod must not count.
        ...series('container_memory_working_set_bytes', { ...labels, container: '' }, life, () => 9e11),
      ]
    }),
    ...(owner === undefined
      ? []
      : series(
          'kube_pod_owner',
          { ...place(spec), owner_kind: owner[0], owner_name: owner[1], owner_is_controller: 'true' },
          life,
          () => 1,
        )),
  ]
}

const Mi = 1024 ** 2
const owned = (metric: string, own: Labels, [kind, name]: readonly [string, string]): string[] =>
  series(
    metric,
    {
      cluster: 'prod',
      namespace: 'shop',
      ...own,
      owner_kind: kind,
      owner_name: name,
      owner_is_controller: 'true',
    },
    { from, to },
    () => 1,
  )

/** The Deployment's rollout: two pods of the old ReplicaSet end when the pod of the new one starts. */
const rollout = from + 30 * hour
const burst = { from: from + 10 * hour, to: from + 10.5 * hour }

/** Deployment `web`: 100m and 400m (1500m for half an hour) until the rollout, 250m after it. */
function web(): string[] {
  const old: Life = { from, to: rollout }
  const replicaSet = ['ReplicaSet', 'web-5d4f8c7b9'] as const
  return [
    ...pod({
      pod: 'web-5d4f8c7b9-aaaaa',
      container: 'web',
      life: old,
      cores: () => 0.1,
      bytes: () => 100 * Mi,
      owner: replicaSet,
    }),
    ...pod({
      pod: 'web-5d4f8c7b9-bbbbb',
      container: 'web',
      life: old,
      cores: (time) => (time >= burst.from && time < burst.to ? 1.5 : 0.4),
      // One scrape between two steps has the peak.
      bytes: (time) => (time === from + 20 * hour + 120 ? 900 * Mi : 200 * Mi),
      owner: replicaSet,
    }),
    ...pod({
      pod: 'web-66b9c4d5f7-ccccc',
      container: 'web',
      life: { from: rollout, to },
      cores: () => 0.25,
      bytes: () => 150 * Mi,
      owner: ['ReplicaSet', 'web-66b9c4d5f7'],
    }),
    ...owned('kube_replicaset_owner', { replicaset: 'web-5d4f8c7b9' }, ['Deployment', 'web']),
    ...owned('kube_replicaset_owner', { replicaset: 'web-66b9c4d5f7' }, ['Deployment', 'web']),
    ...throttled('web-5d4f8c7b9-bbbbb', 'web', old),
  ]
}

/** A quarter of the periods are throttled. */
function throttled(name: string, container: string, life: Life): string[] {
  const labels = { ...place({ pod: name }), container, job: 'cadvisor' }
  return [
    ...series('container_cpu_cfs_periods_total', labels, life, (time) => (time - life.from) * 10),
    ...series('container_cpu_cfs_throttled_periods_total', labels, life, (time) => (time - life.from) * 2.5),
  ]
}

/** StatefulSet `db`: scraped by two jobs, without samples from 6:00 to 18:00 on the first day, OOM-killed once, failed once more. */
function db(): string[] {
  const spec = {
    pod: 'db-0',
    container: 'db',
    cores: () => 0.5,
    bytes: () => 512 * Mi,
    owner: ['StatefulSet', 'db'],
  } as const
  const jobs = ['cadvisor', 'kubelet-resource']
  const oom = from + 20 * hour + 30
  const crash = from + 40 * hour + 30
  const labels = { ...place(spec), container: 'db' }
  const reason = (name: string, life: Life): string[] =>
    series('kube_pod_container_status_last_terminated_reason', { ...labels, reason: name }, life, () => 1)
  return [
    ...pod({ ...spec, jobs, life: { from, to: from + 6 * hour } }),
    ...pod({ ...spec, jobs, life: { from: from + 18 * hour, to } }),
    ...series('kube_pod_container_status_restarts_total', labels, { from, to }, (time) =>
      time > crash ? 2 : time > oom ? 1 : 0,
    ),
    ...reason('OOMKilled', { from: from + 20 * hour + scrape, to: from + 40 * hour }),
    ...reason('Error', { from: from + 40 * hour + scrape, to }),
  ]
}

/** CronJob `report`: runs one hour a day; its second pod ends by an OOM kill and stays in the API. */
function report(): string[] {
  return [0, 1].flatMap((index) => {
    const start = from + index * day + 2 * hour
    const job = `report-2977${index}440`
    const name = `${job}-zzzzz`
    const container = { ...place({ pod: name }), container: 'report' }
    const listed: Life = { from: start + hour, to: start + 5 * hour }
    return [
      ...pod({
        pod: name,
        container: 'report',
        life: { from: start, to: start + hour },
        cores: () => 0.8,
        bytes: () => 300 * Mi,
        owner: ['Job', job],
      }),
      ...owned('kube_job_owner', { job_name: job }, ['CronJob', 'report']),
      ...(index === 0
        ? []
        : [
            ...series(
              'kube_pod_container_status_terminated_reason',
              { ...container, reason: 'OOMKilled' },
              listed,
              () => 1,
            ),
            ...series('kube_pod_status_phase', { ...place({ pod: name }), phase: 'Failed' }, listed, () => 1),
          ]),
    ]
  })
}

/** Deployment `broken` is in CrashLoopBackOff at the end; DaemonSet `agent` is known only from the owner of its pods; one pod belongs to a Node. */
function others(): string[] {
  const quiet = { life: { from, to }, cores: () => 0.01, bytes: () => 20 * Mi }
  const name = 'broken-7c6d5f4b8-ddddd'
  return [
    ...pod({ ...quiet, pod: name, container: 'app', owner: ['ReplicaSet', 'broken-7c6d5f4b8'] }),
    ...series(
      'kube_pod_container_status_waiting_reason',
      { ...place({ pod: name }), container: 'app', reason: 'CrashLoopBackOff' },
      { from: to - hour, to },
      () => 1,
    ),
    ...pod({ ...quiet, pod: 'agent-fffff', container: 'agent', owner: ['DaemonSet', 'agent'] }),
    ...pod({ ...quiet, pod: 'kube-proxy-node1', container: 'kube-proxy', owner: ['Node', 'node1'] }),
    // The same names in another cluster, with much higher usage.
    ...pod({
      ...quiet,
      cluster: 'staging',
      pod: 'db-0',
      container: 'db',
      cores: () => 30,
      bytes: () => 4e11,
    }),
    ...pod({ ...quiet, cluster: 'staging', pod: 'api-5d4f8c7b9-ggggg', container: 'api' }),
    ...pod({ ...quiet, cluster: 'staging', pod: 'nightly-29770440-hhhhh', container: 'nightly' }),
    ...pod({ ...quiet, cluster: 'staging', pod: 'oddly.named', container: 'odd' }),
  ]
}

/** The whole history as OpenMetrics lines. In cluster `staging` only cAdvisor is scraped. */
export const history = (): string => [...web(), ...db(), ...report(), ...others()].join('\n')
