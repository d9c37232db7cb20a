import { setTimeout as sleep } from 'node:timers/promises'
import { type ApiProxy, startApiProxy } from '../cluster/api-proxy.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { hpaSyncMs } from './controllers.ts'
import { isReady, type Pod } from './kubelet.ts'
import { type Load, podsOf, step } from './load.ts'
import { type Container, containersOf, namespaceOf, type Service } from './services.ts'

/** The metrics API of a cluster, which follows the model of load. */
export interface Meter {
  /** A kubeconfig of the administrator for controllers that read metrics. */
  readonly kubeconfig: string
  /** From now on, usage is the highest of a span, in seconds since 1970. */
  readonly set: (from: number, to: number) => void
  /** Millicores that all pods of a service need together now. */
  readonly demandOf: (service: Service) => number
  /** From now on, the API has no metrics of a service, or has them. */
  readonly blind: (service: string, isBlind: boolean) => void
  /** Waits until every HPA that has metrics has the pods that it wants, all of them ready. Rejects after a minute. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Ground {
  readonly plane: ControlPlane
  readonly services: readonly Service[]
  readonly load: Load
  readonly pods: () => readonly Pod[]
  /** Milliseconds for which an HPA keeps its highest recommendation. */
  readonly stabilizationMs: number
}

interface Scaled {
  readonly spec: { readonly replicas?: number }
  readonly status: { readonly replicas?: number; readonly readyReplicas?: number }
}

const resource = /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods$/

function highest({ demandAt }: Load, service: Service, { from, to }: Record<'from' | 'to', number>): number {
  let most = 0
  for (let time = from; time <= to; time += step) most = Math.max(most, demandAt(service, time))
  return most
}

/** Starts the metrics API in front of a control plane. */
export async function startMeter({ plane, services, load, pods, stabilizationMs }: Ground): Promise<Meter> {
  /** Evaluations of one HPA without a change after which it rests. */
  const quiet = Math.ceil(stabilizationMs / hpaSyncMs) + 1
  const scaled = services.filter(({ hpa }) => hpa !== undefined)
  const [blind, reads] = [new Set<string>(), new Map<string, number>()]
  let demands: ReadonlyMap<string, number> = new Map()
  const demandOf = ({ name }: Service): number => demands.get(name) ?? 0

  const itemsOf = (service: Service): readonly object[] => {
    const ready = podsOf(service, pods()).filter(isReady)
    const total = demandOf(service)
    const own = (container: Container): number =>
      (total * container.demand) / containersOf(service).reduce((sum, { demand }) => sum + demand, 0)
    return ready.map(({ metadata: { name, namespace, labels } }) => ({
      metadata: { name, namespace, labels },
      timestamp: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
      window: '0s',
      containers: containersOf(service).map((one) => ({
        name: one.name,
        usage: { cpu: `${Math.ceil(own(one) / ready.length)}m`, memory: `${one.memory}Mi` },
      })),
    }))
  }
  const proxy: ApiProxy = await startApiProxy(plane, ({ url: { pathname, searchParams } }) => {
    const namespace = resource.exec(pathname)?.[1]
    if (namespace === undefined) return undefined
    const selector = searchParams.get('labelSelector') ?? ''
    const read = scaled.filter((one) => namespaceOf(one) === namespace && selector === `app=${one.name}`)
    for (const { name } of read) reads.set(name, (reads.get(name) ?? 0) + 1)
    const items = read.filter(({ name }) => !blind.has(name)).flatMap(itemsOf)
    return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items }
  })

  const countsOf = async (service: Service): Promise<string | undefined> => {
    const path = `/apis/apps/v1/namespaces/${namespaceOf(service)}/deployments/${service.name}`
    const { spec, status } = (await plane.call('GET', path)) as Scaled
    return status.replicas === spec.replicas && status.readyReplicas === spec.replicas
      ? String(spec.replicas)
      : undefined
  }
  /** Waits until the pods of a service did not change during several evaluations. */
  const rests = async (service: Service): Promise<void> => {
    let [counts, since]: [string | undefined, number] = [undefined, 0]
    for (let tries = 0; tries < 600; tries += 1) {
      const [now, read] = [await countsOf(service), reads.get(service.name) ?? 0]
      if (now === undefined || now !== counts) [counts, since] = [now, read]
      else if (read - since >= quiet) return
      await sleep(100)
    }
    throw new Error(`the HPA of ${service.name} does not rest`)
  }
  return {
    kubeconfig: proxy.kubeconfig,
    set: (from, to) => {
      demands = new Map(scaled.map((one) => [one.name, highest(load, one, { from, to })]))
    },
    demandOf,
    blind: (service, isBlind) => void (isBlind ? blind.add(service) : blind.delete(service)),
    settled: async () => {
      await Promise.all(scaled.filter(({ name }) => !blind.has(name)).map(rests))
    },
    close: proxy.close,
  }
}
