/** A workload of the lab: how it is deployed, and what it needs. */
export interface Service {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet'
  readonly name: string
  /** Directory of its manifest, which one Kustomization of Flux rolls out. */
  readonly directory: 'apps/shop' | 'apps/system' | 'apps/releases'
  /** Number of pods; the number of nodes for a DaemonSet. */
  readonly replicas: number
  /** Millicores that all its pods together use at the peak of a day. */
  readonly demand: number
  /** Mebibytes that each pod uses at the peak of a day. */
  readonly memory: number
  readonly requests: Sizes
  readonly limits: Partial<Sizes>
}

interface Sizes {
  readonly cpu: string
  readonly memory: string
}

/** The namespace of all workloads. */
export const namespace = 'shop'
/** The name of the container in each of them. */
export const containerName = 'app'

/** Nodes with the size of each. */
export const nodes = ['node-1', 'node-2', 'node-3'] as const
export const nodeSize = { cpu: 4, memory: 16 } as const

/** One workload of each shape: too large, too small, stateful, on every node. */
export const services: readonly Service[] = [
  {
    kind: 'Deployment',
    name: 'web',
    directory: 'apps/shop',
    replicas: 4,
    demand: 600,
    memory: 180,
    requests: { cpu: '500m', memory: '512Mi' },
    limits: { memory: '512Mi' },
  },
  {
    kind: 'Deployment',
    name: 'api',
    directory: 'apps/shop',
    replicas: 3,
    demand: 900,
    memory: 220,
    requests: { cpu: '100m', memory: '256Mi' },
    limits: { memory: '1Gi' },
  },
  {
    kind: 'Deployment',
    name: 'storefront',
    directory: 'apps/releases',
    replicas: 2,
    demand: 200,
    memory: 150,
    requests: { cpu: '300m', memory: '400Mi' },
    limits: { memory: '400Mi' },
  },
  {
    kind: 'StatefulSet',
    name: 'orders',
    directory: 'apps/shop',
    replicas: 3,
    demand: 750,
    memory: 600,
    requests: { cpu: '1', memory: '2Gi' },
    limits: { memory: '2Gi' },
  },
  {
    kind: 'DaemonSet',
    name: 'agent',
    directory: 'apps/system',
    replicas: nodes.length,
    demand: 90,
    memory: 60,
    requests: { cpu: '200m', memory: '256Mi' },
    limits: { memory: '256Mi' },
  },
]

/** The resource of a kind in the path of an API. */
export const resourceOf = ({ kind }: Pick<Service, 'kind'>): string => `${kind.toLowerCase()}s`

/** Whether Flux rolls a service out as a release of a chart. */
export const isRelease = ({ directory }: Service): boolean => directory === 'apps/releases'

/** The manifest that the owners of a service wrote: the workload, or the HelmRelease of the chart. */
export const manifestOf = (service: Service): object =>
  isRelease(service) ? releaseOf(service) : workloadOf(service)

const apiVersion = 'apps/v1'

function workloadOf({ kind, name, replicas, requests, limits }: Service): object {
  const labels = { app: name }
  const container = {
    name: containerName,
    image: `registry.example/${name}:1`,
    resources: { requests, limits },
  }
  return {
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [container] } },
    },
  }
}

const releaseOf = ({ name, replicas, requests, limits }: Service): object => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name, namespace },
  spec: {
    interval: '10h',
    // The lab waits for pods itself, where they can start.
    install: { disableWait: true },
    upgrade: { disableWait: true },
    chart: {
      spec: {
        chart: './charts/web',
        interval: '10h',
        sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
      },
    },
    values: { replicas, resources: { requests, limits } },
  },
})

const template = `apiVersion: ${apiVersion}
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: { app: {{ .Release.Name }} }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: ${containerName}
          image: registry.example/web:1
          resources: {{- toYaml .Values.resources | nindent 12 }}
`

/** The chart of the releases. */
export const chart: Readonly<Record<string, string>> = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'replicas: 1\nresources: {}\n',
  'charts/web/templates/deployment.yaml': template,
}

/** The most pods that a roll-out of the service may take away at once, with the defaults of Kubernetes. */
export const mostUnavailable = ({ kind, replicas }: Service): number =>
  kind === 'Deployment' ? Math.floor(replicas / 4) : 1
