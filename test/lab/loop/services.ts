/** A container of a workload. */
export interface Container {
  readonly name: string
  /** Millicores that it uses in all pods together at the peak of a day. */
  readonly demand: number
  /** Mebibytes that it uses in each pod at the peak of a day. */
  readonly memory: number
  readonly requests: Partial<Sizes>
  readonly limits: Partial<Sizes>
  readonly env?: Readonly<Record<string, string>>
}

/** A workload of the lab: how it is deployed, and what its container `app` needs. */
export interface Service extends Container {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob'
  /** Default: `prod`. */
  readonly cluster?: string
  /** Default: `shop`. */
  readonly namespace?: string
  /** Directory that one Kustomization of Flux rolls out. */
  readonly directory: string
  /** Directory of a kustomization that has the manifest, and that `directory` reads. */
  readonly base?: string
  /** Whether `directory` patches the sizes of its base. */
  readonly isPatched?: boolean
  /** Whether it is a HelmRelease of the chart in the repository. */
  readonly isRelease?: boolean
  /**
   * Directory of a chart that hard-codes everything. It is rendered with its committed recommendations into `directory`, as
   * a pipeline of the owners would do.
   */
  readonly chart?: string
  /** Number of pods: the number of nodes for a DaemonSet, the least for an HPA. */
  readonly replicas: number
  readonly sidecar?: Container
  /** A container that ends before the others start. */
  readonly init?: Container
  /** How its usage changes with the time. Default: `day`. */
  readonly curve?: Curve
  readonly strategy?: Strategy
  readonly hpa?: Autoscaler
  /** `minAvailable` of its PodDisruptionBudget. */
  readonly minAvailable?: number
  /** Days of usage before the first day. Default: all. */
  readonly historyDays?: number
  /** Seconds after which its rollout is late. Default: that of Kubernetes. */
  readonly deadline?: number
}

interface Sizes {
  readonly cpu: string
  readonly memory: string
}

/** `day`: least at 3 and most at 15 o'clock. `heap`: memory rises for two hours and falls. `bursty`: 20 minutes in six hours. */
export type Curve = 'day' | 'flat' | 'heap' | 'bursty' | 'idle'

interface Strategy {
  readonly maxUnavailable?: number | string
  readonly maxSurge?: number | string
}

interface Autoscaler {
  readonly most: number
  /** Percent of the CPU request. */
  readonly target: number
  readonly behavior?: object
}

/** The name of the main container. */
export const containerName = 'app'

/** The name of the cluster of a service. */
export const clusterOf = ({ cluster = 'prod' }: Pick<Service, 'cluster'>): string => cluster

/** The namespace of a service. */
export const namespaceOf = ({ namespace = 'shop' }: Pick<Service, 'namespace'>): string => namespace

/** The containers of a service that run as long as its pods. */
export const containersOf = (service: Service): readonly Container[] => [
  { ...service, name: containerName },
  ...(service.sidecar === undefined ? [] : [service.sidecar]),
]

/** Nodes of a cluster, with the size of each in cores and gibibytes. */
export interface Nodes {
  readonly names: readonly string[]
  readonly cpu: number
  readonly memory: number
}

/** Three small nodes. */
export const nodes: Nodes = { names: ['node-1', 'node-2', 'node-3'], cpu: 4, memory: 16 }

/** Requests of a container, with a memory limit as large. */
export const sized = (cpu: string, memory: string): Pick<Container, 'requests' | 'limits'> => ({
  requests: { cpu, memory },
  limits: { memory },
})

/** Requests too much. */
export const web: Service = {
  kind: 'Deployment',
  name: 'web',
  directory: 'apps/shop',
  replicas: 4,
  demand: 600,
  memory: 180,
  ...sized('500m', '512Mi'),
}

/** Requests too little. */
export const api: Service = {
  kind: 'Deployment',
  name: 'api',
  directory: 'apps/shop',
  replicas: 3,
  demand: 900,
  memory: 220,
  requests: { cpu: '100m', memory: '256Mi' },
  limits: { memory: '1Gi' },
}

/** A release. */
export const storefront: Service = {
  kind: 'Deployment',
  name: 'storefront',
  directory: 'apps/releases',
  isRelease: true,
  replicas: 2,
  demand: 200,
  memory: 150,
  ...sized('300m', '400Mi'),
}

/** Stateful. */
export const orders: Service = {
  kind: 'StatefulSet',
  name: 'orders',
  directory: 'apps/shop',
  replicas: 3,
  demand: 750,
  memory: 600,
  ...sized('1', '2Gi'),
}

/** One workload of each shape: too large, too small, stateful, on every node, and a release. */
export const services: readonly Service[] = [
  web,
  api,
  storefront,
  orders,
  {
    kind: 'DaemonSet',
    name: 'agent',
    directory: 'apps/system',
    replicas: nodes.names.length,
    demand: 90,
    memory: 60,
    ...sized('200m', '256Mi'),
  },
]

const shareOf = (value: number | string, replicas: number): number =>
  typeof value === 'number' ? value : (Number.parseFloat(value) / 100) * replicas

/** The most pods that a rollout of the service may take away at once. */
export function mostUnavailable({ kind, replicas, strategy: { maxUnavailable } = {} }: Service): number {
  if (kind !== 'Deployment') return shareOf(maxUnavailable ?? 1, replicas)
  return Math.floor(shareOf(maxUnavailable ?? '25%', replicas))
}

/** The path of a service in the API. */
export const pathOf = ({ kind, name, ...service }: Service): string =>
  `/apis/${kind === 'CronJob' ? 'batch' : 'apps'}/v1/namespaces/${namespaceOf(service)}/${kind.toLowerCase()}s/${name}`
