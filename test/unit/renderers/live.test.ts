import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createPrograms } from '../../../plugin/io/programs.ts'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import type { LiveDeclaration } from '../../../plugin/model/live-declaration.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { traceSource } from '../../../plugin/trace/dye/trace-source.ts'
import { mergeLive } from '../../../renderers/live/merge-live.ts'
import { createRenderer } from '../../../renderers/renderers.ts'
import { programDirectory } from '../../lab/programs.mjs'
import { memoryView } from '../memory-view.ts'
import { originsOf } from '../trace/builders.ts'

const url = 'https://git.example.org/team/gitops'
const chart = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'charts/web/values.yaml': 'cpu: 100m\nmemory: 128Mi\n',
  'charts/web/templates/d.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  template:
    spec:
      containers:
        - name: app
          image: x
          resources: {requests: {cpu: {{ .Values.cpu }}, memory: {{ .Values.memory }}}}
`,
}
const spec = (helm: string) => `{source: {repoURL: ${url}, path: charts/web, helm: ${helm}}}`
const application = (helm: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: ${spec(helm)}\n`

const live = (text: string, more: Partial<LiveDeclaration> = {}): LiveDeclaration => ({
  cluster: 'prod',
  kind: 'Application',
  namespace: 'argocd',
  name: 'web',
  spec: parse(text) as JsonObject,
  revisions: [],
  ...more,
})

/** The releases that a file declares, with where their values come from. */
async function traced(text: string, declarations: readonly LiveDeclaration[]) {
  const view = memoryView({ ...chart, 'argo/web.yaml': text })
  const renderer = createRenderer({
    programs: createPrograms({}, programDirectory('v35')),
    own: async () => ({ names: ['git.example.org/team/gitops'], branches: ['main'] }),
    live: declarations,
  })
  const source: Source = { kind: 'plain', id: 'argo/web.yaml', path: 'argo/web.yaml', cluster: 'prod' }
  const releases = await renderer.declared(await renderer.render(source, view), view)
  return Promise.all(
    releases.map(async (release) => {
      const { rendering, ...one } = await traceSource(release, { view, renderer })
      return {
        origins: originsOf({ rendering, ...one }),
        fields: one.fields.map(({ value }) => value),
        rendering,
      }
    }),
  )
}

describe('an Application in the cluster', () => {
  const git = '{parameters: [{name: cpu, value: 200m}]}'

  it('that is as in Git changes nothing', async () => {
    const [one] = await traced(application(git), [live(spec(git))])
    expect(one?.origins).toEqual({
      'web app requests.cpu': 'argo/web.yaml:4 200m',
      'web app requests.memory': 'charts/web/values.yaml:2 128Mi',
    })
    expect(one?.rendering.rollouts?.[0]).not.toHaveProperty('differs')
  })

  it('has the last word where a parameter was set in it', async () => {
    const set = '{parameters: [{name: cpu, value: 200m}, {name: memory, value: 1Gi}]}'
    const [one] = await traced(application(git), [live(spec(set))])
    expect(one?.fields).toEqual(['200m', '1Gi'])
    expect(one?.origins).toEqual({
      'web app requests.cpu': 'argo/web.yaml:4 200m',
      'web app requests.memory': 'unknown',
    })
    expect(one?.rendering.rollouts?.[0]?.differs).toContain('source.helm.parameters.memory')
  })

  it('has the last word where a parameter was changed in it', async () => {
    const [one] = await traced(application(git), [live(spec('{parameters: [{name: cpu, value: "3"}]}'))])
    expect(one?.fields).toEqual(['3', '128Mi'])
    expect(one?.origins['web app requests.cpu']).toBe('unknown')
  })

  it('of another cluster does not count', async () => {
    const other = live(spec('{parameters: [{name: cpu, value: "3"}]}'), { cluster: 'test' })
    expect((await traced(application(git), [other]))[0]?.fields).toEqual(['200m', '128Mi'])
  })
})

