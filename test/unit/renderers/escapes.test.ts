import { describe, expect, it } from 'vitest'
import { escapeIn } from '../../../renderers/kustomize/escapes.ts'

const refusal = (text: string, directory = 'apps/web'): string | undefined => {
  try {
    return escapeIn(`${directory}/kustomization.yaml`, text, directory)?.message
  } catch (error) {
    return (error as Error).message
  }
}
const long = 'a/'.repeat(600)
const aliases = Array.from({ length: 300 }, (_, n) => `x${n}: &a${n} b`).join('\n')
const manyAliases = Array.from({ length: 300 }, (_, n) => `*a${n}`).join(', ')

describe('a kustomization is refused when', () => {
  it.each<[string, string, RegExp]>([
    ['a base is outside', 'resources: [../../../outside]', /outside the repository/],
    ['a base is outside after a detour', 'resources: [x/../../../../outside]', /outside the repository/],
    ['a base is absolute', 'resources: [/etc]', /outside the repository/],
    ['a path is very long', `resources: ["${long}${'../'.repeat(610)}outside"]`, /outside the repository/],
    ['a path has a line break', 'resources: ["a\\n/../../../../outside"]', /outside the repository/],
    ['a path looks like a URL', 'resources: ["a://../../../../../outside"]', /outside the repository/],
    ['a path comes by an anchor', 'x: &p ../../../outside\nresources: [*p]', /outside the repository/],
    [
      'a path comes by a merge key',
      'x: &p {resources: [../../../outside]}\n<<: *p',
      /outside the repository/,
    ],
    [
      'a path comes after many aliases',
      `${aliases}\nresources: [${manyAliases}, ../../../outside]`,
      /outside the repository/,
    ],
    ['a list comes by an anchor', 'x: &p [../../../outside]\ncomponents: *p', /outside the repository/],
    ['a path is in a folded text', 'resources:\n- >-\n  ../../../outside', /outside the repository/],
    ['a path is escaped', 'resources: ["\\x2e\\x2e/../../outside"]', /outside the repository/],
    ['a path is behind a carriage return', 'x: 1 # a\rresources: [../../../outside]', /carriage return/],
    [
      'a path is behind another line break',
      'x: 1 # a\u0085resources: [../../../outside]',
      /control character/,
    ],
    ['a path is behind a line separator', 'x: 1 # a\u2028resources: [../../../outside]', /control character/],
    ['it has a directive', '%YAML 1.1\n---\nresources: [a]', /directive/],
    ['it has a byte order mark inside', 'a: 1\n\ufeffresources: [a]', /byte order mark/],
    ['a path has a tag', 'resources: [!!binary Li4vLi4vLi4vb3V0c2lkZQ==]', /tag/],
    ['it is not YAML', 'resources: [a', /not valid YAML/],
    ['it is nested too deeply', `a: ${'['.repeat(5_000)}${']'.repeat(5_000)}`, /levels/],
    ['a key is a mapping', '? {a: b}\n: c', /not a text/],
    ['a chart home is outside', 'helmGlobals: {chartHome: ../../../charts}', /outside the repository/],
    ['a chart home is absolute', 'helmGlobals: {chartHome: /var/charts}', /outside the repository/],
    ['Helm is configured from outside', 'helmGlobals: {configHome: /tmp/x}', /outside the repository/],
    ['the name of a chart is a path', 'helmCharts: [{name: ../../x}]', /outside|name of a chart/],
    [
      'the version of a chart is a path',
      'helmCharts: [{name: x, version: 1/../../y}]',
      /outside|name of a chart/,
    ],
    [
      'a chart has values on a server',
      'helmCharts: [{name: x, valuesFile: "HTTP://127.0.0.1/v"}]',
      /on a server/,
    ],
    ['a base is on a server', 'resources: ["https://127.0.0.1/base.yaml"]', /on a server/],
    ['a base is on a server in capitals', 'resources: ["HtTpS://127.0.0.1/base.yaml"]', /on a server/],
    ['a base is on a server behind a space', 'resources: [" http://127.0.0.1/base.yaml"]', /on a server/],
    ['a base is fetched by Git', 'bases: ["git::https://127.0.0.1/a.git"]', /on a server/],
    ['a base is a file URL', 'resources: ["file:///etc"]', /on a server/],
    ['a generator reads a server', 'configMapGenerator: [{files: ["k=http://127.0.0.1/"]}]', /on a server/],
    [
      'a generator reads variables of a server',
      'secretGenerator: [{envs: ["http://127.0.0.1/"]}]',
      /on a server/,
    ],
    ['a patch is on a server', 'patches: [{path: "http://127.0.0.1/p.yaml"}]', /on a server/],
    ['a schema is on a server', 'openapi: {path: "http://127.0.0.1/s.json"}', /on a server/],
    [
      'a generator reads a file outside',
      'configMapGenerator: [{files: [k=../../../x]}]',
      /outside the repository/,
    ],
    [
      'an inline generator has a chart home outside',
      'generators:\n- |-\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  chartHome: /var/charts\n',
      /outside the repository/,
    ],
    [
      'an inline generator reads a server',
      'generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  files: ["a=http://127.0.0.1/"]\n',
      /on a server/,
    ],
    [
      'an inline generator is hidden behind a carriage return',
      'generators:\n- "kind: A # x\\r\\nfiles: [b]\\rchartHome: /var"\n',
      /carriage return|not valid/,
    ],
  ])('%s', (_, text, why) => {
    expect(refusal(`${text}\n`)).toMatch(why)
  })
})

describe('a kustomization is not refused for', () => {
  it.each([
    ['a base beside it', 'resources: [../base, ../../shared/x.yaml]'],
    ['a URL in an annotation', 'commonAnnotations: {docs: "https://example.com/../x"}'],
    ['a URL in a literal', 'configMapGenerator: [{literals: ["URL=https://example.com/../../../../.."]}]'],
    ['an image', 'images: [{name: "ghcr.io/a/b", newName: "registry:5000/a/b", newTag: v1}]'],
    [
      'an inline patch',
      'patches:\n- patch: |-\n    - op: add\n      path: /spec/x\n      value: ../../../../../..\n',
    ],
    [
      'an inline strategic merge patch',
      'patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: A\n  metadata: {name: b}\n',
    ],
    [
      'the repository of a vendored chart',
      'helmCharts: [{name: x, repo: "https://charts.example.com", version: 1.0.0}]',
    ],
    ['field paths', 'labels: [{pairs: {a: b}, fields: [{path: /metadata/labels, create: true}]}]'],
    ['windows line ends', 'resources:\r\n- a.yaml\r\n'],
    ['a byte order mark at its start', '\ufeffresources: [a.yaml]'],
    ['two documents', 'resources: [a.yaml]\n---\nresources: [b.yaml]'],
    ['numbers and dates', 'commonLabels: {a: 1, b: 2020-01-01, c: 0x10, d: 1_000}'],
  ])('%s', (_, text) => {
    expect(refusal(`${text}\n`)).toBeUndefined()
  })
})
