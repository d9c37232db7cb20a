import { stringify } from 'yaml'
import { z } from 'zod'
import { cronFieldsTemplate } from './cron-fields.ts'
import { chartValues, chartValuesSchema } from './values.ts'

interface Node {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Node[]
  readonly default?: unknown
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
}

interface Manifest {
  readonly version: string
  readonly repository: { readonly url: string }
  readonly description: string
}

/** The account on the forge and the registry, by the repository in `package.json`. */
const ownerOf = ({ repository: { url } }: Manifest): string => /github\.com\/([^/]+)\//.exec(url)?.[1] ?? ''

/** The files of the chart that are generated, by their names in the chart's directory. */
export function chartFiles(packageJson: string): Readonly<Record<string, string>> {
  const manifest = JSON.parse(packageJson) as Manifest
  const owner = ownerOf(manifest)
  const repository = `ghcr.io/${owner.toLowerCase()}/gitops-tortoise`
  const properties = Object.entries(described(repository)).filter(([name]) => name !== 'global')
  return {
    'Chart.yaml': chartManifest(manifest, owner),
    'values.schema.json': `${JSON.stringify(chartValuesSchema(repository), null, 2)}\n`,
    'values.yaml': `# Written from config/chart/values.ts by \`npm run schemas\`. README.md has all values in one table.\n${valuesText(properties, '')}`,
    'README.md': readme(properties, { owner, version: manifest.version }),
    'templates/_cron-fields.tpl': cronFieldsTemplate(),
  }
}

const described = (repository: string): Readonly<Record<string, Node>> =>
  (z.toJSONSchema(chartValues(repository), { io: 'input' }) as Node).properties ?? {}

function chartManifest({ version, description }: Manifest, owner: string): string {
  return stringify(
    {
      apiVersion: 'v2',
      name: 'gitops-tortoise',
      description,
      type: 'application',
      version,
      appVersion: version,
      kubeVersion: '>=1.27.0-0',
      home: `https://github.com/${owner}/gitops-tortoise`,
      sources: [`https://github.com/${owner}/gitops-tortoise`],
      keywords: ['gitops', 'rightsizing', 'argocd', 'flux'],
    },
    { lineWidth: 0 },
  )
}

function valuesText(properties: readonly (readonly [string, Node])[], indent: string): string {
  const parts = properties.map(([name, node]) => {
    const comment = folded(node.description ?? '', 118 - indent.length).map((line) => `${indent}# ${line}\n`)
    const inner = node.properties && valuesText(Object.entries(node.properties), `${indent}  `)
    const value = stringify({ [name]: node.default }, { lineWidth: 0 }).replace(/^(?=.)/gm, indent)
    return `${comment.join('')}${inner === undefined ? value : `${indent}${name}:\n${inner}`}`
  })
  return indent === '' ? parts.map((part) => `\n${part}`).join('') : parts.join('')
}

function folded(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function rowsOf(properties: readonly (readonly [string, Node])[], prefix: string): readonly string[] {
  return properties.flatMap(([name, node]) => {
    const path = `${prefix}${name}`
    const value = node.properties === undefined ? `\`${JSON.stringify(node.default)}\`` : ''
    const row = `| \`${path}\` | ${typeText(node)} | ${value} | ${(node.description ?? '').replaceAll('|', '\\|')} |`
    return [row, ...rowsOf(Object.entries(node.properties ?? {}), `${path}.`)]
  })
}

function typeText(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((one) => `\`${one}\``).join(', ')
  if (node.anyOf !== undefined) return node.anyOf.map(typeText).join(' or ')
  return node.type === 'array' ? `list of ${node.items?.type ?? 'value'}s` : (node.type ?? '')
}

function readme(
  properties: readonly (readonly [string, Node])[],
  { owner, version }: { readonly owner: string; readonly version: string },
): string {
  return `# Helm chart of GitOps Tortoise

Installs the daemon (\`tortoise serve\`) or a CronJob (\`tortoise serve --once\`), which evaluates the usage of workloads and proposes
better requests in the Git repository that Argo CD or Flux deploys. It changes nothing in the cluster. The
[quick start](https://github.com/${owner}/gitops-tortoise/blob/main/docs/start/daemon.md) explains the settings.

## Install

Write the tokens into a file \`tokens.env\`. The first pushes, and the second opens pull requests. They may be the same:

\`\`\`sh
TORTOISE_GIT_TOKEN=…
GITHUB_TOKEN=…
\`\`\`

Create a Secret from it, delete the file, and write the settings into the values:

\`\`\`sh
kubectl create namespace gitops-tortoise
kubectl --namespace gitops-tortoise create secret generic tortoise-tokens --from-env-file tokens.env
helm install gitops-tortoise oci://ghcr.io/${owner.toLowerCase()}/charts/gitops-tortoise --namespace gitops-tortoise --values values.yaml
\`\`\`

\`\`\`yaml
# values.yaml
existingSecrets: [tortoise-tokens]
settings:
  sources:
    - path: apps/overlays/prod
      namespace: shop
  clusters:
    - name: prod
      prometheus:
        url: http://prometheus-operated.monitoring:9090
      kubernetes: {}
  deliver:
    mode: pull-request
    base: main
    remote:
      url: https://github.com/your-org/your-repository.git
    github:
      repository: your-org/your-repository
\`\`\`

Helm checks the values, with all settings in them, before it installs anything. A misspelled name is an error with its path.

The namespace may enforce the Pod Security Standard \`restricted\`.

## Install with Flux

Flux installs the chart from the registry. Create the namespace and the Secret as above, and commit these two objects:

\`\`\`yaml
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata:
  name: gitops-tortoise
  namespace: gitops-tortoise
spec:
  interval: 1h
  url: oci://ghcr.io/${owner.toLowerCase()}/charts/gitops-tortoise
  ref:
    semver: ">=${version}"
  layerSelector:
    mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
    operation: copy
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: gitops-tortoise
  namespace: gitops-tortoise
spec:
  interval: 1h
  chartRef:
    kind: OCIRepository
    name: gitops-tortoise
  values: {} # The values of the file above.
\`\`\`

Flux reports the release as ready when the daemon is. If it refuses the values, the objects that are installed stay, and the HelmRelease
says which value is wrong.

## Other clusters

Mount the kubeconfigs, and name them in the settings:

\`\`\`yaml
extraVolumes:
  - name: kubeconfigs
    secret: { secretName: tortoise-kubeconfigs }
extraVolumeMounts:
  - { name: kubeconfigs, mountPath: /etc/tortoise-kubeconfigs, readOnly: true }
settings:
  clusters:
    - name: staging
      prometheus: { url: https://prometheus.staging.example.org }
      kubernetes: { kubeconfig: /etc/tortoise-kubeconfigs/staging }
\`\`\`

The network policy allows the ports 443, 6443 and 9090, DNS, and every port in a URL of \`settings\`, \`operatorSettings\` and
\`extraEnv\`. Add others to \`networkPolicy.egressPorts\`: those of API servers in kubeconfigs, of servers in an \`existingConfigMap\`,
and the ports of pods behind a Service with another port.

## Values

| Value | Type | Default | Meaning |
|---|---|---|---|
${rowsOf(properties, '').join('\n')}
`
}
