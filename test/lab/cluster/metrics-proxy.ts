import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigOf } from './kubeconfig.ts'

/** The current usage of a container in the format of `metrics.k8s.io`. */
export interface ContainerMetrics {
  readonly name: string
  readonly usage: { readonly cpu: string; readonly memory: string }
}

/** An API server that also serves `metrics.k8s.io`. Everything else comes from the real server. */
export interface MeteredCluster extends FakeServer {
  /** The current usage of pods, by `namespace/name`. */
  readonly pods: Map<string, readonly ContainerMetrics[]>
  readonly kubeconfig: string
}

/** Starts a proxy with a metrics API in front of a control plane. */
export async function startMeteredCluster(plane: ControlPlane): Promise<MeteredCluster> {
  const pods = new Map<string, readonly ContainerMetrics[]>()
  const server = await startServer(({ url }, response) => {
    if (url.pathname === '/apis/metrics.k8s.io/v1beta1/pods') {
      const items = [...pods].map(([key, containers]) => {
        const [namespace, name] = key.split('/')
        return {
          metadata: { namespace, name },
          timestamp: new Date().toISOString(),
          window: '15s',
          containers,
        }
      })
      return json(response, 200, { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', items })
    }
    plane.call('GET', `${url.pathname}${url.search}`).then(
      (body) => json(response, 200, body),
      (error: unknown) => json(response, Number(/HTTP (\d+)/.exec(String(error))?.[1] ?? 500), {}),
    )
  })
  return { ...server, pods, kubeconfig: kubeconfigOf(server.url) }
}
