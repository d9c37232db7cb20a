import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import type { ControlPlane } from './control-plane.ts'

interface Controller {
  readonly metadata: { readonly name: string; readonly generation: number }
  readonly spec: { readonly replicas?: number }
}

/**
 * Creates manifests (YAML) in a new namespace of a control plane without controllers, and sets the status of Deployments and
 * StatefulSets to that of pods which are all ready. `kubeconfig` is the file of an administrator.
 */
export async function runReady(
  plane: ControlPlane,
  kubeconfig: string,
  [namespace, manifests]: readonly [string, string],
) {
  await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  execFileSync('kubectl', ['apply', `--namespace=${namespace}`, '--filename=-'], {
    input: manifests,
    env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: dirname(kubeconfig) },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  for (const plural of ['deployments', 'statefulsets']) {
    const path = `/apis/apps/v1/namespaces/${namespace}/${plural}`
    const { items } = (await plane.call('GET', path)) as { items: readonly Controller[] }
    for (const one of items) await makeReady(plane, `${path}/${one.metadata.name}`)
  }
}

/** Sets the status of a Deployment or StatefulSet to that of a rollout that is complete. */
export async function makeReady({ call }: ControlPlane, path: string): Promise<void> {
  const { metadata, spec } = (await call('GET', path)) as Controller
  const replicas = spec.replicas ?? 1
  const condition = { status: 'True', lastUpdateTime: time(), lastTransitionTime: time(), message: '' }
  const status = {
    observedGeneration: metadata.generation,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
    conditions: [
      { ...condition, type: 'Available', reason: 'MinimumReplicasAvailable' },
      { ...condition, type: 'Progressing', reason: 'NewReplicaSetAvailable' },
    ],
  }
  await call('PATCH', `${path}/status`, { status })
}

const time = (): string => new Date().toISOString().replace(/\.\d+Z/, 'Z')
