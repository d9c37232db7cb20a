import { describe, expect, it } from 'vitest'
import { presenceOf, prometheusAmong } from '../../../../plugin/hosts/init/live.ts'

const service = (name: string, ports: readonly object[], labels: object = {}): object => ({
  metadata: { name, namespace: 'monitoring', labels },
  spec: { ports },
})
const web = [{ port: 9090, name: 'http-web' }]

describe('the Prometheus of a cluster', () => {
  it.each<[string, readonly object[], string | undefined]>([
    [
      'of the kube-prometheus-stack, rather than the headless one',
      [
        service('prometheus-operated', web),
        service('kps-kube-prometheus-stack-prometheus', [{ port: 8080, name: 'reloader-web' }, ...web], {
          app: 'kube-prometheus-stack-prometheus',
        }),
        service('kps-kube-prometheus-stack-alertmanager', [{ port: 9093 }], {
          app: 'kube-prometheus-stack-alertmanager',
        }),
      ],
      'http://kps-kube-prometheus-stack-prometheus.monitoring:9090',
    ],
    [
      'of the prometheus chart, on its own port',
      [
        service('prometheus-server', [{ port: 80, name: 'http' }], {
          'app.kubernetes.io/name': 'prometheus',
        }),
        service('prometheus-node-exporter', [{ port: 9100 }], {
          'app.kubernetes.io/name': 'prometheus-node-exporter',
        }),
      ],
      'http://prometheus-server.monitoring:80',
    ],
    ['that there is not', [service('grafana', [{ port: 80 }]), { nothing: 'at all' }], undefined],
  ])('%s', (_name, services, url) => {
    expect(prometheusAmong(services)).toBe(url)
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

  it('keeps the namespaces that its objects name', () => {
    expect(presenceOf(source(deployment('api', 'test'), deployment('gone', 'test')), live)).toEqual({
      running: 1,
    })
  })
})
