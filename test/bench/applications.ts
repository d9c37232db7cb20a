import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deployment, service } from './manifests.ts'
import type { BareSource } from './services.ts'

/** One Application, how a bare program renders what it names, and what is set in it. */
export interface BenchApplication {
  /** File with the Application. */
  readonly file: string
  readonly name: string
  /** Absent for a directory of manifests, which no program renders. */
  readonly bare?: BareSource
}

const environments = ['dev', 'staging', 'prod']

/**
 * Writes a repository of Argo CD Applications, in equal parts kustomizations (a base and an overlay for each environment),
 * releases of one chart with values for each environment, and directories of manifests.
 */
export function generateApplications(repository: string, count: number): readonly BenchApplication[] {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    writeFileSync(join(repository, file), text)
  }
  for (const [file, text] of Object.entries(chart)) write(`charts/web/${file}`, text)
  return Array.from({ length: count }, (_, index) => {
    const service = Math.floor(index / environments.length)
    const environment = environments[index % environments.length] ?? ''
    const name = `svc-${service}`
    const part = [kustomized, released, plain][service % 3] ?? plain
    const { source, bare } = part(write, name, environment)
    const file = `clusters/${environment}/${name}.yaml`
    write(file, application(`${name}-${environment}`, environment, source))
    return { file, name, ...(bare === undefined ? {} : { bare }) }
  })
}

type Write = (file: string, text: string) => void

interface Part {
  /** Lines of `spec.source`. */
  readonly source: string
  readonly bare?: BareSource
}

function kustomized(write: Write, name: string, environment: string): Part {
  const home = `services/${name}`
  write(`${home}/base/kustomization.yaml`, 'resources:\n  - deployment.yaml\n  - service.yaml\n')
  write(`${home}/base/deployment.yaml`, deployment(name))
  write(`${home}/base/service.yaml`, service(name))
  const path = `${home}/overlays/${environment}`
  write(
    `${path}/kustomization.yaml`,
    `namespace: ${environment}\nresources:\n  - ../../base\npatches:\n  - path: size.yaml\n`,
  )
  write(
    `${path}/size.yaml`,
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          resources:\n            requests:\n              cpu: 300m\n`,
  )
  return { source: `    path: ${path}\n`, bare: { program: 'kubectl', args: ['kustomize', path] } }
}

function released(write: Write, name: string, environment: string): Part {
  const values = `envs/${environment}/${name}.yaml`
  write(values, `image:\n  tag: "1.4.2"\nresources:\n  requests:\n    cpu: 200m\n    memory: 256Mi\n`)
  return {
    source: `    path: charts/web\n    helm:\n      releaseName: ${name}\n      valueFiles:\n        - /${values}\n`,
    bare: { program: 'helm', args: ['template', name, './charts/web', '--values', values] },
  }
}

function plain(write: Write, name: string, environment: string): Part {
  const path = `manifests/${environment}/${name}`
  write(`${path}/deployment.yaml`, deployment(name))
  write(`${path}/service.yaml`, service(name))
  return { source: `    path: ${path}\n` }
}

const application = (name: string, namespace: string, source: string): string =>
  `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.com/platform/manifests.git
    targetRevision: HEAD
${source}  destination:
    server: https://kubernetes.default.svc
    namespace: ${namespace}
  syncPolicy:
    automated: {}
`

const named = '{{ include "web.name" . }}'
const labels = '{{- include "web.labels" . | nindent 4 }}'

const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'values.yaml':
    'replicaCount: 2\nimage:\n  repository: registry.example.com/web\n  tag: ""\nautoscaling:\n  enabled: true\n  minReplicas: 2\n  maxReplicas: 6\n  target: 70\nresources: {}\n',
  'templates/_helpers.tpl':
    '{{- define "web.name" -}}\n{{ .Release.Name | trunc 63 | trimSuffix "-" }}\n{{- end }}\n{{- define "web.labels" -}}\napp: {{ include "web.name" . }}\nchart: {{ .Chart.Name }}-{{ .Chart.Version }}\n{{- end }}\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${named}
  labels: ${labels}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels: {app: ${named}}
  template:
    metadata:
      labels: {app: ${named}}
    spec:
      serviceAccountName: ${named}
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.Version }}"
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`,
  'templates/service.yaml': `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${named}\n  labels: ${labels}\nspec:\n  selector: {app: ${named}}\n  ports: [{port: 80}]\n`,
  'templates/account.yaml': `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${named}\n  labels: ${labels}\n`,
  'templates/hpa.yaml': `{{- if .Values.autoscaling.enabled }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${named}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ${named}}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: {{ .Values.autoscaling.target }}}}
{{- end }}
`,
}
