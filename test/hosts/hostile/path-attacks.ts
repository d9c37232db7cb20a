/** An attack by what a kustomization, chart or Application refers to. */
export interface PathAttack {
  readonly name: string
  readonly files: Readonly<Record<string, string | Uint8Array>>
  /** The directory that is rendered; `k` when left out. */
  readonly source?: string
  /** True when the rendering may succeed: what is hostile in it has no effect. */
  readonly harmless?: true
}

/** The traps of one run, as texts to put into files. */
export interface Traps {
  /** Absolute path of a directory outside the repository. */
  readonly outside: string
  /** Steps from `k` to that directory, as seen from the private copy: it climbs to the root first. */
  readonly climb: string
  /** A server on this machine that must not be asked. */
  readonly server: string
}

const container = '{name: app, image: x, resources: {requests: {cpu: 500m}}}'
const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [${container}]}}}\n`
/** A kustomization in `k`, beside a Deployment. */
export const own = (text: string): PathAttack['files'] => ({
  'k/kustomization.yaml': `${text}\n`,
  'k/web.yaml': deployment,
})
/** A kustomization with the configuration of a generator in a file. */
export const withPlugin = (text: string): PathAttack['files'] => ({
  ...own('resources: [web.yaml]\ngenerators: [plugin.yaml]'),
  'k/plugin.yaml': `apiVersion: builtin\nmetadata: {name: a}\n${text}\n`,
})
const inline = (text: string): PathAttack['files'] =>
  own(
    `resources: [web.yaml]\ngenerators:\n- |-\n  apiVersion: builtin\n  metadata: {name: a}\n  ${text.replaceAll('\n', '\n  ')}`,
  )
/** A chart in `c`. */
export const chart = (more: PathAttack['files']): PathAttack['files'] => ({
  'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'c/values.yaml': 'cpu: 500m\n',
  'c/templates/d.yaml': deployment.replace('500m', '{{ .Values.cpu }}'),
  ...more,
})
const template = (text: string): PathAttack['files'] =>
  chart({
    'c/templates/x.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${text}}\n`,
  })

