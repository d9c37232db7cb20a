import { describe, expect, it } from 'vitest'
import { stop } from '../../../plugin/model/problem.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { answerOf, chartSource, deployment, releasesOf, resolveIn, stackSource, world } from './builders.ts'

const requests = (cpu: string) => `resources:\n  requests:\n    cpu: ${cpu}`
const chartFiles = {
  'web/chart.yaml': '{}',
  'web/template.yaml': deployment('web', requests('<% values.cpu %>')),
}
const web = 'web app requests.cpu'

describe('a source line that one field takes its value from', () => {
  const made = world({ ...chartFiles, 'web/values.yaml': 'x: 1\ncpu: 100m\n' })

  it('is chosen where it is in the top layer', async () => {
    const traces = await resolveIn(made, [chartSource('web')])
    const site = {
      kind: 'scalar',
      file: 'web/values.yaml',
      line: 2,
      column: 6,
      document: 0,
      path: ['cpu'],
      range: [10, 14],
      text: '100m',
    }
    expect(traces).toEqual({
      [web]: {
        source: 'web',
        workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
        container: 'app',
        field: 'requests.cpu',
        value: '100m',
        site,
        override: site,
        reach: { sources: ['web'], containers: 1 },
        sharedWith: [],
        chosen: 'site',
      },
    })
  })

  it('carries the text that the template puts round it', async () => {
    const suffixed = { 'web/template.yaml': deployment('web', requests('<% values.cpu %>m')) }
    const traces = await resolveIn(world({ ...chartFiles, ...suffixed, 'web/values.yaml': 'cpu: 100\n' }), [
      chartSource('web'),
    ])
    expect(traces[web]?.site).toMatchObject({ affix: { before: '', after: 'm' } })
  })

  it('is overridden where it is a default of the chart and there is a values file', async () => {
    const files = { ...chartFiles, 'web/values.yaml': 'cpu: 100m\n', 'prod.yaml': 'a: 1\n' }
    const { [web]: trace } = await resolveIn(world(files), [chartSource('web', { values: ['prod.yaml'] })])
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar web/values.yaml:1 cpu',
      override: 'insert prod.yaml:1 cpu',
      chosen: 'override',
    })
    expect(trace?.reason).toMatch(/default/)
  })

  it('is chosen though it is a default of the chart where there is no place for an override', async () => {
    const files = { ...chartFiles, 'web/values.yaml': 'cpu: 100m\n', 'prod.yaml': '{{ x }}\n' }
    const made = world(files)
    const broken = {
      ...made,
      renderer: {
        ...made.renderer,
        inputs: async (source: Source) =>
          (await made.renderer.inputs(source, made.view)).filter(({ role }) => role !== 'values'),
        render: async (source: Source, view: typeof made.view) =>
          made.renderer.render({ ...source, values: [] } as Source, view),
      },
    }
    const { [web]: trace } = await resolveIn(broken, [chartSource('web', { values: ['prod.yaml'] })])
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar web/values.yaml:1 cpu',
      override: null,
      chosen: 'site',
    })
    expect(trace).not.toHaveProperty('reason')
  })

  it('is chosen in a base, though the layer above could override it', async () => {
    const files = {
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': deployment('web', requests('100m')),
      'prod/stack.yaml': 'resources: [../base]\n',
    }
    const { [web]: trace } = await resolveIn(world(files), [stackSource('prod')])
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar base/web.yaml:13 spec.template.spec.containers.0.resources.requests.cpu',
      override: 'patch prod/stack.yaml:1 patches.0',
      chosen: 'site',
    })
  })
})

