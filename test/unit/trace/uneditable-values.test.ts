import { describe, expect, it } from 'vitest'
import { stop } from '../../../plugin/model/problem.ts'
import { answerOf, chartSource, deployment, resolveIn, stackSource, world } from './builders.ts'
import { chartFiles, requests, web } from './resolve-ground.ts'

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
