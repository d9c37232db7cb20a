import { canary, manifest, plainNames, poison, poisonPath, quoted, settingsWith } from './text-ground.ts'

/** A repository and a command, and what its output shows all the same. */
export interface TextAttack {
  readonly files: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly shows: RegExp
}

const chart = {
  'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'c/values.yaml': `password: ${quoted(`${canary} ${poison}`)}\n`,
}
const web = { 'k/web.yaml': manifest(plainNames) }
const plain = { 'plain/web.yaml': manifest(plainNames), 'tortoise.yaml': settingsWith() }
const inTemplate = (text: string) => ({ ...chart, 'c/templates/a.yaml': text })
const kustomization = (text: string, more: Readonly<Record<string, string>> = {}) => ({
  ...web,
  'k/kustomization.yaml': text,
  ...more,
})
const application = (name: string, path: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: ${quoted(name)}, namespace: argocd}\nspec:\n  destination: {namespace: shop, name: ${quoted(name)}}\n  source: {repoURL: "https://git.example/a.git", path: ${quoted(path)}}\n`

/** What the messages of Helm, run on a hostile chart, come to. */
const helmAttacks: readonly (readonly [name: string, attack: TextAttack])[] = [
  [
    'the text of fail',
    {
      files: inTemplate('{{ fail .Values.password }}\n'),
      args: ['trace', 'c'],
      shows: /c\/templates\/a\.yaml:1 calls fail/,
    },
  ],
  [
    'the text of required',
    {
      files: inTemplate('a: {{ required .Values.password .Values.none }}\n'),
      args: ['trace', 'c'],
      shows: /a\.yaml:1 requires/,
    },
  ],
  [
    'a value in the error of a function',
    {
      files: inTemplate('{{ fromYamlArray .Values.password | first | fail }}\n'),
      args: ['trace', 'c'],
      shows: /a\.yaml:1/,
    },
  ],
  [
    'the name of a template that is missing',
    {
      files: inTemplate(`{{ include ${quoted(poison)} . }}\n`),
      args: ['trace', 'c'],
      shows: /a template that does not exist/,
    },
  ],
  [
    'values that are not YAML',
    {
      files: { ...inTemplate('a: b\n'), 'c/values.yaml': `a: b: ${canary}\n` },
      args: ['trace', 'c'],
      shows: /values\.yaml/,
    },
  ],
  [
    'the text that a template renders',
    {
      files: inTemplate(`a: b\n c: ${canary}: d\n`),
      args: ['trace', 'c'],
      shows: /not the YAML of an object/,
    },
  ],
  [
    'the name of a template',
    {
      files: { ...chart, [`c/templates/${poisonPath}`]: '{{ fail "x" }}\n' },
      args: ['trace', 'c'],
      shows: /rendering failed/,
    },
  ],
  [
    'what a schema says of a value',
    {
      files: {
        ...inTemplate('a: b\n'),
        'c/values.schema.json': `{"properties": {"password": {"enum": ["${canary}-other"]}}}`,
      },
      args: ['trace', 'c'],
      shows: /schema of the chart c refuses its values: password/,
    },
  ],
  [
    'the title of a schema',
    {
      files: {
        ...inTemplate('a: b\n'),
        'c/values.schema.json': JSON.stringify({ properties: { password: { not: { title: poison } } } }),
      },
      args: ['trace', 'c'],
      shows: /schema of the chart/,
    },
  ],
  [
    'the name of a chart',
    {
      files: {
        ...inTemplate('{{ fail "x" }}\n'),
        'c/Chart.yaml': `apiVersion: v2\nname: ${quoted(poison)}\nversion: 1.0.0\n`,
      },
      args: ['trace', 'c'],
      shows: /rendering failed/,
    },
  ],
  [
    'the name of a dependency',
    {
      files: {
        ...inTemplate('a: b\n'),
        'c/Chart.yaml': `${chart['c/Chart.yaml']}dependencies: [{name: ${quoted(poison)}, version: 1.0.0, repository: "https://x.example"}]\n`,
      },
      args: ['trace', 'c'],
      shows: /dependenc/,
    },
  ],
  [
    'a warning of Helm with a value',
    {
      files: {
        ...inTemplate('{{ fail "x" }}\n'),
        'c/charts/d/Chart.yaml': 'apiVersion: v2\nname: d\nversion: 1.0.0\n',
        'c/charts/d/values.yaml': 'a: {b: c}\n',
        'c/values.yaml': `d: {a: ${canary}}\n`,
      },
      args: ['trace', 'c'],
      shows: /calls fail/,
    },
  ],
]

const kustomizeAttacks: readonly (readonly [name: string, attack: TextAttack])[] = [
  [
    'a literal of a secretGenerator',
    {
      files: kustomization(
        `resources: [web.yaml]\nsecretGenerator: [{name: s, literals: [${quoted(canary)}]}]\n`,
      ),
      args: ['trace', 'k'],
      shows: /literal that is not key=value/,
    },
  ],
  [
    'an inline patch with a value',
    {
      files: kustomization(
        `resources: [web.yaml]\npatches: [{target: {kind: Deployment}, patch: "[{op: replace, path: /x, value: ${canary}}]"}]\n`,
      ),
      args: ['trace', 'k'],
      shows: /k\/kustomization\.yaml/,
    },
  ],
  [
    'a patch that is not YAML',
    {
      files: kustomization('resources: [web.yaml]\npatches: [{path: p.yaml}]\n', {
        'k/p.yaml': `a: b: ${canary}\n`,
      }),
      args: ['trace', 'k'],
      shows: /k\/p\.yaml/,
    },
  ],
  [
    'a field that kustomize does not know',
    {
      files: kustomization(`resources: [web.yaml]\n${quoted(poison)}: ${canary}\n`),
      args: ['trace', 'k'],
      shows: /kustomization\.yaml/,
    },
  ],
  [
    'the path of a resource',
    {
      files: kustomization(`resources: [web.yaml, ${quoted(poisonPath)}]\n`),
      args: ['trace', 'k'],
      shows: /k\b/,
    },
  ],
  [
    'the path of a file of a generator',
    {
      files: kustomization(
        `resources: [web.yaml]\nconfigMapGenerator: [{name: s, files: [${quoted(poisonPath)}]}]\n`,
      ),
      args: ['trace', 'k'],
      shows: /k\b/,
    },
  ],
  [
    'a manifest that is not YAML',
    {
      files: kustomization('resources: [web.yaml]\n', { 'k/web.yaml': `a: "${canary}\n` }),
      args: ['trace', 'k'],
      shows: /web\.yaml/,
    },
  ],
  [
    'an object without a name',
    {
      files: kustomization('resources: [web.yaml]\n', {
        'k/web.yaml': `apiVersion: v1\nkind: Secret\nstringData: {a: ${canary}}\n`,
      }),
      args: ['trace', 'k'],
      shows: /k\b/,
    },
  ],
  [
    'the name of a plugin',
    {
      files: kustomization('resources: [web.yaml]\ngenerators: [g.yaml]\n', {
        'k/g.yaml': `apiVersion: evil/v1\nkind: ${quoted(poison)}\nmetadata: {name: ${canary}}\n`,
      }),
      args: ['trace', 'k'],
      shows: /k\b/,
    },
  ],
  [
    'the chart of a kustomization',
    {
      files: kustomization('resources: [web.yaml]\nhelmCharts: [{name: c, releaseName: c}]\n', {
        'k/charts/c/Chart.yaml': chart['c/Chart.yaml'],
        'k/charts/c/values.yaml': chart['c/values.yaml'],
        'k/charts/c/templates/a.yaml': '{{ fail .Values.password }}\n',
      }),
      args: ['trace', 'k'],
      shows: /k\/charts\/c\/templates\/a\.yaml:1 calls fail/,
    },
  ],
]

