import { describe, expect, it } from 'vitest'
import type { World } from '../builders.ts'
import { chartSource, deployment, siteText, world } from '../builders.ts'
import { overrideIn } from './requests.ts'
import { chartOf, requests, simple } from './values-ground.ts'

const overrideText = async (
  made: World,
  values: readonly string[],
  asked: Parameters<typeof overrideIn>[2] = {},
) => siteText(await overrideIn(made, chartSource('web', { values }), asked))

describe('an override of a chart', () => {
  it('is the source line itself in the last values file, where it sets nothing else', async () => {
    const made = world(simple({ 'a.yaml': 'cpu: 200m\n' }))
    expect(await overrideText(made, ['a.yaml'], { alone: true })).toBe('scalar a.yaml:1 cpu')
  })

  it('is none in the last values file, where the source line sets other fields too', async () => {
    const made = world(simple({ 'a.yaml': 'cpu: 200m\n' }))
    expect(await overrideText(made, ['a.yaml'])).toBeNull()
  })

  it('is the same key in the last values file', async () => {
    const made = world(simple({ 'a.yaml': 'cpu: 200m\n', 'b.yaml': 'x: 1\n' }))
    expect(await overrideText(made, ['a.yaml', 'b.yaml'], { alone: true })).toBe('insert b.yaml:1 cpu')
  })

  it('is beside the keys that the file has', async () => {
    const files = chartOf('x: {y: {cpu: 100m}}\n', '<% values.x.y.cpu %>', { 'a.yaml': 'z: 1\nx:\n  w: 1\n' })
    expect(await overrideIn(world(files), chartSource('web', { values: ['a.yaml'] }))).toEqual({
      kind: 'insert',
      file: 'a.yaml',
      line: 3,
      column: 3,
      document: 0,
      path: ['x', 'y', 'cpu'],
    })
  })

  it('is none where the last values file cannot be edited or has the key already', async () => {
    const broken = world(simple({ 'a.yaml': 'x: 1\nsops: {mac: a}\n' }))
    expect(await overrideText(broken, ['a.yaml'])).toBeNull()
    const files = chartOf('cpu: 100m\n', '<% values.a ?? values.cpu %>', { 'a.yaml': 'cpu:\n  x: 1\n' })
    const made = world({
      ...files,
      'web/template.yaml': deployment('web', requests('<% values.cpu.x ? "100m" : values.cpu %>')),
    })
    await expect(overrideText(made, ['a.yaml'])).rejects.toThrow(/no source line/)
  })

  it('is none for an item of a list, which would replace the whole list', async () => {
    const files = chartOf('sizes:\n  - cpu: 100m\n', '<% values.sizes[0].cpu %>', { 'a.yaml': 'x: 1\n' })
    expect(await overrideText(world(files), ['a.yaml'])).toBeNull()
  })

  it('is none for what a template writes', async () => {
    const files = chartOf('a: 1\n', '350m', { 'a.yaml': 'x: 1\n' })
    expect(await overrideText(world(files), ['a.yaml'], { alone: true })).toBeNull()
  })

  it('is in the values of the chart where it is rendered with no others', async () => {
    const files = chartOf('x: 1\n', '<% values.low.cpu %>', {
      'web/chart.yaml': 'charts: [{path: low, as: [low]}]\n',
      'web/low/chart.yaml': '{}',
      'web/low/values.yaml': 'cpu: 100m\n',
      'web/low/template.yaml': deployment('low', requests('<% values.cpu %>')),
    })
    const made = world({ ...files, 'web/template.yaml': '' })
    expect(await overrideText(made, [])).toBe('insert web/values.yaml:1 low.cpu')
  })
})

describe('an override of a subchart', () => {
  const subchart = (as: string, values: string) => ({
    'web/chart.yaml': `charts: [{path: low, as: [${as}]}]\n`,
    'web/values.yaml': 'x: 1\n',
    'web/template.yaml': '',
    'web/low/chart.yaml': '{}',
    'web/low/values.yaml': values,
    'web/low/template.yaml': deployment('<% values.alias %>', requests('<% values.cpu %>')),
    'a.yaml': 'y: 1\n',
  })

  it('is below its name', async () => {
    expect(await overrideText(world(subchart('low', 'cpu: 100m\n')), ['a.yaml'])).toBe(
      'insert a.yaml:1 low.cpu',
    )
  })

  it('is below the one of its aliases to which the field belongs, found by trial values', async () => {
    const made = world(subchart('one, two', 'cpu: 100m\n'))
    expect(await overrideText(made, ['a.yaml'], { field: 'one app requests.cpu' })).toBe(
      'insert a.yaml:1 one.cpu',
    )
    expect(await overrideText(made, ['a.yaml'], { field: 'two app requests.cpu' })).toBe(
      'insert a.yaml:1 two.cpu',
    )
  })

  it('is at its own keys for values of the chart above it', async () => {
    const files = { ...subchart('one, two', 'cpu: 100m\n'), 'web/values.yaml': 'two: {cpu: 5}\n' }
    expect(await overrideText(world(files), ['a.yaml'], { field: 'two app requests.cpu' })).toBe(
      'insert a.yaml:1 two.cpu',
    )
  })

  it('is none where no alias sets the field', async () => {
    const files = subchart('one, two', 'cpu: 100m\n')
    const made = world(files)
    const renderer = {
      ...made.renderer,
      render: (...[source, view, options]: Parameters<World['renderer']['render']>) =>
        made.renderer.render(source, view, options?.extraValues === undefined ? options : { marked: true }),
    }
    expect(
      await overrideText({ ...made, renderer }, ['a.yaml'], { field: 'one app requests.cpu' }),
    ).toBeNull()
  })
})
