import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts'
import { publishRole } from '../cluster/publish-role.ts'
import { startFlux } from '../flux/controllers.ts'
import { type PrometheusLab, startWritablePrometheus } from '../prometheus.ts'
import { remoteWrite } from '../remote-write.ts'
import { startControllers } from './controllers.ts'
import { type Flux, rollOutByFlux } from './flux.ts'
import { type Kubelet, type Pod, startKubelet } from './kubelet.ts'
import { createLoad, type Load, podsOf, step } from './load.ts'
import { type Meter, startMeter } from './meter.ts'
import { type Requested, requestedByPods, sumOf } from './requested.ts'
import { type RollOuts, watchRollOuts } from './roll-outs.ts'
import { type Nodes, namespaceOf, type Service } from './services.ts'

const daySeconds = 86_400

/** One cluster of the lab, with its usage. */
export interface ClusterLab {
  readonly plane: ControlPlane
  readonly kubelet: Kubelet
  readonly load: Load
  readonly meter: Meter
  readonly flux: Flux
  readonly rollOuts: RollOuts
  readonly prometheus: PrometheusLab
  /** Lets some time pass, from a time in seconds since 1970. Returns what the pods of each service requested on average. */
  readonly pass: (from: number, seconds: number) => Promise<ReadonlyMap<string, Requested>>
  /** Writes days of usage before a time, as if the pods of one real day had run on each. */
  readonly remember: (before: number, days: number) => Promise<void>
  /** Lets Flux apply a commit. With `settles`, it waits until every pod has it. */
  readonly rollOut: (commit: string, settles: boolean) => Promise<void>
}

/** What a cluster begins with. */
export interface ClusterPlan {
  readonly services: readonly Service[]
  readonly nodes: Nodes
  /** Directories that Flux rolls out. */
  readonly directories: readonly string[]
  readonly remote: { readonly url: string; readonly token: string }
  readonly commit: string
  /** Parts of a day in which HPAs follow the load; without an HPA one is enough. */
  readonly slots: number
  /** Milliseconds for which an HPA keeps its highest recommendation. */
  readonly stabilizationMs: number
}

export type Closing = (() => Promise<void>)[]

/** Starts all programs of a cluster, and waits until Flux has rolled out a commit. */
export async function startCluster(plan: ClusterPlan, closing: Closing): Promise<ClusterLab> {
  const closed = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
    closing.push(one.close)
    return one
  }
  const { services, nodes, directories, remote, stabilizationMs } = plan
  const prometheus = closed(await startWritablePrometheus())
  const plane = closed(await startControlPlane())
  const load = createLoad(services, nodes)
  const kubelet = closed(await startKubelet(plane, nodes))
  const meter = closed(await startMeter({ plane, services, load, pods: kubelet.pods, stabilizationMs }))
  closed(startControllers(meter.kubeconfig, stabilizationMs))
  closed(await startFlux(plane))
  await publishRole(plane)
  for (const name of new Set(services.map(namespaceOf)))
    await plane.call('POST', '/api/v1/namespaces', { metadata: { name } })
  const rollOuts = watchRollOuts(plane, { kubelet, demandOf: meter.demandOf }, services)
  const releases = services
    .filter(({ isRelease }) => isRelease === true)
    .map((one) => `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespaceOf(one)}/helmreleases/${one.name}`)
  const flux = await rollOutByFlux(plane, { ...remote, directories, releases })
  await flux.reconcile(plan.commit)
  await rollOuts.settled()
  const parts = { plane, kubelet, load, meter, flux, rollOuts, prometheus }
  return { ...parts, ...usageOf(parts, plan), rollOut: rollOutOf(parts) }
}

type Parts = Omit<ClusterLab, 'pass' | 'remember' | 'rollOut'>

const rollOutOf =
  ({ flux, rollOuts }: Parts): ClusterLab['rollOut'] =>
  async (commit, settles) => {
    rollOuts.compareCapacity(true)
    await flux.reconcile(commit)
    if (settles) await rollOuts.settled()
    rollOuts.compareCapacity(false)
  }

/** What each service requested on average in the parts of a span. */
function meanOf(parts: readonly ReadonlyMap<string, Requested>[]): ReadonlyMap<string, Requested> {
  const names = parts[0]?.keys() ?? []
  return new Map(
    [...names].map((name) => {
      const { cpu, memory } = sumOf(parts.flatMap((one) => one.get(name) ?? []))
      return [name, { cpu: cpu / parts.length, memory: memory / parts.length }]
    }),
  )
}

/** A part of a day, in seconds since 1970. */
interface Slot {
  readonly from: number
  readonly to: number
}

function usageOf(
  { kubelet, load, meter, prometheus }: Parts,
  { services, slots }: ClusterPlan,
): Pick<ClusterLab, 'pass' | 'remember'> {
  const parts = services.some(({ hpa }) => hpa !== undefined) ? slots : 1
  const longest = Math.floor(daySeconds / parts / step) * step
  const write = (pods: readonly Pod[], { from, to }: Slot): Promise<void> =>
    remoteWrite(prometheus.url, load.samples(pods, from, to))
  const podsIn = async ({ from, to }: Slot): Promise<readonly Pod[]> => {
    meter.set(from, to)
    await meter.settled()
    return kubelet.pods()
  }
  const slotsOf = (from: number, seconds: number): readonly Slot[] =>
    Array.from({ length: Math.ceil(seconds / longest) }, (_, index) => ({
      from: from + index * longest,
      to: from + Math.min(seconds, (index + 1) * longest),
    }))
  return {
    pass: async (from, seconds) => {
      const requested: ReadonlyMap<string, Requested>[] = []
      for (const slot of slotsOf(from, seconds)) {
        const pods = await podsIn(slot)
        requested.push(requestedByPods(services, pods))
        await write(pods, slot)
      }
      for (const pod of services.flatMap((one) => podsOf(one, kubelet.pods())))
        if (load.restartsOf(pod) > 0) await kubelet.killed(pod, load.restartsOf(pod))
      return meanOf(requested)
    },
    remember: async (before, days) => {
      const known: (readonly Pod[])[] = []
      for (const slot of slotsOf(before - daySeconds, daySeconds)) known.push(await podsIn(slot))
      for (let day = days; day > 0; day -= 1) {
        const born = services.filter(({ historyDays = days }) => day <= historyDays)
        for (const [index, slot] of slotsOf(before - day * daySeconds, daySeconds).entries())
          await write(
            born.flatMap((one) => podsOf(one, known[index] ?? [])),
            slot,
          )
      }
    },
  }
}
