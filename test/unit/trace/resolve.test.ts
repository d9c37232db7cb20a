import { describe, expect, it } from 'vitest'
import type { Source } from '../../../plugin/model/source.ts'
import { answerOf, chartSource, deployment, resolveIn, stackSource, world } from './builders.ts'
import { chartFiles, requests, web } from './resolve-ground.ts'

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