describe('an ApplicationSet whose generator asks the cluster', () => {
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: all, namespace: argocd}
spec:
  generators: [{clusters: {}}]
  template:
    metadata: {name: 'web-{{name}}'}
    spec:
      destination: {server: '{{server}}', namespace: shop}
      source:
        repoURL: ${url}
        path: charts/web
        helm:
          values: |
            cpu: 300m
`
  const made = (name: string, helm = '{values: "cpu: 300m\\n"}') =>
    live(
      `{destination: {server: "https://${name}", namespace: shop}, source: {repoURL: "${url}", path: charts/web, helm: ${helm}}}`,
      {
        name: `web-${name}`,
        generator: 'all',
      },
    )

  it('is led back from its live Applications to the template', async () => {
    const [one, two] = await traced(set, [made('one'), made('two'), live('{}', { name: 'other' })])
    expect([one?.fields, two?.fields]).toEqual([
      ['300m', '128Mi'],
      ['300m', '128Mi'],
    ])
    expect(one?.origins).toEqual({
      'web-one app requests.cpu': 'argo/web.yaml:15 300m',
      'web-one app requests.memory': 'charts/web/values.yaml:2 128Mi',
    })
  })

  it('makes Applications of clusters that are not read, which share its files', async () => {
    const { cluster: _, ...elsewhere } = made('two')
    // A hub is read for each of its clusters, and lists every Application each time.
    const found = await traced(set, [
      elsewhere,
      made('one'),
      made('two'),
      { ...elsewhere, name: 'web-three' },
    ])
    expect(found.map(({ rendering: { source } }) => [source.declaredBy?.generated, source.cluster])).toEqual([
      ['web-two', 'prod'],
      ['web-one', 'prod'],
      ['web-three', 'the destination of web-three'],
    ])
  })

  it('is not edited where a live Application was changed', async () => {
    const [one] = await traced(set, [
      made('one', '{values: "cpu: 300m\\n", parameters: [{name: cpu, value: "2"}]}'),
    ])
    expect(one?.fields).toEqual(['2', '128Mi'])
    expect(one?.origins['web-one app requests.cpu']).toBe('unknown')
  })
})

describe('an object merged with its live one', () => {
  const object = (text: string): JsonObject => ({ spec: parse(text) as Json })
  const merged = (current: string, base: string, cluster: string) => {
    const found = mergeLive(object(current), {
      base: object(base),
      live: parse(cluster) as JsonObject,
      keys: ['values', 'list', 'chart'],
    })
    return [found.object['spec'], found.differences]
  }

  it.each([
    ['{values: {a: 2}}', '{values: {a: 1}}', '{values: {a: 1}}', '{values: {a: 2}}', []],
    ['{values: {a: 2}}', '{values: {a: 1}}', '{values: {a: 3}}', '{values: {a: 3}}', ['values.a']],
    [
      '{values: {a: 2, b: 1}}',
      '{values: {a: 1, b: 1}}',
      '{values: {a: 1, b: 5}}',
      '{values: {a: 2, b: 5}}',
      ['values.b'],
    ],
    ['{values: {a: 2}}', '{values: {a: 1}}', '{}', '{}', ['values']],
    ['{values: {}}', '{values: {}}', '{}', '{values: {}}', []],
    [
      '{list: [{name: x, v: 2}]}',
      '{list: [{name: x, v: 1}]}',
      '{list: [{name: x, v: 1}, {name: y, v: 3}]}',
      '{list: [{name: x, v: 2}, {name: y, v: 3}]}',
      ['list.y'],
    ],
    [
      '{chart: {spec: {chart: a}}}',
      '{chart: {spec: {chart: a}}}',
      '{chart: {spec: {chart: a, reconcileStrategy: ChartVersion, version: "*"}}}',
      '{chart: {spec: {chart: a}}}',
      [],
    ],
    ['{list: [1, 2]}', '{list: [1]}', '{list: [3]}', '{list: [3]}', ['list']],
    [
      '{other: 1, values: {a: 1}}',
      '{values: {a: 1}}',
      '{values: {a: 2}}',
      '{other: 1, values: {a: 2}}',
      ['values.a'],
    ],
  ])('%s of %s with %s is %s', (current, base, cluster, result, differences) => {
    expect(merged(current, base, cluster)).toEqual([parse(result), differences])
  })
})
