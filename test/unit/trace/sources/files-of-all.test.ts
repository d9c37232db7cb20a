import { describe, expect, it } from 'vitest'
import { stop } from '../../../../plugin/model/problem.ts'
import type { Source } from '../../../../plugin/model/source.ts'
import { composedSources } from '../../../../plugin/trace/sources/composed.ts'
import { filesOfAll } from '../../../../plugin/trace/sources/discover.ts'
import { scanRepository } from '../../../../plugin/trace/sources/scan.ts'
import type { World } from '../builders.ts'
import { chartSource, fileSource, stackSource, world } from '../builders.ts'
import { chart, deploy, web } from './discover-ground.ts'

describe('sources that are built from each other', () => {
  const composed = async (
    files: Readonly<Record<string, string>>,
    change: (made: World) => World = (made) => made,
  ) => {
    const made = change(world(files))
    const { found } = await scanRepository(made.view, made.renderer.kinds)
    const sources = await composedSources(found, made)
    return sources.map(({ source, layer, files: read }) => [source.id, layer, [...read].join(' ')])
  }
  const base = { 'base/stack.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': web }

  it('are those that may be deployed, with their files; bases are skipped', async () => {
    expect(await composed({ ...base, 'prod/stack.yaml': 'resources: [../base]\n' })).toEqual([
      ['prod', false, 'prod/stack.yaml base/stack.yaml base/web.yaml'],
    ])
  })

  it('are marked where another one uses them', async () => {
    const files = {
      ...base,
      'mid/stack.yaml': 'resources: [../base]\n',
      'prod/stack.yaml': 'resources: [../mid]\n',
    }
    expect((await composed(files)).map(([id, layer]) => [id, layer])).toEqual([
      ['mid', true],
      ['prod', false],
    ])
  })

  it('are all that may be deployed where that cannot be found out, and a bug is thrown', async () => {
    const failing = (error: Error) => (made: World) => {
      const isDeployable = async () => {
        throw error
      }
      const kinds = made.renderer.kinds.map((kind) => ({ ...kind, isDeployable }))
      return { ...made, renderer: { ...made.renderer, kinds } }
    }
    expect(await composed(base, failing(stop('source.render', 'x')))).toHaveLength(1)
    await expect(composed(base, failing(new TypeError('a bug')))).rejects.toThrow(TypeError)
  })
})

describe('the files of all sources that may read those of the asked ones', () => {
  const ids = async (
    files: Readonly<Record<string, string>>,
    named: readonly Source[],
    asked = named.map(({ id }) => id),
  ) => {
    const made = world(files)
    const all = await filesOfAll(named, made, new Set(asked))
    return { ids: all.map(({ source }) => source.id), calls: made.calls.map(({ source }) => source), all }
  }
  const base = {
    'apps/base/stack.yaml': 'resources: [web.yaml]\n',
    'apps/base/web.yaml': web,
    'apps/prod/stack.yaml': 'resources: [../base]\n',
  }

  it('are those of named sources first, then of stacks and charts that are not named', async () => {
    const files = {
      ...base,
      ...chart('charts/web'),
      ...chart('charts/api'),
      'apps/test/stack.yaml': 'resources: [../base]\n',
    }
    const { ids: found, all } = await ids(files, [stackSource('apps/prod'), chartSource('charts/api')])
    expect(found).toEqual(['apps/prod', 'charts/api', 'apps/test', 'charts/web'])
    expect([...(all[0]?.files ?? [])]).toEqual([
      'apps/prod/stack.yaml',
      'apps/base/stack.yaml',
      'apps/base/web.yaml',
    ])
  })

  it('are those of layers too', async () => {
    const files = { ...base, 'top/stack.yaml': 'resources: [../apps/prod]\n' }
    const { all } = await ids(files, [stackSource('top')])
    expect(all.map(({ source, layer }) => [source.id, layer])).toEqual([
      ['top', false],
      ['apps/prod', true],
    ])
  })

  it('are those of releases whose text mentions a file of the asked sources', async () => {
    const files = {
      ...base,
      'apps/other/stack.yaml': '{}',
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'stack: apps/base'),
      'far/stack.yaml': 'resources: [b.yaml]\n',
      'far/b.yaml': deploy('b', 'stack: apps/other'),
      'computed/stack.yaml': 'resources: [c.yaml]\n',
      'computed/c.yaml': `# $(dir)\n${deploy('c', 'stack: apps/base')}`,
    }
    const { ids: found, calls } = await ids(files, [stackSource('apps/prod')])
    expect(found).toContain('Deploy a in cluster')
    expect(found).toContain('Deploy c in computed')
    expect(found).not.toContain('Deploy b in far')
    expect(calls).not.toContain('far')
  })

  it('are those of the releases in loose files, but not in files that a named source reads', async () => {
    const files = {
      ...base,
      'flux/a.yaml': deploy('a', 'stack: apps/base'),
      'own/stack.yaml': 'resources: [b.yaml]\n',
      'own/b.yaml': deploy('b', 'stack: apps/base'),
    }
    expect((await ids(files, [stackSource('apps/prod')])).ids).toContain('Deploy a in flux/a.yaml')
    const named = await ids(files, [stackSource('apps/prod'), fileSource('flux/a.yaml')], ['apps/prod'])
    expect(named.ids.filter((id) => id.includes('Deploy a'))).toEqual(['Deploy a in flux/a.yaml'])
  })

  it('are not listed twice for a release that deploys the same as a named source', async () => {
    const files = {
      ...base,
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'stack: apps/prod'),
    }
    const { ids: found } = await ids(files, [stackSource('apps/prod')])
    expect(found).toEqual(['apps/prod', 'cluster'])
  })

  it('are not listed twice for a release that is named itself', async () => {
    const files = {
      ...base,
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'stack: apps/base'),
    }
    const made = world(files)
    const [release] = await made.renderer.declared(
      await made.renderer.render(stackSource('cluster'), made.view),
      made.view,
    )
    const { ids: found } = await ids(files, release ? [release] : [])
    expect(found.filter((id) => id === 'Deploy a in cluster')).toHaveLength(1)
  })

  it('are searched for mentions of the files of asked sources, not of others that are named', async () => {
    const files = {
      ...base,
      'apps/other/stack.yaml': 'resources: [x.yaml]\n',
      'apps/other/x.yaml': web,
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'stack: apps/other'),
    }
    const named = [stackSource('apps/prod'), stackSource('apps/other')]
    expect((await ids(files, named, ['apps/prod'])).calls).not.toContain('cluster')
    expect((await ids(files, named, ['apps/other'])).calls).toContain('cluster')
  })

  it('are searched for mentions of values files that belong to charts outside', async () => {
    const files = {
      ...chart('vendor/web'),
      'apps/v.yaml': '{}',
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'chart: web, files: [apps/v.yaml]'),
    }
    const source = chartSource('vendor/web', { charts: 'vendor', values: ['apps/v.yaml'] })
    expect((await ids(files, [source])).calls).toContain('cluster')
  })

  it('leave out charts outside the repository when they look for mentions', async () => {
    const files = {
      'charts/web/values.yaml': 'a: 1\n',
      'charts/web/chart.yaml': '{}',
      'charts/web/template.yaml': '',
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('a', 'chart: charts/web'),
    }
    const inside = await ids(files, [chartSource('charts/web')])
    expect(inside.calls).toContain('cluster')
    const outside = await ids(files, [chartSource('charts/web', { charts: 'charts' })])
    expect(outside.calls).not.toContain('cluster')
  })
})