describe('a source line that several fields take their value from', () => {
  const files = {
    'base/stack.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment('web', requests('100m')),
    'prod/stack.yaml': 'resources: [../base]\n',
    'test/stack.yaml': 'resources: [../base]\n',
  }
  const both = [stackSource('prod'), stackSource('test')] as const

  it('is overridden for its own source alone', async () => {
    const { [web]: trace } = await resolveIn(world(files), both)
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar base/web.yaml:13 spec.template.spec.containers.0.resources.requests.cpu',
      override: 'patch prod/stack.yaml:1 patches.0',
      chosen: 'override',
    })
    expect(trace?.reach).toEqual({ sources: ['prod', 'test'], containers: 2 })
    expect(trace?.sharedWith).toEqual([
      {
        source: 'test',
        workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
        container: 'app',
        field: 'requests.cpu',
      },
    ])
    expect(trace?.reason).toMatch(/1 other field$/)
  })

  it('is chosen where settings allow that', async () => {
    const { [web]: trace } = await resolveIn(world(files), both, { allowShared: true })
    expect(trace?.chosen).toBe('site')
    expect(trace?.reason).toMatch(/1 other field/)
  })

  it('is not chosen without a place for an override', async () => {
    const one = { 'web/values.yaml': 'cpu: 100m\n', 'web/chart.yaml': '{}' }
    const template = deployment(
      'web',
      `${requests('<% values.cpu %>')}\n  limits:\n    cpu: <% values.cpu %>`,
    )
    const { [web]: trace } = await resolveIn(world({ ...one, 'web/template.yaml': template }), [
      chartSource('web'),
    ])
    expect(trace).toMatchObject({ override: null, chosen: null, reach: { sources: ['web'], containers: 1 } })
    expect(trace?.sharedWith).toEqual([expect.objectContaining({ field: 'limits.cpu', source: 'web' })])
    expect(trace?.reason).toMatch(/1 other field, .*override/)
  })

  it('counts every container once', async () => {
    const values = { 'web/values.yaml': 'cpu: 100m\n', 'web/chart.yaml': '{}', 'prod.yaml': 'a: 1\n' }
    const limits = `${requests('<% values.cpu %>')}\n  limits:\n    cpu: <% values.cpu %>`
    const template = `${deployment('web', limits)}---\n${deployment('api', requests('<% values.cpu %>'))}`
    const traces = await resolveIn(world({ ...values, 'web/template.yaml': template }), [
      chartSource('web', { values: ['prod.yaml'] }),
    ])
    expect(traces[web]?.reach).toEqual({ sources: ['web'], containers: 2 })
    expect(traces[web]?.sharedWith.map(({ workload, field }) => `${workload.name} ${field}`)).toEqual([
      'web limits.cpu',
      'api requests.cpu',
    ])
    expect(traces[web]?.reason).toMatch(/2 other fields$/)
  })
})

describe('a file that sources which cannot be traced read too', () => {
  const files = {
    'base/stack.yaml': 'resources: [web.yaml]\n',
    'base/web.yaml': deployment('web', requests('100m')),
    'prod/stack.yaml': 'resources: [../base]\n',
    ...Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [`${name}/stack.yaml`, 'resources: [../base]\n']),
    ),
  }
  const resolved = async (...untraced: string[]) => {
    const sources = untraced.map((path) => stackSource(path))
    return (await resolveIn(world(files), [stackSource('prod')], { untraced: sources, allowShared: true }))[
      web
    ]
  }

  it('is overridden whatever settings allow, and they are named', async () => {
    const trace = await resolved('a')
    expect(trace && answerOf(trace)).toMatchObject({
      override: 'patch prod/stack.yaml:1 patches.0',
      chosen: 'override',
    })
    expect(trace?.reason).toMatch(/^a read/)
    expect((await resolved('a', 'b', 'c'))?.reason).toMatch(/^a and b and c read/)
    expect((await resolved('a', 'b', 'c', 'd'))?.reason).toMatch(/^a, b and 2 more read/)
  })

  it('is no concern where they are layers of the traced source itself', async () => {
    expect(await resolved('base')).toMatchObject({ chosen: 'site' })
  })

  it('is no concern where it is another file', async () => {
    const other = { ...files, 'e/stack.yaml': 'resources: [x.yaml]\n', 'e/x.yaml': '' }
    const traces = await resolveIn(world(other), [stackSource('prod')], { untraced: [stackSource('e')] })
    expect(traces[web]).toMatchObject({ chosen: 'site' })
  })

  it('is not edited in the top layer either, though no other field is known to use it', async () => {
    const shared = {
      'prod/stack.yaml': 'resources: [web.yaml]\n',
      'prod/web.yaml': deployment('web', requests('100m')),
    }
    const made = world({ ...shared, 'a/stack.yaml': 'resources: [../prod/web.yaml]\n' })
    const traces = await resolveIn(made, [stackSource('prod')], { untraced: [stackSource('a')] })
    expect(traces[web] && answerOf(traces[web])).toEqual({
      site: 'scalar prod/web.yaml:13 spec.template.spec.containers.0.resources.requests.cpu',
      override: 'patch prod/stack.yaml:1 patches.0',
      chosen: 'override',
    })
  })

  it('is not edited when an untraced release that is no layer reads it', async () => {
    const cluster = {
      'cluster/stack.yaml': 'resources: [d.yaml]\n',
      'cluster/d.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: d}\nspec: {stack: base}\n',
    }
    const made = world({ ...files, ...cluster })
    const [release] = await releasesOf(made, stackSource('cluster'))
    const traces = await resolveIn(made, [stackSource('prod')], { untraced: release ? [release] : [] })
    expect(traces[web]).toMatchObject({
      chosen: 'override',
      reason: expect.stringContaining('Deploy d in cluster'),
    })
  })
})

