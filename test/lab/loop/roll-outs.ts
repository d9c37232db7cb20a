import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { isReady, type Kubelet, type Pod } from './kubelet.ts'
import { podsOf } from './load.ts'
import { mostUnavailable, namespace, resourceOf, type Service } from './services.ts'

/** What is known of all roll-outs so far. */
export interface RollOuts {
  /** Waits until every pod has its workload's current template and is ready. Rejects after two minutes. */
  readonly settled: () => Promise<void>
  /** Each listing, of one in 0.2 seconds, in which a service had fewer ready pods than its roll-out may leave. */
  readonly violations: () => readonly string[]
  /** The number of listings that were compared. */
  readonly listings: () => number
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

function isSettled({ metadata, status }: Workload, { replicas }: Service): boolean {
  const { updatedReplicas, updatedNumberScheduled, readyReplicas, numberReady } = status
  return (
    status.observedGeneration === metadata.generation &&
    (status.replicas ?? status.desiredNumberScheduled) === replicas &&
    (updatedReplicas ?? updatedNumberScheduled) === replicas &&
    (readyReplicas ?? numberReady) === replicas
  )
}

/** Watches the pods of services from now on. A service counts from when all its pods were ready once. */
export function watchRollOuts(
  { call }: Pick<ControlPlane, 'call'>,
  kubelet: Kubelet,
  services: readonly Service[],
): RollOuts {
  const [begun, violations]: [Set<string>, string[]] = [new Set(), []]
  let listings = 0
  kubelet.onListing((pods: readonly Pod[]) => {
    listings += 1
    for (const service of services) {
      const ready = podsOf(service, pods).filter(isReady).length
      if (ready >= service.replicas) begun.add(service.name)
      if (begun.has(service.name) && ready < service.replicas - mostUnavailable(service))
        violations.push(`${service.name}: ${ready} of ${service.replicas} pods are ready`)
    }
  })
  const isOver = async (service: Service): Promise<boolean> => {
    const path = `/apis/apps/v1/namespaces/${namespace}/${resourceOf(service)}/${service.name}`
    const found = (await call('GET', path).catch(() => undefined)) as Workload | undefined
    return found !== undefined && isSettled(found, service)
  }
  return {
    settled: async () => {
      for (const service of services)
        for (let tries = 0; !(await isOver(service)); tries += 1) {
          if (tries > 600) throw new Error(`${service.kind}/${service.name} is not rolled out`)
          await sleep(200)
        }
      // The next listing has the pods that are there now.
      await sleep(500)
    },
    violations: () => violations,
    listings: () => listings,
  }
}
