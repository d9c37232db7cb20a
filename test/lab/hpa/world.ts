import { inParallel } from '../../../plugin/model/parallel.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import type { HpaSpec, PodGroup } from './recording.ts'
import type { Scenario } from './scenarios.ts'

type Usage = NonNullable<PodGroup['usage']>

interface Pod {
  readonly object: { readonly metadata: { readonly name: string }; readonly spec: object }
  readonly readyAt: number
  ready: boolean
  usage?: Usage
}

/** A namespace with a Deployment, its HPA, and pods that the lab updates in place of a kubelet. */
export interface World {
  readonly hpa: HpaSpec
  readonly groups: () => readonly PodGroup[]
  /** The current replicas of the Deployment. */
  readonly replicas: () => Promise<number>
  /** Sets the pods to the replicas, and their readiness and usage to a step of the scenario. */
  readonly turn: (look: number, replicas: number) => Promise<void>
  /** The response of metrics.k8s.io. */
  readonly metrics: () => object
}

/** Creates the objects of a scenario, with all pods ready. */
export async function buildWorld({ call }: ControlPlane, scenario: Scenario): Promise<World> {
  const { name, containers } = scenario
  const deployments = `/apis/apps/v1/namespaces/${name}/deployments`
  const template = { metadata: { labels: { app: 'app' } }, spec: { containers: containersOf(containers) } }
  await call('POST', '/api/v1/namespaces', { metadata: { name } })
  await call('POST', deployments, {
    metadata: { name: 'app' },
    spec: { replicas: scenario.start, selector: { matchLabels: { app: 'app' } }, template },
  })
  let [pods, born]: [Pod[], number] = [[], 0]

  const create = async (readyAt: number): Promise<Pod> => {
    const metadata = { ...template.metadata, name: `app-${born++}` }
    const made = await call('POST', podsOf(name), { metadata, spec: template.spec })
    const pod: Pod = { object: made as Pod['object'], readyAt, ready: false }
    await setStatus(pod)
    return pod
  }
  const setStatus = ({ object, ready }: Pod): Promise<unknown> =>
    call('PUT', `${podsOf(name)}/${object.metadata.name}/status`, {
      // No resourceVersion: nothing else writes it.
      ...object,
      metadata: { ...object.metadata, resourceVersion: undefined },
      status: statusOf(ready),
    })
  const turn: World['turn'] = async (look, replicas) => {
    // Pods that are not ready are removed first.
    pods.sort((one, other) => Number(other.ready) - Number(one.ready))
    const gone = pods.slice(replicas)
    await inParallel(gone, ({ object }) =>
      call('DELETE', `${podsOf(name)}/${object.metadata.name}?gracePeriodSeconds=0`),
    )
    const wanting = Array.from({ length: Math.max(0, replicas - pods.length) }, () => look)
    const readyAt = look === 0 ? 0 : look + (scenario.readyAfter ?? 1) - 1
    pods = [...pods.slice(0, replicas), ...(await inParallel(wanting, () => create(readyAt)))]
    const rising = pods.filter((pod) => !pod.ready && pod.readyAt <= look)
    for (const pod of rising) pod.ready = true
    await inParallel(rising, setStatus)
    share(pods, scenario.step(look))
  }

  await turn(0, scenario.start)
  const made = await call('POST', `/apis/autoscaling/v2/namespaces/${name}/horizontalpodautoscalers`, {
    metadata: { name: 'app' },
    spec: { ...scenario.hpa, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'app' } },
  })
  const { scaleTargetRef: _, ...hpa } = (made as { spec: HpaSpec & { scaleTargetRef: object } }).spec
  return {
    hpa,
    turn,
    groups: () => grouped(pods),
    replicas: async () => {
      const object = (await call('GET', `${deployments}/app`)) as { spec: { replicas: number } }
      return object.spec.replicas
    },
    metrics: () => metricsOf(name, pods),
  }
}

/** Sets the Deployment's replicas by hand. */
export async function setReplicas(
  { call }: ControlPlane,
  namespace: string,
  replicas: number,
): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/app/scale`
  const scale = (await call('GET', path)) as { spec: object }
  await call('PUT', path, { ...scale, spec: { replicas } })
}

const podsOf = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`

const containersOf = (containers: Scenario['containers']): readonly object[] =>
  Object.entries(containers).map(([name, usage]) => ({
    name,
    image: 'registry.example/app:1',
    resources: { requests: quantities(usage) },
  }))

const quantities = ({ cpu, memory }: Usage[string]): object => ({
  cpu: `${cpu}m`,
  ...(memory === undefined ? {} : { memory: `${memory}Mi` }),
})

function statusOf(ready: boolean): object {
  const now = new Date().toISOString().replace(/\.\d+Z/, 'Z')
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: now }
  return { phase: 'Running', startTime: now, conditions: [condition] }
}

/** Sets the usage of ready pods. Shared usage is divided evenly, to a millicore. */
function share(pods: readonly Pod[], { each, whole, missing = 0 }: ReturnType<Scenario['step']>): void {
  const ready = pods.filter((pod) => pod.ready)
  const own = (index: number): Usage =>
    each ??
    Object.fromEntries(
      Object.entries(whole ?? {}).map(([name, { cpu }]) => [
        name,
        { cpu: Math.floor(cpu / ready.length) + (index < cpu % ready.length ? 1 : 0) },
      ]),
    )
  for (const pod of pods) pod.usage = { app: { cpu: 0 } }
  for (const [index, pod] of ready.entries()) pod.usage = own(index)
  for (const pod of missing > 0 ? ready.slice(-missing) : []) delete pod.usage
}

function grouped(pods: readonly Pod[]): readonly PodGroup[] {
  const groups = new Map<string, PodGroup>()
  for (const { ready, usage } of pods) {
    const key = JSON.stringify([ready, usage])
    const { pods: count = 0 } = groups.get(key) ?? {}
    groups.set(key, { pods: count + 1, ready, ...(usage === undefined ? {} : { usage }) })
  }
  return [...groups.values()]
}

function metricsOf(namespace: string, pods: readonly Pod[]): object {
  const timestamp = new Date().toISOString().replace(/\.\d+Z/, 'Z')
  const items = pods.flatMap(({ object, usage }) =>
    usage === undefined
      ? []
      : {
          metadata: { name: object.metadata.name, namespace, labels: { app: 'app' } },
          timestamp,
          window: '0s',
          containers: Object.entries(usage).map(([name, one]) => ({ name, usage: quantities(one) })),
        },
  )
  return { kind: 'PodMetricsList', apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items }
}
