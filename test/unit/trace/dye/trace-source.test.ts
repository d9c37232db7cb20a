import { describe, expect, it } from 'vitest'
import { chartSource, deployment, originsOf, stackSource, traceIn, world } from '../builders.ts'
import { chartFiles, cpu, marked, origins, requests } from './trace-ground.ts'

describe('the source line of a field', () => {
  it('is the one layer that wins, found in one rendering', async () => {
    const found = await origins(
      chartFiles(
        'cpu: 100m\nmemory: 1Gi\n',
        'resources: {requests: {cpu: <% values.cpu %>, memory: <% values.memory %>}}',
        {
          'a.yaml': 'cpu: 200m\n',
          'b.yaml': 'cpu: 300m\n',
        },
      ),
      chartSource('web', { values: ['a.yaml', 'b.yaml'] }),
    )
    expect(found.origins).toEqual({
      'web app requests.cpu': 'b.yaml:1 300m',
      'web app requests.memory': 'web/values.yaml:2 1Gi',
    })
    expect(found.calls).toEqual([
      { source: 'web', edited: [], marked: false },
      { source: 'web', edited: ['web/values.yaml', 'a.yaml', 'b.yaml'], marked: true },
    ])
  })

  it('is the same for every field that takes its value from it', async () => {
    const { origins: found } = await origins(
      chartFiles(
        'cpu: 100m\n',
        'resources: {requests: {cpu: <% values.cpu %>}, limits: {cpu: <% values.cpu %>}}',
      ),
    )
    expect(found).toEqual({
      'web app requests.cpu': 'web/values.yaml:1 100m',
      'web app limits.cpu': 'web/values.yaml:1 100m',
    })
  })

  it.each<[string, string, string, string]>([
    ['in quotes of its own', "cpu: '100m'\n", '<% values.cpu %>', "web/values.yaml:1 '100m'"],
    ['quoted by the template', 'cpu: 100m\n', '"<% values.cpu %>"', 'web/values.yaml:1 100m'],
    ['as a number', 'cpu: 1\n', '<% values.cpu %>', 'web/values.yaml:1 1'],
    ['with decimals', 'cpu: 0.5\n', '<% values.cpu %>', 'web/values.yaml:1 0.5'],
    ['with text added after it', 'cpu: 500\n', '<% values.cpu %>m', 'web/values.yaml:1 500 between ["","m"]'],
    ['with text added before it', 'cpu: 5\n', '1<% values.cpu %>', 'computed from web/values.yaml:1 5'],

    ['computed', 'cpu: 2\n', '<% values.cpu * 3 %>', 'computed from web/values.yaml:1 2'],
    [
      'computed from one of several',
      'mem: 3\ncpu: 2\ncpuMore: 5\n',
      '<% values.cpu * 3 %>',
      'computed from web/values.yaml:2 2',
    ],
    ['computed from two', 'cpu: 2\ncpuMore: 5\n', '<% values.cpu + values.cpuMore %>', 'computed'],
    ['set by no value', 'cpu: 2\n', '<% [1000].join() %>m', 'unknown'],
    ['the same in another unit', 'cpu: 2\n', '<% String(values.cpu)[0] === "7" ? "2000m" : 2 %>', 'unknown'],
  ])('is found for a value %s', async (_name, values, template, place) => {
    expect((await origins(chartFiles(values, requests(template)))).origins).toEqual(cpu(place))
  })

  it('is in the template, where that writes the value', async () => {
    const files = chartFiles('cpu: 1\n', 'resources:\n  requests:\n    cpu: "350m" # enough')
    expect((await origins(files)).origins).toEqual(cpu('web/template.yaml:13 "350m"'))
  })

  it('is the patch that wins over the manifest below it, and the manifest where no patch sets the field', async () => {
    const files = {
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': deployment('web', 'resources: {requests: {cpu: 100m, memory: 1Gi}}'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: cpu.yaml}]\n',
      'prod/cpu.yaml': deployment('web', requests('200m')),
    }
    expect((await origins(files, stackSource('prod'))).origins).toEqual({
      'web app requests.cpu': 'prod/cpu.yaml:11 200m',
      'web app requests.memory': 'base/web.yaml:11 1Gi',
    })
  })

  it('is in a patch that is written as text inside another file', async () => {
    const files = {
      'prod/stack.yaml': `resources: [web.yaml]\npatches:\n- patch: |\n${deployment('web', requests('200m')).replace(/^/gm, '    ')}\n`,
      'prod/web.yaml': deployment('web', requests('100m')),
    }
    expect((await origins(files, stackSource('prod'))).origins).toEqual(cpu('prod/stack.yaml:14 200m'))
  })

  it('is in the file that a link leads to', async () => {
    const files = {
      'prod/stack.yaml': 'resources: [web.yaml]\n',
      'prod/web.yaml': '-> ../shared/web.yaml',
      'shared/web.yaml': deployment('web', requests('100m')),
    }
    expect((await origins(files, stackSource('prod'))).origins).toEqual(cpu('shared/web.yaml:11 100m'))
  })

  it('is found for a Go variable and for the bounds and targets of an autoscaler', async () => {
    const hpa = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  minReplicas: <% values.scaling.minReplicas %>
  maxReplicas: <% values.scaling.maxReplicas %>
  metrics:
    - type: Resource
      resource: {name: cpu, target: {type: Utilization, averageUtilization: <% values.scaling.target %>}}
`
    const files = chartFiles(
      'goMaxProcs: "2"\ngoMemLimit: 400MiB\nscaling:\n  minReplicas: 2\n  maxReplicas: 9\n  target: 70\n',
      'env:\n  - {name: GOMAXPROCS, value: "<% values.goMaxProcs %>"}\n  - {name: GOMEMLIMIT, value: <% values.goMemLimit %>}',
    )
    const all = { ...files, 'web/template.yaml': files['web/template.yaml'] + hpa }
    expect((await origins(all)).origins).toEqual({
      'web app env.GOMAXPROCS': 'web/values.yaml:1 "2"',
      'web app env.GOMEMLIMIT': 'web/values.yaml:2 400MiB',
      'web hpa.minReplicas': 'web/values.yaml:4 2',
      'web hpa.maxReplicas': 'web/values.yaml:5 9',
      'web hpa.target.cpu': 'web/values.yaml:6 70',
    })
  })
})

describe('values without a usual name', () => {
  it('are found by their value in a second round', async () => {
    const found = await origins(chartFiles('size: 350m\nother: 10m\n', requests('<% values.size %>')))
    expect(found.origins).toEqual(cpu('web/values.yaml:1 350m'))
    expect(found.calls.map(({ edited }) => edited.length)).toEqual([0, 1])
  })

  it('are not searched where every field is known', async () => {
    const found = await origins(chartFiles('cpu: 350m\nsize: 350m\n', requests('<% values.cpu %>')))
    expect(marked(found)).toBe(1)
  })

  it('are searched for the fields that are still open alone', async () => {
    const found = await origins(
      chartFiles(
        'cpu: 100m\nsize: 64Mi\nlikeCpu: 100m\n',
        'resources: {requests: {cpu: <% values.cpu %>, memory: <% values.size %>}}',
      ),
    )
    expect(found.origins).toEqual({
      'web app requests.cpu': 'web/values.yaml:1 100m',
      'web app requests.memory': 'web/values.yaml:2 64Mi',
    })
    expect(marked(found)).toBe(2)
  })

  it('leave a field unknown where none has its value', async () => {
    const found = await origins(chartFiles('size: 1\n', requests('<% "3" + "50m" %>')))
    expect(found.origins).toEqual(cpu('unknown'))
    expect(marked(found)).toBe(0)
  })
})

describe('a traced source', () => {
  it('names the files that must not be edited', async () => {
    const made = world(
      chartFiles('cpu: 1\ncpu: 2\n', requests('350m'), { 'a.yaml': 'a: {{ b }}\n', 'b.yaml': 'cpu: 100m\n' }),
    )
    const { unreadable } = await traceIn(
      { ...made, renderer: { ...made.renderer, render: async (source) => ({ source, objects: [] }) } },
      chartSource('web', { values: ['a.yaml', 'b.yaml'] }),
    )
    expect(await unreadable()).toEqual([
      expect.stringMatching(/^web\/values\.yaml:2:1: /),
      expect.stringMatching(/^a\.yaml:1/),
    ])
  })

  it('names files by how their source refers to them, with every ending of YAML and JSON', async () => {
    const bad = 'a: [\n'
    const made = world({
      'web/chart.yaml': '{}',
      'web/values.yaml': '{}',
      'web/template.yaml': '',
      'a.yml': bad,
      'b.json': bad,
      'c.yaml.bak': bad,
    })
    const inputs = async () =>
      ['a.yml', 'b.json', 'c.yaml.bak'].map((path) => ({
        path,
        at: path,
        role: 'values' as const,
        topLayer: false,
      }))
    const { unreadable } = await traceIn(
      { ...made, renderer: { ...made.renderer, inputs } },
      chartSource('web'),
    )
    expect((await unreadable()).map((one) => one.split(':')[0])).toEqual(['a.yml', 'b.json'])
  })

  it('does not name templates, other files, and files that are no YAML', async () => {
    const made = world({
      ...chartFiles('a: 1\n', ''),
      'web/chart.yaml': 'a: 1\na: 2\n',
      'web/template.yaml': 'a: {{ b }}\n',
    })
    const renderer = {
      ...made.renderer,
      render: async (source: ReturnType<typeof chartSource>) => ({ source, objects: [] }),
      inputs: async () => [
        { path: 'web/chart.yaml', at: 'web/chart.yaml', role: 'other' as const, topLayer: false },
        { path: 'web/chart.yaml', at: 'web/x.txt', role: 'values' as const, topLayer: false },
        { path: 'web/template.yaml', at: 'web/template.yaml', role: 'template' as const, topLayer: false },
        { path: 'gone.yaml', at: 'gone.yaml', role: 'values' as const, topLayer: false },
      ],
    }
    const { unreadable } = await traceIn({ ...made, renderer }, chartSource('web'))
    expect(await unreadable()).toEqual([])
  })

  it('uses a rendering that is there already', async () => {
    const made = world(chartFiles('cpu: 100m\n', requests('<% values.cpu %>')))
    const rendering = await made.renderer.render(chartSource('web'), made.view)
    made.calls.length = 0
    const { traceSource } = await import('../../../../plugin/trace/dye/trace-source.ts')
    const traced = await traceSource(chartSource('web'), made, rendering)
    expect(traced.rendering).toBe(rendering)
    expect(originsOf(traced)).toEqual(cpu('web/values.yaml:1 100m'))
    expect(made.calls.map((one) => one.marked)).toEqual([true])
  })

  it('finds fields in its own namespace', async () => {
    const made = world(chartFiles('cpu: 100m\n', requests('<% values.cpu %>')))
    const { fields } = await traceIn(made, chartSource('web', { namespace: 'shop' }))
    expect(fields.map(({ workload }) => workload.namespace)).toEqual(['shop'])
    expect((await traceIn(made, chartSource('web'))).fields[0]?.workload.namespace).toBe('default')
  })
})

describe('a release', () => {
  it('is traced into the object that declares it', async () => {
    const files = {
      ...chartFiles(
        'cpu: 100m\nmemory: 1Gi\n',
        'resources: {requests: {cpu: <% values.cpu %>, memory: <% values.memory %>}}',
      ),
      'cluster/stack.yaml': 'resources: [web.yaml]\n',
      'cluster/web.yaml':
        'apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec:\n  chart: web\n  values:\n    cpu: 200m\n',
    }
    const made = world(files)
    const holder = stackSource('cluster')
    const [release] = await made.renderer.declared(await made.renderer.render(holder, made.view), made.view)
    expect(originsOf(await traceIn(made, release ?? holder))).toEqual({
      'web app requests.cpu': 'cluster/web.yaml:7 200m',
      'web app requests.memory': 'web/values.yaml:2 1Gi',
    })
  })
})