describe('two source lines', () => {
  it('share nothing, though they are in one file', async () => {
    const template = deployment('web', `${requests('<% values.cpu %>')}\n    memory: <% values.memory %>`)
    const made = world({
      'web/chart.yaml': '{}',
      'web/values.yaml': 'cpu: 100m\nmemory: 1Gi\n',
      'web/template.yaml': template,
    })
    const traces = await resolveIn(made, [chartSource('web')])
    for (const name of [web, 'web app requests.memory']) {
      expect(traces[name]).toMatchObject({
        sharedWith: [],
        chosen: 'site',
        reach: { sources: ['web'], containers: 1 },
      })
    }
  })
})

describe('a chart whose defaults another, untraced one has too', () => {
  it('is overridden, for the other is no layer of it', async () => {
    const made = world({ ...chartFiles, 'web/values.yaml': 'cpu: 100m\n', 'prod.yaml': 'a: 1\n' })
    const source = chartSource('web', { values: ['prod.yaml'] })
    const traces = await resolveIn(made, [source], {
      untraced: [chartSource('web', { id: 'other' })],
      allowShared: true,
    })
    expect(traces[web]).toMatchObject({ chosen: 'override', reason: expect.stringMatching(/^other read/) })
  })

  it('is overridden for an untraced stack that reads its file by another way', async () => {
    const made = world({
      ...chartFiles,
      'web/values.yaml': 'cpu: 100m\n',
      'prod.yaml': 'a: 1\n',
      'odd/stack.yaml': 'resources: [../web/values.yaml]\n',
    })
    const source = chartSource('web', { values: ['prod.yaml'] })
    const traces = await resolveIn(made, [source], { untraced: [stackSource('odd')], allowShared: true })
    expect(traces[web]).toMatchObject({ chosen: 'override', reason: expect.stringMatching(/^odd read/) })
  })
})

describe('a release whose values file others read', () => {
  const release = (name: string, files: string) =>
    `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {chart: web, files: [${files}]}\n`
  const files = {
    ...chartFiles,
    'web/values.yaml': 'cpu: 100m\n',
    'a.yaml': 'x: 1\n',
    'cluster/stack.yaml': 'resources: [all.yaml]\n',
    'cluster/all.yaml': `${release('one', 'a.yaml')}---\n${release('two', 'a.yaml')}---\n${release('three', '')}`,
  }
  const override = async (...names: readonly string[]) => {
    const made = world(files)
    const all = await releasesOf(made, stackSource('cluster'))
    const [first, ...others] = names.flatMap((name) =>
      all.filter(({ declaredBy }) => declaredBy.name === name),
    )
    const traces = await resolveIn(made, [first ?? stackSource('cluster'), ...others])
    return traces[web] && answerOf(traces[web]).override
  }

  it('is overridden in its object', async () => {
    expect(await override('one', 'two')).toBe('insert cluster/all.yaml:4 spec.values.cpu')
  })

  it('is overridden in the file where no other reads it', async () => {
    expect(await override('one', 'three')).toBe('insert a.yaml:1 cpu')
  })
})

