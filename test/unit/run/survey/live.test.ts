import { describe, expect, it } from 'vitest'
import { presenceOf, prometheusAmong, releaseIn } from '../../../../plugin/run/survey/live.ts'

const pod = (labels: object): object => ({ metadata: { name: 'x', namespace: 'monitoring', labels } })
const operated = pod({ 'app.kubernetes.io/name': 'prometheus', 'operator.prometheus.io/name': 'kps' })
const server = (release: string): object =>
  pod({
    'app.kubernetes.io/name': 'prometheus',
    'app.kubernetes.io/component': 'server',
    'app.kubernetes.io/instance': release,
  })

describe('the Prometheus of a cluster', () => {
  it.each<[string, readonly object[], string | undefined]>([
    [
      'of the operator, rather than another one',
      [server('p'), operated],
      'http://prometheus-operated.monitoring:9090',
    ],
    [
      'of the prometheus chart',
      [
        pod({ 'app.kubernetes.io/name': 'alertmanager', 'app.kubernetes.io/instance': 'prometheus' }),
        server('prometheus'),
      ],
      'http://prometheus-server.monitoring:80',
    ],
    [
      'of another release of that chart',
      [server('metrics')],
      'http://metrics-prometheus-server.monitoring:80',
    ],
    [
      'of Victoria Metrics',
      [pod({ 'app.kubernetes.io/name': 'vmsingle', 'app.kubernetes.io/instance': 'vm' })],
      'http://vmsingle-vm.monitoring:8428',
    ],
    ['that there is not', [pod({ app: 'grafana' }), { nothing: 'at all' }], undefined],
  ])('%s', (_name, pods, url) => {
    expect(prometheusAmong(pods)).toBe(url)
  })
})

describe('a source in a cluster', () => {
  const deployment = (name: string, namespace: string) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name,
    namespace,
  })
  const live = {
    workloads: [
      { workload: deployment('api', 'shop') },
      { workload: deployment('web', 'shop') },
      { workload: deployment('api', 'test') },
    ],
  }
  const source = (...workloads: ReturnType<typeof deployment>[]) => ({
    settings: { path: 'apps', values: [] },
    workloads,
  })

  it('is where most of its workloads run', () => {
    expect(presenceOf(source(deployment('api', ''), deployment('web', '')), live)).toEqual({
      namespace: 'shop',
      running: 2,
    })
  })

  it('is in the namespace that its paths name, of several in which as many run', () => {
    const one = { ...source(deployment('api', '')), settings: { path: 'teams/test/api', values: [] } }
    expect(presenceOf(one, live)).toEqual({ running: 1, namespace: 'test' })
  })

  it('is the release of the name under which most workloads run', () => {
    const one = { ...source(deployment('chart-api', '')), objects: [] }
    const otherReleases = [
      { release: 'none', workloads: [deployment('none-api', '')] },
      { release: 'shop', workloads: [deployment('api', ''), deployment('web', '')] },
    ]
    expect(releaseIn({ ...one, otherReleases }, live)).toMatchObject({
      settings: { release: 'shop' },
      workloads: otherReleases[1]?.workloads,
    })
    expect(releaseIn(one, live)).toBe(one)
  })

  it('keeps the namespaces that its objects name', () => {
    expect(presenceOf(source(deployment('api', 'test'), deployment('gone', 'test')), live)).toEqual({
      running: 1,
    })
  })
})
