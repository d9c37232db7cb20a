import { gzipSync } from 'node:zlib'
import { tarOf } from '../../lab/tar.ts'
import { chart, own, type PathAttack, type Traps, withPlugin } from './path-attacks.ts'

/** A kustomization with a chart that prints all its values. */
const kustomizedChart = (fields: string): PathAttack['files'] => ({
  ...own(`resources: [web.yaml]\nhelmCharts:\n- name: c\n  ${fields}`),
  'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'k/charts/c/values.yaml': 'cpu: 500m\n',
  'k/charts/c/templates/x.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: {{ toYaml .Values | quote }}}\n',
})
const pluginDirectory = (plugin: string, kustomization: string): PathAttack['files'] => ({
  ...own('resources: [web.yaml]\ngenerators: [plugins]'),
  'k/plugins/kustomization.yaml': kustomization,
  'k/plugins/plugin.yaml': `apiVersion: builtin\nmetadata: {name: a}\n${plugin}\n`,
})

const inTwoParts = (tar: Uint8Array): Uint8Array =>
  Buffer.concat([gzipSync(tar.subarray(0, 512)), gzipSync(tar.subarray(512))])
const deep = 'k/b/c/d/e/f/g/h'
const packed = (files: Readonly<Record<string, string | Uint8Array>>): Uint8Array => gzipSync(tarOf(files))
const packedSchema = (name: string, server: string): Readonly<Record<string, string>> => ({
  [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
  [`${name}/values.yaml`]: 'cpu: 500m\n',
  [`${name}/values.schema.json`]: `{"properties": {"cpu": {"$ref": "${server}/s.json"}}}`,
})

/** Files outside the repository, by fields of kustomize that another reader may miss. */
export function missedReadingAttacks({ outside }: Traps): readonly PathAttack[] {
  return [
    {
      name: 'a chart home under a key in small letters',
      files: {
        ...own(`helmGlobals: {charthome: ${outside}/charts}\nhelmCharts: [{name: c, valuesFile: v.yaml}]`),
        'k/v.yaml': 'a: 1\n',
      },
    },
    {
      name: 'an inline generator on one line with a chart home outside',
      files: own(
        `# kind: HelmChartInflationGenerator\ngenerators: ['{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: a}, name: c, valuesFile: v.yaml, chartHome: ${outside}/charts}']`,
      ),
    },
    {
      name: 'a generator in a kustomization of generators with a chart home outside',
      files: pluginDirectory(
        `kind: HelmChartInflationGenerator\nname: c\nchartHome: ${outside}/charts`,
        'resources: [plugin.yaml]\n',
      ),
    },
    {
      name: 'a generator whose chart home is patched to be outside',
      files: pluginDirectory(
        'kind: HelmChartInflationGenerator\nname: c',
        `resources: [plugin.yaml]\npatches: [{target: {kind: HelmChartInflationGenerator}, patch: '[{op: add, path: /chartHome, value: ${outside}/charts}]'}]\n`,
      ),
    },
    {
      name: 'a generator in a list with a chart name that climbs from the chart home',
      files: {
        [`${deep}/kustomization.yaml`]: 'generators: [plugin.yaml]\n',
        [`${deep}/v.yaml`]: 'a: 1\n',
        [`${deep}/plugin.yaml`]: `apiVersion: v1\nkind: List\nitems:\n- apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: a}\n  valuesFile: v.yaml\n  chartHome: ../../../../../../../..\n  name: ../../../..${outside}/charts/c\n`,
      },
      source: deep,
    },
    {
      name: 'values by the name of a release',
      files: kustomizedChart(`releaseName: "--values=${outside}/values.yaml"`),
    },
    {
      name: 'values by the name of a release in short',
      files: kustomizedChart(`releaseName: "-f${outside}/values.yaml"`),
    },
    {
      name: 'a file by the name of a release',
      files: kustomizedChart(`releaseName: "--set-file=other=${outside}/values.yaml"`),
    },
    {
      name: 'values behind a comma',
      files: {
        ...kustomizedChart(`additionalValuesFiles: ["x,${outside}/values.yaml"]`),
        'k/x': 'a: 1\n',
        [`k/x,${outside}/values.yaml`]: 'a: 1\n',
      },
    },
    {
      name: 'the schema of a chart of a kustomization that refers to a file',
      files: {
        ...kustomizedChart(''),
        'k/charts/c/values.schema.json': `{"properties": {"cpu": {"$ref": "file://${outside}/schema.json"}}}`,
      },
    },
  ]
}

/** Servers, by fields of kustomize and schemas that another reader may miss. */
export function missedAskingAttacks({ server }: Traps): readonly PathAttack[] {
  return [
    {
      name: 'a base on a server under a key in other letters',
      files: own(`Resources: [web.yaml, "${server}/base.yaml"]`),
    },
    {
      name: 'a template of a name that asks DNS',
      files: kustomizedChart(`nameTemplate: '{{ getHostByName "localhost" }}x'`),
    },
    {
      name: 'a template of a name in a list that asks DNS',
      files: withPlugin(
        `kind: List\nitems: [{apiVersion: builtin, kind: HelmChartInflationGenerator, metadata: {name: a}, name: c, nametemplate: '{{ getHostByName "localhost" }}'}]`,
      ),
    },
    {
      name: 'a base on a server under a key with a long s',
      files: own(`re\u017fources: [web.yaml, "${server}/base.yaml"]`),
    },
    {
      name: 'a file of a generator on a server under a key in capitals',
      files: own(`resources: [web.yaml]\nconfigMapGenerator: [{name: a, FILES: ["k=${server}/f"]}]`),
    },
    {
      name: 'a generator file under a key in other letters',
      files: {
        ...own('resources: [web.yaml]\nGenerators: [plugin.yaml]'),
        'k/plugin.yaml': `apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: a}\nfiles: ["k=${server}/f"]\n`,
      },
    },
    {
      name: 'a generator in a kustomization of generators that reads a server',
      files: pluginDirectory(
        `kind: ConfigMapGenerator\nfiles: ["k=${server}/f"]`,
        'resources: [plugin.yaml]\n',
      ),
    },
    {
      name: 'patches of a transformer on a server',
      files: withPlugin(`kind: PatchStrategicMergeTransformer\npaths: ["${server}/p.yaml"]`),
    },
    {
      name: 'the schema of a chart of a kustomization that refers to a server',
      files: {
        ...kustomizedChart(''),
        'k/charts/c/values.schema.json': `{"properties": {"cpu": {"$ref": "${server}/s.json"}}}`,
      },
      harmless: true,
    },
    {
      name: 'the schema of a packed chart in a packed chart',
      files: chart({
        'c/charts/d-1.0.0.tgz': packed({
          'd/Chart.yaml': 'apiVersion: v2\nname: d\nversion: 1.0.0\n',
          'd/charts/e-1.0.0.tgz': packed(packedSchema('e', server)),
        }),
      }),
      source: 'c',
      harmless: true,
    },
    {
      name: 'the schema of a chart that is packed in two parts',
      files: chart({ 'c/charts/d-1.0.0.tgz': inTwoParts(tarOf(packedSchema('d', server))) }),
      source: 'c',
      harmless: true,
    },
  ]
}
