import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Deployed } from '../lab/layouts.ts'
import { deployment, service } from './manifests.ts'

/** A source with the arguments of the bare program that renders it. */
export interface BareSource {
  readonly program: 'kubectl' | 'helm'
  readonly args: readonly string[]
}

/** A generated repository: how the bare programs render it, and what it deploys to each cluster. */
export interface GeneratedServices {
  readonly sources: readonly BareSource[]
  readonly deployed: ReadonlyMap<string, readonly Deployed[]>
}

const clusters = ['dev', 'staging', 'prod'] as const

/**
 * Writes a repository of services over three clusters, with settings that name each as a source: half overlays over a tenth as many
 * bases, whose requests a patch has to override, and half releases of charts, 25 of each, with values of their own.
 */
export function generateServices(repository: string, count: number): GeneratedServices {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    writeFileSync(join(repository, file), text)
  }
  const half = Math.ceil(count / 2)
  const [bases, charts] = [Math.ceil(half / 10), Math.ceil(half / 25)]
  for (let base = 0; base < bases; base += 1) writeBase(write, `bases/app-${base}`, `app-${base}`)
  for (let chart = 0; chart < charts; chart += 1) writeChart(write, `charts/chart-${chart}`)
  const services = Array.from({ length: count }, (_, index) => {
    const cluster = clusters[index % clusters.length] ?? 'prod'
    const number = Math.floor(index / 2)
    const one = index % 2 === 0 ? overlay(write, number, bases) : release(write, number, charts)
    return { cluster, ...one }
  })
  const sources = services.map(({ cluster, source }) => ({ ...source, cluster, namespace: 'shop' }))
  write(
    'tortoise.yaml',
    JSON.stringify({ clusters: clusters.map((name) => ({ name })), sources, deliver: { mode: 'commit' } }),
  )
  const deployedTo = (cluster: string): readonly Deployed[] =>
    services.flatMap((one) =>
      one.cluster === cluster
        ? [{ namespace: 'shop', kind: 'Deployment', name: one.name, container: 'app' }]
        : [],
    )
  return {
    sources: services.map(({ bare }) => bare),
    deployed: new Map(clusters.map((cluster) => [cluster, deployedTo(cluster)])),
  }
}

type Write = (file: string, text: string) => void

interface Service {
  readonly name: string
  readonly source: { readonly path: string; readonly release?: string; readonly values?: readonly string[] }
  readonly bare: BareSource
}

function writeBase(write: Write, directory: string, name: string): void {
  write(`${directory}/kustomization.yaml`, 'resources:\n  - deployment.yaml\n  - service.yaml\n')
  write(`${directory}/deployment.yaml`, withProxy(name))
  write(`${directory}/service.yaml`, service(name))
}

function overlay(write: Write, number: number, bases: number): Service {
  const [base, path] = [`app-${number % bases}`, `services/svc-${number}`]
  write(
    `${path}/kustomization.yaml`,
    `namespace: shop\nnameSuffix: "-${number}"\nresources:\n  - ../../bases/${base}\n`,
  )
  return {
    name: `${base}-${number}`,
    source: { path },
    bare: { program: 'kubectl', args: ['kustomize', path] },
  }
}

function release(write: Write, number: number, charts: number): Service {
  const [name, path] = [`rel-${number}`, `charts/chart-${number % charts}`]
  const values = `envs/${name}.yaml`
  write(
    values,
    `name: ${name}\nresources:\n  requests:\n    cpu: 200m\n    memory: 256Mi\n  limits:\n    memory: 512Mi\n`,
  )
  return {
    name,
    source: { path, release: name, values: [values] },
    bare: { program: 'helm', args: ['template', name, `./${path}`, '--values', values, '--skip-tests'] },
  }
}

const withProxy = (name: string): string =>
  `${deployment(name)}        - name: proxy
          image: registry.example.com/proxy:1.0.0
          resources:
            requests: {cpu: 50m, memory: 64Mi}
`

function writeChart(write: Write, directory: string): void {
  write(`${directory}/Chart.yaml`, `apiVersion: v2\nname: ${directory.split('/')[1]}\nversion: 1.0.0\n`)
  write(
    `${directory}/values.yaml`,
    'name: app\nreplicas: 2\nresources: {}\nproxy:\n  resources:\n    requests:\n      cpu: 50m\n',
  )
  write(
    `${directory}/templates/deployment.yaml`,
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
    `${directory}/templates/service.yaml`,
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\nspec:\n  selector: {app: {{ .Values.name }}}\n  ports: [{port: 80}]\n',
  )
}
