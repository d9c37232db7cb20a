import { afterEach, describe, expect, it } from 'vitest'
import { clusterSetting } from '../../../../plugin/observe/prometheus/mixed-clusters.ts'
import {
  observePrometheus,
  type PrometheusOptions,
} from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'

const from = Date.UTC(2026, 8, 1) / 1000
const to = from + 86_400
const times = Array.from({ length: 1440 }, (_, minute) => from + minute * 60)

type Labels = Readonly<Record<string, string>>

const series = (name: string, labels: Labels, valueAt: (time: number) => number): readonly string[] => {
  const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return times.map((time) => `${name}{${text.join(',')}} ${valueAt(time)} ${time}`)
}

interface Recorded {
  readonly pods: readonly string[]
  readonly cores: number
  readonly labels: Labels
  /** Labels of kube-state-metrics; `undefined`: it does not run. */
  readonly state?: Labels | undefined
}

/** What one Prometheus records of a Deployment `web`. */
const recorded = ({ pods, cores, labels, state }: Recorded): readonly string[] =>
  pods.flatMap((suffix) => {
    const own = { namespace: 'shop', pod: `web-5d4f8c7b9-${suffix}` }
    const used = { job: 'kubelet', ...own, container: 'web', ...labels }
    const owner = { owner_kind: 'ReplicaSet', owner_name: 'web-5d4f8c7b9', owner_is_controller: 'true' }
    return [
      ...series('container_cpu_usage_seconds_total', used, (time) => (time - from) * cores),
      ...series('container_memory_working_set_bytes', used, () => 2 ** 28),
      ...(state === undefined ? [] : series('kube_pod_owner', { ...own, ...owner, ...state }, () => 1)),
    ]
  })

/** A busy cluster and an idle one, with the same labels on usage and owners unless `state` is false. */
const twoClusters = (label: (cluster: string) => Labels, hasState = true): readonly string[] =>
  [
    { cluster: 'prod', pods: ['aaaaa'], cores: 1.7 },
    { cluster: 'staging', pods: ['bbbbb', 'ccccc'], cores: 0.1 },
  ].flatMap(({ cluster, ...one }) => {
    const labels = label(cluster)
    return recorded({ ...one, labels, state: hasState ? labels : undefined })
  })

describe.skipIf(!hasPrometheus())('one Prometheus with the usage of several clusters', () => {
  let lab: PrometheusLab | undefined
  afterEach(async () => {
    await lab?.close()
    lab = undefined
  })

  const observe = async (lines: readonly string[], options: Partial<PrometheusOptions> = {}) => {
    lab = await startPrometheus(lines.join('\n'))
    const window = { from: new Date(from * 1000), to: new Date(to * 1000) }
    const ports = { fetch, progress: () => undefined }
    const { observations, findings } = await observePrometheus(
      { cluster: 'prod', url: lab.url, window, ...options },
      ports,
    )
    return {
      skipped: observations.map(({ unhealthy }) => unhealthy),
      hint: findings.find(({ code }) => code === 'clusters-mixed')?.hint,
    }
  }

  const hintOf = (labels: string): string =>
    `Select one of them in the settings: clusters: [{ name: prod, prometheus: { labels: { ${labels} } } }]`

  it.each([
    ['a label that is usual', (name: string) => ({ cluster: name }), 'cluster: prod'],
    ['a label with a prefix', (name: string) => ({ k8s_cluster: name }), 'k8s_cluster: prod'],
    ['a label of its own name', (name: string) => ({ acmeCluster: name }), 'acmeCluster: prod'],
    [
      'values that contain the name',
      (name: string) => ({ cluster_name: `eu-${name}-1` }),
      'cluster_name: eu-prod-1',
    ],
    ['an external label of any name', (name: string) => ({ env: name }), 'env: prod'],
    [
      'one cluster without the label',
      (name: string): Labels => (name === 'prod' ? { site: 'prod' } : {}),
      'site: prod',
    ],
  ])('is skipped with the setting for this cluster: %s', async (_, label, labels) => {
    const { skipped, hint } = await observe(twoClusters(label))
    expect(hint).toBe(hintOf(labels))
    expect(skipped).toEqual([expect.stringContaining('Prometheus holds several clusters')])
  })

  it('is skipped when only the name of the label says so, without kube-state-metrics', async () => {
    const { hint } = await observe(twoClusters((name) => ({ tenantcluster: name }), false))
    expect(hint).toBe(hintOf('tenantcluster: prod'))
  })

  it('finds the value by the pods that run in the cluster, where no value has its name', async () => {
    const lines = twoClusters((name) => ({ cluster_id: name === 'prod' ? '7f1c' : '09ab' }))
    const pods = new Map([['shop/web-5d4f8c7b9-aaaaa', { kind: 'ReplicaSet', name: 'web-5d4f8c7b9' }]])
    expect((await observe(lines, { pods })).hint).toBe(hintOf('cluster_id: 7f1c'))
  })

  it.each([
    ['a label of the settings selects one', { labels: { cluster: 'prod' } }],
    ['the operator says that there is one', { clusterLabel: 'none' }],
  ])('is read when %s', async (_, options) => {
    const { skipped, hint } = await observe(
      twoClusters((name) => ({ cluster: name })),
      options,
    )
    expect([skipped, hint]).toEqual([[undefined], undefined])
  })

  it.each([
    ['replicas of one Prometheus under a label of any name', ['monitor', 'monitor']],
    ['nodes in several zones', ['zone', 'node']],
  ])('is not suspected: %s', async (_, [usage = '', state = '']) => {
    const isReplica = usage === state
    const lines = ['a', 'b'].flatMap((value) =>
      recorded({
        pods: isReplica ? ['aaaaa', 'bbbbb'] : [`${value.repeat(5)}`],
        cores: 1,
        labels: { [usage]: value },
        state: isReplica ? { [state]: value } : {},
      }),
    )
    const { skipped, hint } = await observe(lines)
    expect([skipped, hint]).toEqual([[undefined], undefined])
  })
})

describe('the line of settings that selects a cluster', () => {
  it('keeps the labels that are set', () => {
    expect(clusterSetting({ label: 'cluster', values: ['a', 'b'], own: 'a' }, 'prod', { tenant: 'x' })).toBe(
      'clusters: [{ name: prod, prometheus: { labels: { tenant: x, cluster: a } } }]',
    )
  })

  it('lists every value where nothing says which one is meant', () => {
    expect(clusterSetting({ label: 'cluster', values: ['(no label)', 'a', 'b'] }, 'prod')).toBe(
      'clusters: [{ name: prod, prometheus: { labels: { cluster: a } } }] or clusters: [{ name: prod, prometheus: { labels: { cluster: b } } }]',
    )
  })
})
