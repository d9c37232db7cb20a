import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const environments = ['dev', 'staging', 'prod']

/**
 * Writes a repository of a parent chart, whose values of each environment list applications. The map of an application
 * becomes the values of its child Application, which a chart with its own defaults reads.
 */
export function writeAppOfApps(repository: string, perEnvironment: number): void {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(repository, file)), { recursive: true })
    writeFileSync(join(repository, file), text)
  }
  for (const [file, text] of Object.entries(files)) write(file, text)
  for (const environment of environments) {
    const items = Array.from({ length: perEnvironment }, (_, index) => itemOf(index, environment))
    write(`envs/${environment}.yaml`, `applications:\n${items.join('')}`)
    write(`clusters/${environment}/root.yaml`, root(environment))
  }
}

/** Some items have no values yet, some have others, some have resources. */
function itemOf(index: number, environment: string): string {
  const head = `  - name: app-${index}\n    namespace: ${environment}\n`
  if (index % 5 === 3) return head
  const values = `    values:\n      image:\n        tag: v${index}\n`
  return index % 7 === 0
    ? `${head}${values}      resources:\n        requests:\n          cpu: 150m\n`
    : head + values
}

const root = (environment: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: root-${environment}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: https://git.example.com/platform/manifests.git
    targetRevision: HEAD
    path: parent
    helm:
      valueFiles: [../envs/${environment}.yaml]
  destination: {server: https://kubernetes.default.svc, namespace: argocd}
`

const files: Readonly<Record<string, string>> = {
  'parent/Chart.yaml': 'apiVersion: v2\nname: parent\nversion: 1.0.0\n',
  'parent/values.yaml': 'applications: []\nrepoURL: https://git.example.com/platform/manifests.git\n',
  'parent/templates/apps.yaml': `{{- range .Values.applications }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ .name }}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: {{ $.Values.repoURL }}
    targetRevision: HEAD
    path: charts/web
    helm:
      releaseName: {{ .name }}
      {{- with .values }}
      values: |
        {{- toYaml . | nindent 8 }}
      {{- end }}
  destination:
    server: https://kubernetes.default.svc
    namespace: {{ .namespace }}
{{- end }}
`,
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': `replicaCount: 2
image:
  repository: registry.example.com/web
  tag: ""
resources:
  requests:
    cpu: 100m
    memory: 128Mi
  limits:
    memory: 256Mi
`,
  'charts/web/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`,
}