/** Files outside the repository that must not be read. */
export function readingAttacks({ outside, climb }: Traps): readonly PathAttack[] {
  const base = `${climb}/base`
  return [
    { name: 'a base outside', files: own(`resources: [web.yaml, ${base}]`) },
    { name: 'a base by its absolute path', files: own(`resources: [web.yaml, ${outside}/base]`) },
    { name: 'a component outside', files: own(`components: [${base}]`) },
    { name: 'a base in a path of 1,200 characters', files: own(`resources: ["${'./'.repeat(600)}${base}"]`) },
    { name: 'a base behind a line break', files: own(`resources: ["a\\n/../${base}"]`) },
    { name: 'a base that looks like a URL', files: own(`resources: ["a://../../${base}"]`) },
    { name: 'a base by an anchor', files: own(`x: &p ${base}\nresources: [*p]`) },
    { name: 'a base by a merge key', files: own(`x: &p {resources: [${base}]}\n<<: *p`) },
    {
      name: 'a base after 300 aliases',
      files: own(
        `x: &p web.yaml\ncommonAnnotations: {${Array.from({ length: 300 }, (_, n) => `a${n}: *p`).join(', ')}}\nresources: [${base}]`,
      ),
    },
    { name: 'a base behind a carriage return', files: own(`namePrefix: a # x\rresources: [${base}]`) },
    {
      name: 'a base behind a next line character',
      files: own(`namePrefix: a # x\u0085resources: [${base}]`),
    },
    { name: 'a base behind a line separator', files: own(`namePrefix: a # x\u2028resources: [${base}]`) },
    {
      name: 'a base in escapes',
      files: own(
        `resources: ["${[...base].map((one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')}"]`,
      ),
    },
    { name: 'a base in base64', files: own(`resources: [!!binary ${Buffer.from(base).toString('base64')}]`) },
    { name: 'a base in a folded text', files: own(`resources:\n- >-\n  ${base}`) },
    { name: 'a base in another document', files: own(`resources: [web.yaml]\n---\nresources: [${base}]`) },
    { name: 'a base after a directive', files: own(`%YAML 1.1\n---\nresources: [${base}]`) },
    {
      name: 'a base in a base',
      files: { ...own('resources: [inner]'), 'k/inner/kustomization.yaml': `resources: [../${base}]\n` },
    },
    {
      name: 'a file of a generator',
      files: own(`resources: [web.yaml]\nconfigMapGenerator: [{name: a, files: [${climb}/values.yaml]}]`),
    },
    {
      name: 'variables of a generator',
      files: own(`resources: [web.yaml]\nsecretGenerator: [{name: a, envs: [${climb}/values.yaml]}]`),
    },
    {
      name: 'a patch outside',
      files: own(`resources: [web.yaml]\npatches: [{path: ${climb}/base/deployment.yaml}]`),
    },
    { name: 'a schema outside', files: own(`resources: [web.yaml]\nopenapi: {path: ${climb}/schema.json}`) },
    {
      name: 'a replacement outside',
      files: own(`resources: [web.yaml]\nreplacements: [{path: ${climb}/values.yaml}]`),
    },
    { name: 'a transformer outside', files: own(`resources: [web.yaml]\ntransformers: [${base}]`) },
    {
      name: 'a chart home by its absolute path',
      files: own(`helmGlobals: {chartHome: ${outside}/charts}\nhelmCharts: [{name: c}]`),
    },
    {
      name: 'a chart home outside',
      files: own(`helmGlobals: {chartHome: ${climb}/charts}\nhelmCharts: [{name: c}]`),
    },
    {
      name: 'a chart name that climbs',
      files: own(`helmCharts: [{name: ../../../../../../../../../..${outside}/charts/c}]`),
    },
    {
      name: 'a chart version that climbs',
      files: own(`helmCharts: [{name: c, version: 1/../../../../../../../../../../..${outside}/charts}]`),
    },
    {
      name: 'values of a chart outside',
      files: own(`helmCharts: [{name: c, valuesFile: ${climb}/values.yaml}]`),
    },
    {
      name: 'a generator file with a chart home outside',
      files: withPlugin(`kind: HelmChartInflationGenerator\nname: c\nchartHome: ${outside}/charts`),
    },
    {
      name: 'an inline generator with a chart home outside',
      files: inline(`kind: HelmChartInflationGenerator\nname: c\nchartHome: ${outside}/charts`),
    },
    {
      name: 'an inline generator of a file outside',
      files: inline(`kind: ConfigMapGenerator\nfiles: [${climb}/values.yaml]`),
    },
    {
      name: 'a schema of a chart that refers to a file',
      files: chart({
        'c/values.schema.json': `{"properties": {"cpu": {"$ref": "file://${outside}/schema.json"}}}`,
      }),
      source: 'c',
    },
    {
      name: 'a schema of a chart that refers to a path',
      files: chart({ 'c/values.schema.json': `{"properties": {"cpu": {"$ref": "${outside}/schema.json"}}}` }),
      source: 'c',
    },
    {
      name: 'a schema with an escaped reference',
      files: chart({
        'c/values.schema.json': `{"properties": {"cpu": {"\\u0024ref": "file://${outside}/schema.json"}}}`,
      }),
      source: 'c',
    },
    {
      name: 'a dependency by its path',
      files: chart({
        'c/Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: c, version: 1.0.0, repository: "file://${outside}/charts/c"}]\n`,
      }),
      source: 'c',
    },
    {
      name: 'a template that reads a file',
      files: template(`{{ .Files.Get "${climb}/values.yaml" | quote }}`),
      source: 'c',
      harmless: true,
    },
    {
      name: 'a template that reads files by a glob',
      files: template(`{{ range $p, $_ := .Files.Glob "../**" }}{{ $p }}{{ end }}`),
      source: 'c',
      harmless: true,
    },
    {
      name: 'a template that reads the environment',
      files: template('{{ env "GITHUB_TOKEN" | quote }}'),
      source: 'c',
    },
    {
      name: 'a template that expands the environment',
      files: template('{{ expandenv "$GITHUB_TOKEN" | quote }}'),
      source: 'c',
    },
    {
      name: 'a template that looks up a Secret',
      files: template('{{ lookup "v1" "Secret" "a" "b" | toYaml | quote }}'),
      source: 'c',
      harmless: true,
    },
  ]
}