const declaredAttacks: readonly (readonly [name: string, attack: TextAttack])[] = [
  [
    'the name of an Application',
    { files: { ...plain, 'a.yaml': application(poison, 'plain') }, args: ['discover'], shows: /INJECTED/ },
  ],
  [
    'the path of an Application',
    {
      files: { ...plain, 'a.yaml': application('web', poison) },
      args: ['trace', 'a.yaml'],
      shows: /a\.yaml|INJECTED/,
    },
  ],
  [
    'the name of an Application in JSON',
    {
      files: { ...plain, 'a.yaml': application(poison, 'plain') },
      args: ['discover', '-o', 'json'],
      shows: /INJECTED/,
    },
  ],
  [
    'the chart of a HelmRelease',
    {
      files: {
        'r.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ${quoted(poison)}, namespace: shop}\nspec: {chart: {spec: {chart: ${quoted(poison)}, sourceRef: {kind: GitRepository, name: ${quoted(poison)}}}}}\n`,
      },
      args: ['trace', 'r.yaml'],
      shows: /r\.yaml|INJECTED/,
    },
  ],
  [
    'recommendations that are not JSON',
    {
      files: { ...plain, 'plain/.tortoise/web.json': `{"a": ${canary} ${poison}` },
      args: ['render', 'plain'],
      shows: /not JSON/,
    },
  ],
  [
    'recommendations for a workload that is missing',
    {
      files: {
        ...plain,
        'plain/.tortoise/web.json': JSON.stringify({
          version: 1,
          workload: { kind: 'Deployment', name: poison.slice(0, 240) },
          values: [{ container: 'app', field: 'requests.cpu', value: '1' }],
        }),
      },
      args: ['render', 'plain'],
      shows: /INJECTED/,
    },
  ],
  [
    'a key of recommendations',
    {
      files: { ...plain, 'plain/.tortoise/web.json': JSON.stringify({ [poison]: 1, version: 1 }) },
      args: ['render', 'plain'],
      shows: /\.tortoise\/web\.json/,
    },
  ],
  [
    "the name of a plugin's parameter",
    {
      files: plain,
      args: ['render', 'plain'],
      env: { ARGOCD_APP_PARAMETERS: JSON.stringify([{ name: poison, string: 'x' }]) },
      shows: /plugin parameter/,
    },
  ],
]

