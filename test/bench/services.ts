import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deployment, service } from './manifests.ts'

/** A change in the format of `set --changes`. */
interface Change {
  readonly source: string
  readonly workload: string
  readonly values?: readonly string[]
  readonly release?: string
  readonly set: Readonly<Record<string, string>>
}

/**
 * Writes a repository of many services: half kustomize, each with a base and two overlays, half releases of one chart
 * with values of their own. In every other kustomization the value is in the shared base, so that an override has to
 * be inserted in the overlay.
 */
export function generateServices(
  repository: string,
  count: number,
): { readonly changes: readonly Change[]; readonly sources: readonly BareSource[] } {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    writeFileSync(join(repository, file), text)
  }
  writeChart(write)
  const all = Array.from({ length: count }, (_, index) =>
    index % 2 === 0 ? kustomized(write, index) : released(write, index),
  )
  return { changes: all.map(({ change }) => change), sources: all.flatMap(({ sources }) => sources) }
}

type Write = (file: string, text: string) => void

interface Service {
  readonly change: Change
  readonly sources: readonly BareSource[]
}

function kustomized(write: Write, index: number): Service {
  const name = `svc-${index}`
  const home = `services/${name}`
  write(
    `${home}/base/kustomization.yaml`,
    'resources:\n  - deployment.yaml\n  - service.yaml\n  - hpa.yaml\n',
  )
  write(`${home}/base/deployment.yaml`, withProxy(name))
  write(`${home}/base/service.yaml`, service(name))
  write(
    `${home}/base/hpa.yaml`,
    `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: ${name}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${name}}\n  minReplicas: 2\n  maxReplicas: 8\n  metrics:\n    - type: Resource\n      resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}\n`,
  )
  for (const cluster of ['staging', 'prod']) {
    const sized = index % 4 === 0 && cluster === 'prod'
    write(
      `${home}/overlays/${cluster}/kustomization.yaml`,
      `namespace: ${cluster}\nresources:\n  - ../../base\n${sized ? 'patches:\n  - path: size.yaml\n' : ''}`,
    )
    if (sized)
      write(
        `${home}/overlays/${cluster}/size.yaml`,
        `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            requests:\n              cpu: 300m # for the evening\n`,
      )
  }
  return {
    change: {
      source: `${home}/overlays/prod`,
      workload: `Deployment/${name}`,
      set: { 'app.requests.cpu': `${400 + (index % 300)}m` },
    },
    sources: ['staging', 'prod'].map((cluster) => ({
      program: 'kubectl',
      args: ['kustomize', `${home}/overlays/${cluster}`],
    })),
  }
}

function released(write: Write, index: number): Service {
  const name = `rel-${index}`
  const values = `envs/prod/${name}.yaml`
  write(
    values,
    `name: ${name}\nresources:\n  requests:\n    cpu: 200m\n    memory: 256Mi\n  limits:\n    memory: 256Mi\n`,
  )
  return {
    change: {
      source: 'charts/app',
      release: name,
      values: [values],
      workload: `Deployment/${name}`,
      set: { 'app.requests.cpu': `${400 + (index % 300)}m` },
    },
    sources: [
      { program: 'helm', args: ['template', name, './charts/app', '--values', values, '--skip-tests'] },
    ],
  }
}

const withProxy = (name: string): string =>
  `${deployment(name)}        - name: proxy
          image: registry.example.com/proxy:1.0.0
          resources:
            requests: {cpu: 50m, memory: 64Mi}
`

function writeChart(write: Write): void {
  write('charts/app/Chart.yaml', 'apiVersion: v2\nname: app\nversion: 1.0.0\n')
  write(
    'charts/app/values.yaml',
    'name: app\nreplicas: 2\nresources: {}\nproxy:\n  resources:\n    requests:\n      cpu: 50m\n',
  )
  write(
    'charts/app/templates/deployment.yaml',
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Values.name }}}
  template:
    metadata:
      labels: {app: {{ .Values.name }}}
    spec:
      containers:
        - name: app
          image: registry.example.com/app:1.0.0
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
        - name: proxy
          image: registry.example.com/proxy:1.0.0
          resources:
            {{- toYaml .Values.proxy.resources | nindent 12 }}
`,
  )
  write(
    'charts/app/templates/service.yaml',
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  selector: {app: {{ .Values.name }}}\n  ports: [{port: 80}]\n',
  )
}

/** A source with the arguments of the bare program that renders it. */
export interface BareSource {
  readonly program: 'kubectl' | 'helm'
  readonly args: readonly string[]
}
