import { inParallel } from '../../../plugin/model/parallel.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import type { PeerPod, PeerWorkload } from './fleet.ts'

type Body = Readonly<Record<string, unknown>>

const templateOf = ({ name, containers }: PeerWorkload): Body => ({
  metadata: { labels: { app: name } },
  spec: {
    containers: containers.map((container) => ({
      name: container,
      image: 'registry.example/app:1',
      resources: { requests: { cpu: '100m', memory: '128Mi' } },
    })),
  },
})

/** Creates the workloads, the pods that still live, and a VerticalPodAutoscaler without updates for each workload. */
export async function inhabitPeers(
  { call }: ControlPlane,
  workloads: readonly PeerWorkload[],
  pods: readonly PeerPod[],
): Promise<void> {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))]
  for (const name of namespaces) await call('POST', '/api/v1/namespaces', { metadata: { name } })
  await inParallel(workloads, (one) => createWorkload(call, one), 8)
  await inParallel(
    pods.filter(({ to }) => !Number.isFinite(to)),
    (one) => createPod(call, one),
    8,
  )
}

async function createWorkload(call: ControlPlane['call'], workload: PeerWorkload): Promise<void> {
  const { kind, namespace, name, pods } = workload
  const spec = { replicas: pods, selector: { matchLabels: { app: name } }, template: templateOf(workload) }
  await call('POST', `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s`, {
    metadata: { name },
    spec: kind === 'StatefulSet' ? { ...spec, serviceName: name } : spec,
  })
  await call('POST', `/apis/autoscaling.k8s.io/v1/namespaces/${namespace}/verticalpodautoscalers`, {
    apiVersion: 'autoscaling.k8s.io/v1',
    kind: 'VerticalPodAutoscaler',
    metadata: { name },
    spec: { targetRef: { apiVersion: 'apps/v1', kind, name }, updatePolicy: { updateMode: 'Off' } },
  })
}

async function createPod(call: ControlPlane['call'], { workload, name }: PeerPod): Promise<void> {
  const path = `/api/v1/namespaces/${workload.namespace}/pods`
  const made = (await call('POST', path, {
    ...templateOf(workload),
    metadata: { name, labels: { app: workload.name } },
  })) as Body
  await call('PUT', `${path}/${name}/status`, { ...made, status: { phase: 'Running' } })
}
