import { describe, expect, it } from 'vitest'
import type { World } from '../builders.ts'
import { chartSource, traceIn, world } from '../builders.ts'
import { chartFiles, cpu, marked, origins, requests } from './trace-ground.ts'

describe('a source that does not render with markers', () => {
  it('is rendered without those of counts', async () => {
    const found = await origins(
      chartFiles(
        'cpu: 100m\nminReplicas: 2\n',
        `env: [<% values.minReplicas > 100 ? fail('too many') : '' %>]\n${requests('<% values.cpu %>')}`,
      ),
    )
    expect(found.origins).toEqual(cpu('web/values.yaml:1 100m'))
    expect(found.calls.map(({ edited }) => edited.length)).toEqual([0, 1, 1, 1])
  })

  it('shows a count that is kept within limits by a value near its own', async () => {
    const found = await origins(
      chartFiles(
        'minReplicas: 4\ngoMaxProcs: 2\n',
        `env: [{name: GOMAXPROCS, value: "<% values.goMaxProcs > 9 ? fail('too many') : values.goMaxProcs %>"}]`,
      ),
    )
    expect(found.origins).toEqual({ 'web app env.GOMAXPROCS': 'web/values.yaml:2 2' })
  })

  it('is rendered without the few that it cannot have, which get values near their own', async () => {
    const found = await origins(
      chartFiles(
        ['a', 'b', 'c', 'd', 'e'].map((key) => `${key}: {cpu: 100m, memory: 64Mi}\n`).join(''),
        `env: [<% parseInt(values.d.cpu) > 999 ? fail('too large') : '' %>]
resources: {requests: {cpu: <% values.d.cpu %>, memory: <% values.c.memory %>}}`,
      ),
    )
    expect(found.origins).toEqual({
      'web app requests.cpu': 'web/values.yaml:4 100m',
      'web app requests.memory': 'web/values.yaml:3 64Mi',
    })
  })

  it('is searched by halves, so that the others keep markers that show what is round them', async () => {
    const sizes = (bad: string, count: number) =>
      Array.from(
        { length: count },
        (_, index) => `k${index}: {cpu: ${`k${index}` === bad ? 100 : 5}}\n`,
      ).join('')
    for (const [bad, count] of [
      ['k0', 2],
      ['k1', 2],
      ['k2', 5],
      ['k4', 5],
    ] as const) {
      const good = bad === 'k1' ? 'k0' : 'k1'
      const found = await origins(
        chartFiles(
          sizes(bad, count),
          `env: [<% values.${bad}.cpu > 999 ? fail('too large') : '' %>]
resources: {requests: {cpu: <% values.${bad}.cpu %>}, limits: {cpu: <% values.${good}.cpu %>m}}`,
        ),
      )
      const line = (key: string) => Number(key.slice(1)) + 1
      expect(found.origins).toEqual({
        'web app requests.cpu': `web/values.yaml:${line(bad)} 100`,
        'web app limits.cpu': `web/values.yaml:${line(good)} 5 between ["","m"]`,
      })
    }
  })

  it('has no markers where its halves render alone but not together', async () => {
    const found = await origins(
      chartFiles(
        'a: {cpu: 5}\nb: {cpu: 5}\n',
        `env: [<% values.a.cpu > 999 && values.b.cpu > 999 ? fail('too large') : '' %>]
resources: {requests: {cpu: <% values.a.cpu %>m}, limits: {cpu: <% values.b.cpu %>}}`,
      ),
    )
    // Values near their own show no text round them.
    expect(found.origins).toEqual({
      'web app requests.cpu': expect.stringMatching(/^computed/),
      'web app limits.cpu': 'web/values.yaml:2 5',
    })
  })

  it('is unknown where it renders with none, after a bounded number of renderings', async () => {
    const many = Array.from({ length: 64 }, (_, index) => `k${index}: {cpu: 0.5}\n`).join('')
    const found = await origins(
      chartFiles(
        many,
        `env: [<% Object.values(values).every(({cpu}) => cpu === 0.5) ? '' : fail('changed') %>]
${requests('<% values.k0.cpu %>')}`,
      ),
    )
    expect(found.origins).toEqual(cpu('unknown'))
    // One with all, halves until the limit, and one with values near their own, which decimals do not have.
    expect(marked(found)).toBeLessThanOrEqual(30)
    expect(marked(found)).toBeGreaterThan(20)
  })

  it('rejects when the unchanged source does not render', async () => {
    await expect(origins(chartFiles('cpu: 1\n', "<% fail('no') %>"))).rejects.toThrow(/no/)
  })

  it('rejects with any other error, which is a bug', async () => {
    const made = world(chartFiles('cpu: 100m\n', requests('<% values.cpu %>')))
    const broken = {
      ...made,
      renderer: {
        ...made.renderer,
        render: async (...[source, view, options]: Parameters<World['renderer']['render']>) => {
          if (options?.marked === true) throw new TypeError('a bug')
          return made.renderer.render(source, view, options)
        },
      },
    }
    await expect(traceIn(broken, chartSource('web'))).rejects.toThrow(TypeError)
  })
})
