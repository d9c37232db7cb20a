import { type Container, containerName, containersOf, namespaceOf, type Service } from './services.ts'

/** The manifests that the owners of a service wrote: the workload, or the HelmRelease of the chart, and what belongs to it. */
export const manifestsOf = (service: Service): readonly object[] =>
  service.isRelease === true
    ? [releaseOf(service)]
    : [workloadOf(service), ...autoscalerOf(service), ...budgetOf(service)]

const containerOf = ({ name, requests, limits, env = {} }: Container, image: string): object => ({
  name,
  image: `registry.example/${image}:1`,
  ...(Object.keys(env).length === 0
    ? {}
    : { env: Object.entries(env).map(([name, value]) => ({ name, value })) }),
  resources: { requests, limits },
})

function templateOf(service: Service, more: object = {}): object {
  const { name, init } = service
  return {
    metadata: { labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...(init === undefined ? {} : { initContainers: [containerOf(init, init.name)] }),
      containers: containersOf(service).map((one) =>
        containerOf(one, one.name === containerName ? name : one.name),
      ),
      ...more,
    },
  }
}

function workloadOf(service: Service): object {
  const { kind, name, replicas, strategy, hpa, deadline } = service
  const metadata = { name, namespace: namespaceOf(service) }
  if (kind === 'CronJob') {
    const template = templateOf(service, { restartPolicy: 'Never' })
    const spec = { schedule: '0 2 * * *', jobTemplate: { spec: { template } } }
    return { apiVersion: 'batch/v1', kind, metadata, spec }
  }
  const rollingUpdate = { type: 'RollingUpdate', rollingUpdate: strategy }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: {
      ...(kind === 'DaemonSet' || hpa !== undefined ? {} : { replicas }),
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      ...(deadline === undefined ? {} : { progressDeadlineSeconds: deadline }),
      ...(strategy === undefined
        ? {}
        : { [kind === 'Deployment' ? 'strategy' : 'updateStrategy']: rollingUpdate }),
      selector: { matchLabels: { app: name } },
      template: templateOf(service),
    },
  }
}

/** A patch of the sizes of a Deployment. */
export const patchOf = ({ kind, name, requests, limits, ...service }: Service): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: namespaceOf(service) },
  spec: { template: { spec: { containers: [{ name: containerName, resources: { requests, limits } }] } } },
})

function autoscalerOf({ kind, name, replicas, hpa, ...service }: Service): readonly object[] {
  if (hpa === undefined) return []
  const target = { type: 'Utilization', averageUtilization: hpa.target }
  return [
    {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name, namespace: namespaceOf(service) },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
        minReplicas: replicas,
        maxReplicas: hpa.most,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
        ...(hpa.behavior === undefined ? {} : { behavior: hpa.behavior }),
      },
    },
  ]
}

function budgetOf({ name, minAvailable, ...service }: Service): readonly object[] {
  if (minAvailable === undefined) return []
  return [
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace: namespaceOf(service) },
      spec: { minAvailable, selector: { matchLabels: { app: name } } },
    },
  ]
}

function releaseOf({ name, replicas, requests, limits, hpa, ...service }: Service): object {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: namespaceOf(service) },
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
      values: {
        ...(hpa === undefined
          ? { replicas }
          : { scaling: { minReplicas: replicas, maxReplicas: hpa.most, target: hpa.target } }),
        resources: { requests, limits },
      },
    },
  }
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  {{- with .Values.replicas }}
  replicas: {{ . }}
  {{- end }}
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

const autoscaler = `{{- with .Values.scaling }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $.Release.Name }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ $.Release.Name }} }
  minReplicas: {{ .minReplicas }}
  maxReplicas: {{ .maxReplicas }}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: {{ .target }} } }
{{- end }}
`

/** The chart of the releases. */
export const chart: Readonly<Record<string, string>> = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'resources: {}\n',
  'charts/web/templates/deployment.yaml': deployment,
  'charts/web/templates/autoscaler.yaml': autoscaler,
}
