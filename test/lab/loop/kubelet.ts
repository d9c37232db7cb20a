import { setTimeout as sleep } from 'node:timers/promises'
import { inParallel } from '../../../plugin/model/parallel.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import type { Nodes } from './services.ts'

/** A pod of the cluster, as its API says it. */
export interface Pod {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly creationTimestamp: string
    readonly deletionTimestamp?: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly nodeName?: string
    readonly initContainers?: readonly PodContainer[]
    readonly containers: readonly [PodContainer, ...PodContainer[]]
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

/** A container in the specification of a pod. */
export interface PodContainer {
  readonly name: string
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
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
  /** From now on, pods that begin and match never get ready. */
  readonly failing: (matches: (pod: Pod) => boolean) => void
  /** From now on, a pod gets ready so many milliseconds after it was bound. */
  readonly startIn: (milliseconds: number) => void
  /** Sets the status of the main container after OOM kills. */
  readonly killed: (pod: Pod, restarts: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** Milliseconds between two listings of pods. */
const interval = 200
const leaseMs = 10_000
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'

/** Whether a pod can serve: it is ready, and nobody deletes it. */
export const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true

/** Registers nodes, and serves their pods until it is closed. */
export async function startKubelet({ call }: Pick<ControlPlane, 'call'>, nodes: Nodes): Promise<Kubelet> {
  await inParallel(nodes.names, (name) => register(call, name, nodes))
  const [bound, listeners] = [new Map<string, number>(), [] as ((pods: readonly Pod[]) => void)[]]
  let [pods, closed, renewed]: [readonly Pod[], boolean, number] = [[], false, 0]
  let [startMs, fails]: [number, (pod: Pod) => boolean] = [600, () => false]

  async function turn(): Promise<void> {
    const now = Date.now()
    if (now - renewed > leaseMs) {
      renewed = now
      await inParallel(nodes.names, (name) => renew(call, name))
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
    const isJob = pod.metadata.ownerReferences?.[0]?.kind === 'Job'
    if (isJob && pod.status.phase === 'Running')
      await call('PATCH', `${path}/status`, { status: ended(pod) }).catch(() => undefined)
    if (pod.status.phase !== 'Pending' || fails(pod)) return
    const since = bound.get(key) ?? now
    bound.set(key, since)
    if (now - since >= startMs)
      await call('PATCH', `${path}/status`, { status: running(pod, 0) }).catch(() => undefined)
  }

  const loop = (async () => {
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
    failing: (matches) => {
      fails = matches
    },
    startIn: (milliseconds) => {
      startMs = milliseconds
    },
    killed: async (pod, restarts) => {
      const { namespace, name } = pod.metadata
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`
      await call('PATCH', path, { status: running(pod, restarts) }).catch(() => undefined)
    },
    close: async () => {
      closed = true
      await loop
    },
  }
}

const time = (): string => new Date().toISOString().replace(/\.\d+Z/, 'Z')

async function register(call: ControlPlane['call'], name: string, { cpu, memory }: Nodes): Promise<void> {
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

const statusOf = ({ name, image }: PodContainer, restartCount: number, state: object): object => ({
  name,
  image,
  imageID: image,
  started: true,
  restartCount,
  ...state,
})

function running({ spec: { containers, initContainers = [] } }: Pod, restarts: number): object {
  const startedAt = time()
  const condition = { status: 'True', lastTransitionTime: startedAt }
  const killed = { terminated: { exitCode: 137, reason: 'OOMKilled', startedAt, finishedAt: startedAt } }
  const isRunning = { ready: true, state: { running: { startedAt } } }
  return {
    phase: 'Running',
    startTime: startedAt,
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      ...condition,
      type,
    })),
    initContainerStatuses: initContainers.map((one) => statusOf(one, 0, completed(startedAt))),
    containerStatuses: containers.map((one, index) =>
      index > 0 || restarts === 0
        ? statusOf(one, 0, isRunning)
        : statusOf(one, restarts, { ...isRunning, lastState: killed }),
    ),
  }
}

const completed = (at: string): object => ({
  ready: false,
  state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } },
})

const ended = ({ spec: { containers } }: Pod): object => ({
  phase: 'Succeeded',
  conditions: [{ type: 'Ready', status: 'False', reason: 'PodCompleted', lastTransitionTime: time() }],
  containerStatuses: containers.map((one) => statusOf(one, 0, completed(time()))),
})