const settingsAttacks: readonly (readonly [name: string, attack: TextAttack])[] = [
  [
    'a setting that is unknown',
    {
      files: { ...plain, 'tortoise.yaml': `${quoted(poison)}: 1\n` },
      args: ['plan'],
      shows: /unknown setting/,
    },
  ],
  [
    'settings that are not YAML',
    { files: { ...plain, 'tortoise.yaml': `a: "${canary}\n` }, args: ['plan'], shows: /tortoise\.yaml:/ },
  ],
  [
    'settings with a token after a line that ends early',
    {
      files: { ...plain, 'tortoise.yaml': `prices: {cpu: 1}}\n${canary} ${poison.slice(1, 6)}\n` },
      args: ['plan'],
      shows: /tortoise\.yaml:/,
    },
  ],
  [
    'the path of a source',
    {
      files: { ...plain, 'tortoise.yaml': `sources: [{path: ${quoted(poison)}}]\n` },
      args: ['plan', '--prometheus', 'http://127.0.0.1:9'],
      shows: /\S/,
    },
  ],
  [
    'the names of a branch',
    {
      files: {
        ...plain,
        'tortoise.yaml': settingsWith('prod', `deliver: {mode: commit, base: ${quoted(poison)}}\n`),
      },
      args: ['explain', 'Deployment/web', '--history'],
      shows: /must be the name of a branch/,
    },
  ],
  [
    'a rule with a bad pattern',
    {
      files: {
        ...plain,
        'tortoise.yaml': settingsWith(
          'prod',
          `rules: [{match: {name: ${quoted(`[${poison}`)}}, exclude: true}]\n`,
        ),
      },
      args: ['doctor'],
      shows: /\S/,
    },
  ],
]

const flagAttacks: readonly (readonly [name: string, attack: TextAttack])[] = [
  ['the argument of a command', { files: plain, args: ['trace', poison], shows: /INJECTED/ }],
  [
    'the flag --workload',
    {
      files: plain,
      args: ['set', 'plain', '--workload', poison, '--set', 'requests.cpu=1'],
      shows: /INJECTED/,
    },
  ],
  [
    'the flag --set',
    {
      files: plain,
      args: ['set', 'plain', '--workload', 'Deployment/web', '--set', poison],
      shows: /INJECTED/,
    },
  ],
  ['the flag --field', { files: plain, args: ['trace', 'plain', '--field', poison], shows: /INJECTED/ }],
  ['the flag --until', { files: plain, args: ['doctor', '--until', poison], shows: /INJECTED/ }],
  ['the flag --settings', { files: plain, args: ['plan', '--settings', poison], shows: /INJECTED/ }],
  ['the flag --snapshot', { files: plain, args: ['plan', '--snapshot', poison], shows: /INJECTED/ }],
  ['the flag --cluster', { files: plain, args: ['plan', '--cluster', poison], shows: /INJECTED/ }],
  ['a flag that is unknown', { files: plain, args: ['plan', `--${poison}`], shows: /unknown option/ }],
  [
    'a file of changes',
    {
      files: { ...plain, 'changes.yaml': `- ${quoted(poison)}: ${canary}\n  "\n` },
      args: ['set', '--changes', 'changes.yaml'],
      shows: /changes\.yaml/,
    },
  ],
  [
    'a snapshot that is not JSON',
    {
      files: { ...plain, 'usage.json': `{"kind": ${canary}` },
      args: ['plan', '--snapshot', 'usage.json'],
      shows: /usage\.json/,
    },
  ],
  [
    'a snapshot of another kind',
    {
      files: { ...plain, 'usage.json': JSON.stringify({ kind: poison, version: 1 }) },
      args: ['plan', '--snapshot', 'usage.json'],
      shows: /not a snapshot/,
    },
  ],
]

/** What a repository, its settings, the environment or a caller can hand in, by its place. */
export const textAttacks = [
  ...helmAttacks,
  ...kustomizeAttacks,
  ...declaredAttacks,
  ...settingsAttacks,
  ...flagAttacks,
]
