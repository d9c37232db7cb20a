import { describe, expect, it } from 'vitest'
import { answerOf, chartSource, deployment, releasesOf, resolveIn, stackSource, world } from './builders.ts'
import { chartFiles, requests, web } from './resolve-ground.ts'

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
