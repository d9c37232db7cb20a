import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { isReady, type Kubelet, type Pod } from './kubelet.ts'
import { newestOf, podsOf } from './load.ts'
import type { Meter } from './meter.ts'
import { numberOf } from './series.ts'
import { mostUnavailable, namespaceOf, pathOf, type Service } from './services.ts'

/** What is known of all rollouts so far. */
export interface RollOuts {
  /** Waits until every pod has its workload's current template and is ready. Rejects after two minutes. */
  readonly settled: () => Promise<void>
  /** Each listing, of one in 0.2 seconds, in which a service had fewer ready pods than its rollout or its PDB may leave. */
  readonly violations: () => readonly string[]
  /** The number of listings that were compared. */
  readonly listings: () => number
  /** From now on, the CPU that the ready pods of services with an HPA request is compared with what they need, or no longer. */
  readonly compareCapacity: (isOn: boolean) => void
  /** The least CPU that the ready pods of a service with an HPA requested, as a share of what they needed. */
  readonly leastCapacity: () => ReadonlyMap<string, number>
}

interface Workload {
  readonly metadata: { readonly generation: number }
  readonly spec: { readonly replicas?: number }
  readonly status: {
    readonly observedGeneration?: number
    readonly replicas?: number
    readonly desiredNumberScheduled?: number
    readonly updatedReplicas?: number
    readonly updatedNumberScheduled?: number
    readonly readyReplicas?: number
    readonly numberReady?: number
  }
}

function isSettled({ metadata, spec, status }: Workload, { replicas, hpa }: Service): boolean {
  const { updatedReplicas, updatedNumberScheduled, readyReplicas, numberReady } = status
  const wanted = hpa === undefined ? replicas : spec.replicas
  return (
    status.observedGeneration === metadata.generation &&
    (status.replicas ?? status.desiredNumberScheduled) === wanted &&
    (updatedReplicas ?? updatedNumberScheduled) === wanted &&
    (readyReplicas ?? numberReady) === wanted
  )
}

/** Fewer ready pods of a service are too few. */
function leastReady(service: Service): number {
  const { replicas, hpa, minAvailable = 0 } = service
  // How many pods an HPA wants is another matter.
  return hpa === undefined ? Math.max(minAvailable, replicas - mostUnavailable(service)) : minAvailable
}

/** Millicores that pods request together. */
const requestedBy = (pods: readonly Pod[]): number =>
  pods
    .flatMap(({ spec }) => spec.containers)
    .reduce((sum, { resources }) => sum + numberOf(resources.requests?.['cpu'] ?? '0') * 1000, 0)

/** Watches the pods of services from now on. A service counts from when all its pods were ready once. */
export function watchRollOuts(
  { call }: Pick<ControlPlane, 'call'>,
  { kubelet, demandOf }: { readonly kubelet: Kubelet } & Pick<Meter, 'demandOf'>,
  services: readonly Service[],
): RollOuts {
  const [begun, violations, capacity]: [Set<string>, string[], Map<string, number>] = [
    new Set(),
    [],
    new Map(),
  ]
  let [listings, comparing] = [0, false]
  const permanent = services.filter(({ kind }) => kind !== 'CronJob')
  kubelet.onListing((pods: readonly Pod[]) => {
    listings += 1
    for (const service of permanent) {
      const ready = podsOf(service, pods).filter(isReady)
      if (ready.length >= service.replicas) begun.add(service.name)
      if (begun.has(service.name) && ready.length < leastReady(service))
        violations.push(`${service.name}: ${ready.length} of ${service.replicas} pods are ready`)
      if (comparing && service.hpa !== undefined && demandOf(service) > 0) {
        const share = requestedBy(ready) / demandOf(service)
        capacity.set(service.name, Math.min(share, capacity.get(service.name) ?? share))
      }
    }
  })
  const isOver = async (service: Service): Promise<boolean> => {
    const found = (await call('GET', pathOf(service)).catch(() => undefined)) as Workload | undefined
    return found !== undefined && isSettled(found, service)
  }
  return {
    settled: async () => {
      for (const service of permanent)
        for (let tries = 0; !(await isOver(service)); tries += 1) {
          if (tries > 600) throw new Error(`${service.kind}/${service.name} is not rolled out`)
          await sleep(200)
        }
      for (const one of services.filter(({ kind }) => kind === 'CronJob')) await begin(call, one, kubelet)
      // The next listing has the pods that are there now.
      await sleep(500)
    },
    violations: () => violations,
    listings: () => listings,
    compareCapacity: (isOn) => {
      comparing = isOn
    },
    leastCapacity: () => capacity,
  }
}

interface CronJob {
  readonly metadata: { readonly uid: string }
  readonly spec: { readonly jobTemplate: { readonly spec: object } }
}

/** Begins a Job of the current template of a CronJob, as the controller would at its time, and waits until its pod ended. */
async function begin(call: ControlPlane['call'], service: Service, kubelet: Kubelet): Promise<void> {
  const { metadata, spec } = (await call('GET', pathOf(service))) as CronJob
  const name = `${service.name}-${Date.now()}`
  const { uid } = metadata
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: service.name, uid, controller: true }
  await call('POST', `/apis/batch/v1/namespaces/${namespaceOf(service)}/jobs`, {
    metadata: { name, ownerReferences: [owner] },
    spec: spec.jobTemplate.spec,
  })
  const isEnded = (): boolean => {
    const newest = newestOf(podsOf(service, kubelet.pods()))
    return newest?.metadata.ownerReferences?.[0]?.name === name && newest.status.phase === 'Succeeded'
  }
  for (let tries = 0; !isEnded(); tries += 1) {
    if (tries > 600) throw new Error(`the Job of ${service.name} does not end`)
    await sleep(100)
  }
}