/** Servers that must not be asked. */
export function askingAttacks({ server }: Traps): readonly PathAttack[] {
  const capitals = server.replace('http', 'HTTP')
  return [
    { name: 'a base on a server', files: own(`resources: [web.yaml, "${server}/base.yaml"]`) },
    { name: 'a base on a server in capitals', files: own(`resources: [web.yaml, "${capitals}/base.yaml"]`) },
    {
      name: 'a base on a server in mixed letters',
      files: own(`resources: [web.yaml, "${server.replace('http', 'hTtP')}/base.yaml"]`),
    },
    { name: 'a base fetched by Git', files: own(`resources: [web.yaml, "git::${server}/a.git"]`) },
    { name: 'a base of a Git server', files: own(`resources: [web.yaml, "${server}/a.git?ref=main"]`) },
    { name: 'a component on a server', files: own(`components: ["${server}/base.yaml"]`) },
    {
      name: 'a patch on a server',
      files: own(`resources: [web.yaml]\npatches: [{path: "${server}/p.yaml"}]`),
    },
    {
      name: 'a strategic merge patch on a server',
      files: own(`resources: [web.yaml]\npatchesStrategicMerge: ["${server}/p.yaml"]`),
    },
    {
      name: 'a schema on a server',
      files: own(`resources: [web.yaml]\nopenapi: {path: "${server}/s.json"}`),
    },
    {
      name: 'a definition of custom resources on a server',
      files: own(`resources: [web.yaml]\ncrds: ["${server}/crd.json"]`),
    },
    {
      name: 'a configuration on a server',
      files: own(`resources: [web.yaml]\nconfigurations: ["${server}/c.yaml"]`),
    },
    {
      name: 'a replacement on a server',
      files: own(`resources: [web.yaml]\nreplacements: [{path: "${server}/r.yaml"}]`),
    },
    {
      name: 'a file of a generator on a server',
      files: own(`resources: [web.yaml]\nconfigMapGenerator: [{name: a, files: ["k=${server}/f"]}]`),
    },
    {
      name: 'a file of a generator on a server in capitals',
      files: own(`resources: [web.yaml]\nconfigMapGenerator: [{name: a, files: ["k=${capitals}/f"]}]`),
    },
    {
      name: 'variables of a generator on a server',
      files: own(`resources: [web.yaml]\nsecretGenerator: [{name: a, envs: ["${server}/f"]}]`),
    },
    {
      name: 'a generator file that reads a server',
      files: withPlugin(`kind: ConfigMapGenerator\nfiles: ["k=${server}/f"]`),
    },
    {
      name: 'an inline generator that reads a server',
      files: inline(`kind: ConfigMapGenerator\nfiles: ["k=${server}/f"]`),
    },
    {
      name: 'a transformer file with a patch on a server',
      files: withPlugin(`kind: PatchTransformer\npath: "${server}/p.yaml"`),
    },
    { name: 'a chart on a server', files: own(`helmCharts: [{name: c, repo: "${server}", version: 1.0.0}]`) },
    {
      name: 'a chart on a server in an inline generator',
      files: inline(`kind: HelmChartInflationGenerator\nname: c\nrepo: "${server}"\nversion: 1.0.0`),
    },
    {
      name: 'a chart in a registry',
      files: own(`helmCharts: [{name: c, repo: "${server.replace('http', 'oci')}/x", version: 1.0.0}]`),
    },
    {
      name: 'values of a chart on a server',
      files: {
        ...own(`helmCharts: [{name: c, valuesFile: "${server}/v.yaml"}]`),
        'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      },
    },
    {
      name: 'values of a chart on a server in capitals',
      files: {
        ...own(`helmCharts: [{name: c, valuesFile: "${capitals}/v.yaml"}]`),
        'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      },
    },
    {
      name: 'more values of a chart on a server',
      files: {
        ...own(`helmCharts: [{name: c, additionalValuesFiles: ["${server}/v.yaml"]}]`),
        'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      },
    },
    {
      name: 'a schema of a chart that refers to a server',
      files: chart({ 'c/values.schema.json': `{"properties": {"cpu": {"$ref": "${server}/s.json"}}}` }),
      source: 'c',
      harmless: true,
    },
    {
      name: 'a schema of a chart with a meta-schema on a server',
      files: chart({ 'c/values.schema.json': `{"$schema": "${server}/s.json"}` }),
      source: 'c',
      harmless: true,
    },
    {
      name: 'a dependency on a server',
      files: chart({
        'c/Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: "${server}"}]\n`,
      }),
      source: 'c',
    },
    {
      name: 'a template that resolves a host name',
      files: template('{{ getHostByName "localhost" | quote }}'),
      source: 'c',
      harmless: true,
    },
  ]
}

/** Programs that must not run. `outside` has `evil.sh`, which leaves a mark. */
export function runningAttacks({ outside, server }: Traps): readonly PathAttack[] {
  const exec = (path: string): string =>
    `apiVersion: v1\nkind: X\nmetadata: {name: a, annotations: {config.kubernetes.io/function: "exec: {path: ${path}}"}}\n`
  const getter =
    'name: evil\nversion: 1.0.0\nusage: x\ndescription: x\ncommand: "$HELM_PLUGIN_DIR/run.sh"\ndownloaders: [{command: run.sh, protocols: [evil]}]\n'
  const script = `#!/bin/sh\n${outside}/evil.sh\n`
  return [
    {
      name: 'a function outside',
      files: {
        ...own('resources: [web.yaml]\ntransformers: [f.yaml]'),
        'k/f.yaml': exec(`${outside}/evil.sh`),
      },
    },
    {
      name: 'a function inside',
      files: {
        ...own('resources: [web.yaml]\ntransformers: [f.yaml]'),
        'k/f.yaml': exec('./evil.sh'),
        'k/evil.sh': script,
      },
    },
    {
      name: 'a function in a container',
      files: {
        ...own('resources: [web.yaml]\ntransformers: [f.yaml]'),
        'k/f.yaml':
          'apiVersion: v1\nkind: X\nmetadata: {name: a, annotations: {config.kubernetes.io/function: "container: {image: evil}"}}\n',
      },
    },
    {
      name: 'a plugin of kustomize',
      files: {
        ...own('resources: [web.yaml]\ngenerators: [f.yaml]'),
        'k/f.yaml': 'apiVersion: evil/v1\nkind: Evil\nmetadata: {name: a}\n',
        'k/evil/v1/evil/Evil': script,
      },
    },
    {
      name: 'a plugin of Helm in the configuration of a kustomization',
      files: {
        ...own(`helmGlobals: {configHome: cfg}\nhelmCharts: [{name: c, repo: "evil://x/y", version: 1.0.0}]`),
        'k/cfg/data/plugins/evil/plugin.yaml': getter,
        'k/cfg/plugins/evil/plugin.yaml': getter,
        'k/cfg/.data/plugins/evil/plugin.yaml': getter,
        'k/cfg/.data/plugins/evil/run.sh': script,
        'k/cfg/plugins/evil/run.sh': script,
      },
    },
    {
      name: 'a plugin of Helm in the directories that Helm uses by default',
      files: {
        ...own(`helmCharts: [{name: c, repo: "evil://x/y", version: 1.0.0}]`),
        '.local/share/helm/plugins/evil/plugin.yaml': getter,
        '.local/share/helm/plugins/evil/run.sh': script,
        '.helm/plugins/evil/plugin.yaml': getter,
        '.helm/plugins/evil/run.sh': script,
      },
    },
    {
      name: 'a file with the name of our Helm program',
      files: {
        ...own('helmCharts: [{name: c}]'),
        '.tortoise-helm.sh': script,
        'helm-for-kustomize': script,
        'k/helm': script,
        'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      },
      harmless: true,
    },
    {
      name: 'a post-renderer as a value of an option',
      files: own(`helmCharts: [{name: c, releaseName: "--post-renderer=${outside}/evil.sh"}]`),
    },
    {
      name: 'a post-renderer as a namespace',
      files: {
        ...own(`helmCharts: [{name: c, namespace: "--post-renderer=${outside}/evil.sh"}]`),
        'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      },
    },
    {
      name: 'an alias of kubectl',
      files: {
        ...own('resources: [web.yaml]'),
        '.kube/kuberc': `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\naliases: [{name: kustomize, command: ${outside}/evil.sh}]\n`,
      },
      harmless: true,
    },
    {
      name: 'programs in the repository that are named like ours',
      files: {
        ...own('resources: [web.yaml]'),
        kubectl: script,
        kustomize: script,
        helm: script,
        'bin/kubectl': script,
      },
      harmless: true,
    },
    {
      name: 'a chart that is fetched by a plugin',
      files: chart({
        'c/Chart.yaml': `apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: d, version: 1.0.0, repository: "evil://${server}"}]\n`,
      }),
      source: 'c',
    },
  ]
}
