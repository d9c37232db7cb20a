import type { Draw } from './draw.ts'
import { asYaml, hostilePath, hostileText, type Traps } from './hostile.ts'

/** Files by path, as text. */
export type Files = Readonly<Record<string, string>>

const container = (name: string): string =>
  `{name: ${name}, image: x, resources: {requests: {cpu: 500m, memory: 64Mi}}}`
const deployment = (name: string, box = 'app'): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [${container(box)}]}}}\n`

/** A repository with a kustomization, a chart, an Application and manifests, in each of which something may be hostile. */
export function hostileRepository(draw: Draw, traps: Traps): Files {
  return {
    'k/web.yaml': deployment('web'),
    'k/kustomization.yaml': kustomization(draw, traps),
    'k/plugin.yaml': pluginFile(draw, traps),
    'm/web.yaml': deployment(asYaml(draw, hostileText(draw)), asYaml(draw, hostileText(draw))),
    ...chart(draw, traps),
    'application.yaml': application(draw, traps),
    'helmfile.yaml': `releases: [{name: web, chart: ${asYaml(draw, draw.maybe(0.5) ? './c' : hostilePath(draw, traps))}, values: [${asYaml(draw, hostilePath(draw, traps))}]}]\n`,
    'tortoise.yaml': draw.maybe(0.3) ? settings(draw, traps) : 'sources: [{path: k}, {path: c}, {path: m}]\n',
    ...(draw.maybe(0.2) ? { '.github/CODEOWNERS': `${'*a'.repeat(40)} @x\n` } : {}),
  }
}

const listFields = [
  'resources',
  'bases',
  'components',
  'crds',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'patchesStrategicMerge',
]

function kustomization(draw: Draw, traps: Traps): string {
  const path = (): string => asYaml(draw, hostilePath(draw, traps))
  const fields = [
    () => `${draw.one(listFields)}: [${path()}]`,
    () => `configMapGenerator: [{name: a, ${draw.one(['files', 'envs'])}: [${path()}]}]`,
    () => `secretGenerator: [{name: a, env: ${path()}}]`,
    () => `patches: [{path: ${path()}}]`,
    () => `patches: [{path: p.yaml, target: {name: ${path()}}}]`,
    () => `openapi: {path: ${path()}}`,
    () => `replacements: [{path: ${path()}}]`,
    () => `helmGlobals: {chartHome: ${path()}, configHome: ${path()}}\nhelmCharts: [{name: c}]`,
    () => `helmCharts: [{name: ${path()}, valuesFile: ${path()}, version: ${path()}}]`,
    () => `helmCharts: [{name: c, repo: ${JSON.stringify(traps.server)}, version: 1.0.0}]`,
    () => `x: &anchor {resources: [${path()}]}\n<<: *anchor`,
    () => `x: 1 # ${draw.one(['\r', '\u0085', '\u2028'])}resources: [${path()}]`,
    () => `generators:\n- |-\n  ${pluginFile(draw, traps).replaceAll('\n', '\n  ')}`,
    () => 'generators: [plugin.yaml]',
    () => 'transformers: [plugin.yaml]',
    () => `buildMetadata: [originAnnotations]`,
    () => `${Array.from({ length: 150 }, (_, n) => `y${n}: &y${n} a`).join('\n')}`,
  ]
  const chosen = Array.from({ length: 1 + draw.integer(2) }, () => draw.one(fields)())
  return `resources: [web.yaml]\n${chosen.join('\n')}\n`
}

function pluginFile(draw: Draw, traps: Traps): string {
  const path = (): string => asYaml(draw, hostilePath(draw, traps))
  return draw.one([
    () =>
      `apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\nname: c\nchartHome: ${path()}\nvaluesFile: ${path()}`,
    () => `apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nfiles: [${path()}]`,
    () => `apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\npath: ${path()}`,
    () =>
      `apiVersion: v1\nkind: X\nmetadata: {name: a, annotations: {config.kubernetes.io/function: "exec: {path: ${traps.outside}/evil.sh}"}}`,
    () => `apiVersion: evil/v1\nkind: Evil\nmetadata: {name: a}`,
  ])()
}

function chart(draw: Draw, traps: Traps): Files {
  const path = (): string => asYaml(draw, hostilePath(draw, traps))
  const template = draw.one([
    '{{ .Files.Get "../../outside/values.yaml" }}',
    `{{ fail (printf "pw=%s" .Values.secret) }}`,
    '{{- range until 2000 }}{{ range until 2000 }}{{ end }}{{ end }}',
    '{{ getHostByName "localhost" }}',
    '{{ lookup "v1" "Secret" "a" "b" | toYaml }}',
    '{{ env "HOME" }}',
    '{{ tpl .Values.loop . }}',
    '# nothing',
  ])
  return {
    'c/Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\n${draw.maybe(0.3) ? `dependencies: [{name: d, version: 1.0.0, repository: ${asYaml(draw, `file://${hostilePath(draw, traps)}`)}}]\n` : ''}`,
    'c/values.yaml': `cpu: 500m\nsecret: CANARY-VALUE\nloop: '{{ tpl .Values.loop . }}'\nfile: ${path()}\n`,
    'c/templates/d.yaml': `${deployment('web').replace('500m', '{{ .Values.cpu }}')}${template}\n`,
    ...(draw.maybe(0.4)
      ? {
          'c/values.schema.json': JSON.stringify({
            [draw.one(['$ref', '$schema', '$id'])]: hostilePath(draw, traps),
          }),
        }
      : {}),
  }
}

function application(draw: Draw, traps: Traps): string {
  const path = (): string => JSON.stringify(hostilePath(draw, traps))
  const source = draw.one([
    () => `path: ${path()}`,
    () => `path: c\n    helm: {valueFiles: [${path()}], releaseName: ${JSON.stringify(hostileText(draw))}}`,
    () =>
      `path: c\n    helm: {fileParameters: [{name: a, path: ${path()}}], parameters: [{name: "a,b", value: ${path()}}]}`,
    () => `path: m\n    directory: {recurse: true, include: ${JSON.stringify('*a'.repeat(40))}}`,
    () => `path: k\n    kustomize: {components: [${path()}], patches: [{path: ${path()}}]}`,
  ])()
  return `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  destination: {namespace: shop}\n  source:\n    repoURL: https://git.example/a.git\n    ${source}\n`
}

function settings(draw: Draw, traps: Traps): string {
  const path = (): string => JSON.stringify(hostilePath(draw, traps))
  const extra = draw.one([
    () => `programs: {kustomize: ${JSON.stringify(`${traps.outside}/evil.sh`)}}`,
    () => `clusters: [{name: a, prometheus: {url: ${JSON.stringify(traps.server)}, tokenEnv: DUMMY_TOKEN}}]`,
    () => `clusters: [{name: a, kubernetes: {kubeconfig: ${path()}}}]`,
    () => `rules: [{match: {workload: ${JSON.stringify('*a'.repeat(40))}}, cpu: off}]`,
    () => `unknown: ${path()}`,
  ])()
  return `sources: [{path: ${draw.one(['k', 'c', 'm'])}}]\n${extra}\n`
}
