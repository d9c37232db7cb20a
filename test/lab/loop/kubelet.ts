import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel } from '../../../plugin/model/parallel.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'

/** A pod of the cluster, as its API says it. */
export interface Pod {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly deletionTimestamp?: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly nodeName?: string
    readonly containers: readonly [PodContainer]
  }
  readonly status: {
    readonly phase: string
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
    }[]
  }
}

interface PodContainer {
  readonly name: string
  readonly image: string
  readonly resources: {
    readonly requests?: Readonly<Record<string, string>>
    readonly limits?: Readonly<Record<string, string>>
  }
}

/** A kubelet for every node: it starts bound pods, removes deleted ones, and renews the leases of the nodes. */
export interface Kubelet {
  /** The pods that the last listing had. */
  readonly pods: () => readonly Pod[]
  /** Calls back with the pods of each listing. */
  readonly onListing: (listener: (pods: readonly Pod[]) => void) => void
  /** Sets the status of a container after OOM kills. */
  readonly killed: (pod: Pod, restarts: number) => Promise<void>
  readonly close: () => Promise<void>
}

interface Size {
  /** Cores. */
  readonly cpu: number
  /** Gibibytes. */
  readonly memory: number
}

/** Milliseconds between two listings of pods. */
const interval = 200
/** Milliseconds from the binding of a pod to its readiness. */
const startMs = 600
const leaseMs = 10_000
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Whether a pod can serve: it is ready, and nobody deletes it. */
export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true

/** Registers nodes, and serves their pods until it is closed. */
export async function startKubelet(
  { call }: Pick<ControlPlane, 'call'>,
  nodes: readonly string[],
  size: Size,
): Promise<Kubelet> {
  await inParallel(nodes, (name) => register(call, name, size))
  const [bound, listeners] = [new Map<string, number>(), [] as ((pods: readonly Pod[]) => void)[]]
  let [pods, closed, renewed]: [readonly Pod[], boolean, number] = [[], false, 0]

  async function turn(): Promise<void> {
    const now = Date.now()
    if (now - renewed > leaseMs) {
      renewed = now
      await inParallel(nodes, (name) => renew(call, name))
    }
    pods = ((await call('GET', '/api/v1/pods')) as { items: readonly Pod[] }).items
    for (const listener of listeners) listener(pods)
    await inParallel(
      pods.filter(({ spec }) => spec.nodeName !== undefined),
      (pod) => serve(pod, now),
    )
  }

  async function serve(pod: Pod, now: number): Promise<void> {
    const { namespace, name, deletionTimestamp } = pod.metadata
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`
    const key = `${namespace}/${name} ${pod.spec.nodeName}`
    if (deletionTimestamp !== undefined) {
      bound.delete(key)
      await call('DELETE', `${path}?gracePeriodSeconds=0`).catch(() => undefined)
      return
    }
    if (pod.status.phase !== 'Pending') return
    const since = bound.get(key) ?? now
    bound.set(key, since)
    if (now - since >= startMs)
      await call('PATCH', `${path}/status`, { status: running(pod, 0) }).catch(() => undefined)
  }

  const ended = (async () => {
    while (!closed) {
      // The server may be closed before the last listing.
      await turn().catch((error: unknown) => {
        if (!closed) console.error(`kubelet: ${String(error)}`)
      })
      await sleep(interval)
    }
  })()
  return {
    pods: () => pods,
    onListing: (listener) => void listeners.push(listener),
    killed: async (pod, restarts) => {
      const { namespace, name } = pod.metadata
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`
      await call('PATCH', path, { status: running(pod, restarts) }).catch(() => undefined)
    },
    close: async () => {
      closed = true
      await ended
    },
  }
}

const time = (): string => new Date().toISOString().replace(/\.\d+Z/, 'Z')

async function register(call: ControlPlane['call'], name: string, { cpu, memory }: Size): Promise<void> {
  const own = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' }
  await call('POST', '/api/v1/nodes', { metadata: { name, labels: own } })
  const capacity = { cpu: String(cpu), memory: `${memory}Gi`, pods: '110' }
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: time() }
  const status = { capacity, allocatable: capacity, conditions: [ready] }
  await call('PATCH', `/api/v1/nodes/${name}/status`, { status })
}

/** Renews the lease of a node, or creates it. The server creates the namespace of leases a moment after its start. */
async function renew(call: ControlPlane['call'], name: string): Promise<void> {
  const renewTime = new Date().toISOString().replace('Z', '000Z')
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime }
  await call('PATCH', `${leases}/${name}`, { spec }).catch(() =>
    call('POST', leases, { metadata: { name }, spec }).catch(() => undefined),
  )
}

function running({ spec: { containers } }: Pod, restartCount: number): object {
  const [startedAt, [{ name, image }]] = [time(), containers]
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: startedAt }
  const terminated = { exitCode: 137, reason: 'OOMKilled', startedAt, finishedAt: startedAt }
  const container = {
    name,
    image,
    imageID: image,
    ready: true,
    started: true,
    restartCount,
    state: { running: { startedAt } },
    ...(restartCount === 0 ? {} : { lastState: { terminated } }),
  }
  return {
    phase: 'Running',
    startTime: startedAt,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      ...condition,
      type,
    })),
    containerStatuses: [container],
  }
}