describe('a value that cannot be edited', () => {
  it('is written in a template', async () => {
    const files = {
      ...chartFiles,
      'web/template.yaml': deployment('web', requests('100m')),
      'web/values.yaml': 'a: 1\n',
    }
    const { [web]: trace } = await resolveIn(world(files), [chartSource('web')])
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar web/template.yaml:13 cpu',
      override: null,
      chosen: null,
    })
    expect(trace?.reason).toContain('web/template.yaml')
  })

  it('is in a chart outside the repository, where it is overridden', async () => {
    const files = {
      'charts/web/chart.yaml': '{}',
      'charts/web/values.yaml': 'cpu: 100m\n',
      'charts/web/template.yaml': chartFiles['web/template.yaml'],
      'cluster/stack.yaml': 'resources: [d.yaml]\n',
    }
    const declared = (spec: string) =>
      `apiVersion: v1\nkind: Deploy\nmetadata: {name: d}\nspec:\n  chart: web\n${spec}`
    const resolved = async (spec: string, more: Readonly<Record<string, string>> = {}) => {
      const made = world({ ...files, ...more, 'cluster/d.yaml': declared(spec) })
      const holder = await made.renderer.render(stackSource('cluster'), made.view)
      const [release] = await made.renderer.declared(holder, made.view, 'charts')
      return (await resolveIn(made, [release ?? stackSource('cluster')]))[web]
    }
    const trace = await resolved('  values:\n    a: 1\n')
    expect(trace && answerOf(trace)).toEqual({
      site: 'scalar charts/web/values.yaml:1 cpu',
      override: 'insert cluster/d.yaml:7 spec.values.cpu',
      chosen: 'override',
    })
    expect(trace?.reason).toMatch(/\w/)
    // An item of a list cannot be overridden alone.
    const inList = {
      'charts/web/values.yaml': 'sizes: [{cpu: 100m}]\n',
      'charts/web/template.yaml': deployment('web', requests('<% values.sizes[0].cpu %>')),
    }
    const nowhere = await resolved('  values:\n    a: 1\n', inList)
    expect(nowhere && answerOf(nowhere)).toEqual({
      site: 'scalar charts/web/values.yaml:1 sizes.0.cpu',
      override: null,
      chosen: null,
    })
    expect(nowhere?.reason).toMatch(/override/)
    expect(nowhere?.reason).not.toBe(trace?.reason)
  })

  const unresolved = async (template: string, values: string) => {
    const files = {
      ...chartFiles,
      'web/template.yaml': deployment('web', requests(template)),
      'web/values.yaml': values,
    }
    return (await resolveIn(world(files), [chartSource('web')]))[web]
  }

  it('is computed from a scalar, which is named', async () => {
    const trace = await unresolved('<% values.cpu * 2 %>', 'a: 1\ncpu: 3\n')
    expect(trace).toMatchObject({ site: null, override: null, chosen: null, sharedWith: [], value: '6' })
    expect(trace?.reach).toEqual({ sources: [], containers: 0 })
    expect(trace?.reason).toMatch(/cpu: 3 at web\/values\.yaml:2:6/)
  })

  it('is computed from several', async () => {
    const trace = await unresolved('<% values.cpu + values.cpuB %>', 'cpu: 3\ncpuB: 4\n')
    expect(trace?.reason).toMatch(/comput/)
    expect(trace?.reason).not.toMatch(/values\.yaml/)
  })

  it('is set by nothing in the files', async () => {
    const trace = await unresolved('<% "1" + "9" %>', 'a: 1\n')
    expect(trace?.reason).toMatch(/\w/)
    expect(trace?.reason).not.toMatch(/comput|values\.yaml/)
  })

  it('may be in a file that cannot be read safely, which is named', async () => {
    const trace = await unresolved('<% values.cpu %>', 'cpu: 3\ncpuB: [1]\n# {{ }}\n')
    expect(trace?.chosen).toBe('site')
    const blind = await unresolved('<% values.x.cpu %>', 'x: {cpu: 3}\nsops: {mac: abc}\n')
    expect(blind?.reason).toMatch(/web\/values\.yaml:1:1: /)
  })

  it('is not known where renderings with markers do not end in time, which is said', async () => {
    const made = world({
      ...chartFiles,
      'web/template.yaml': deployment('web', requests('<% values.cpu %>')),
      'web/values.yaml': 'cpu: 3\n',
    })
    const { render } = made.renderer
    const slow: typeof render = async (source, view, options) => {
      if (options?.marked === true) throw stop('source.timeout', 'the program did not finish')
      return render(source, view, options)
    }
    const traces = await resolveIn({ ...made, renderer: { ...made.renderer, render: slow } }, [
      chartSource('web'),
    ])
    expect(traces[web]).toMatchObject({ site: null, override: null, chosen: null })
    expect(traces[web]?.reason).toMatch(/did not render in time/)
  })

  it('is a placeholder that is filled in later', async () => {
    for (const placeholder of ['$(CPU)', `$\{CPU}`, '{{ cpu }}']) {
      const trace = await unresolved(`'${placeholder}'`, 'a: 1\n')
      expect(trace?.reason).toContain(placeholder)
    }
  })

  it('is an autoscaler field with its object', async () => {
    const hpa = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-hpa}
spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 9}
`
    const made = world({ 'prod/stack.yaml': 'resources: [hpa.yaml]\n', 'prod/hpa.yaml': hpa })
    const traces = await resolveIn(made, [stackSource('prod')])
    expect(traces['web hpa.maxReplicas']).toMatchObject({
      autoscaler: { kind: 'HorizontalPodAutoscaler', name: 'web-hpa' },
      value: '9',
      chosen: 'site',
    })
    expect(traces['web hpa.maxReplicas']).not.toHaveProperty('container')
  })
})

describe('layers that lose', () => {
  it('are listed where that is asked for', async () => {
    const files = {
      ...chartFiles,
      'web/values.yaml': 'x: {y: {cpu: 100m}}\n',
      'prod.yaml': 'x: {y: {cpu: 200m}}\n',
    }
    const made = world({ ...files, 'web/template.yaml': deployment('web', requests('<% values.x.y.cpu %>')) })
    const source = chartSource('web', { values: ['prod.yaml'] })
    expect((await resolveIn(made, [source]))[web]).not.toHaveProperty('considered')
    expect((await resolveIn(made, [source], { explains: true }))[web]?.considered).toEqual([
      {
        file: 'web/values.yaml',
        line: 1,
        column: 14,
        text: '100m',
        why: expect.stringContaining('prod.yaml:1'),
      },
    ])
  })
})
