import { describe, expect, it } from 'vitest'
import { detectKind, directoryOf, isEntryOf } from '../../../../plugin/trace/sources/detect.ts'
import { discoverSources } from '../../../../plugin/trace/sources/discover.ts'
import { scanRepository } from '../../../../plugin/trace/sources/scan.ts'
import { chartSource, stackSource, world } from '../builders.ts'
import { chart, deploy, web } from './discover-ground.ts'

const discovered = async (files: Readonly<Record<string, string>>) =>
  (await discoverSources(world(files))).map(({ id }) => id)

describe('discovery', () => {
  it('lists stacks that no other uses, and charts', async () => {
    const files = {
      ...chart('charts/web'),
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': web,
      'prod/stack.yaml': 'resources: [../base]\n',
      'test/stack.yaml': 'resources: [../base]\n',
      'README.md': 'x',
    }
    expect(await discovered(files)).toEqual(['prod', 'test', 'charts/web'])
  })

  it('lists an overlay that another one uses as a layer alone, so not at all', async () => {
    const files = {
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': web,
      'mid/stack.yaml': 'resources: [../base]\n',
      'prod/stack.yaml': 'resources: [../mid]\n',
    }
    expect(await discovered(files)).toEqual(['prod'])
  })

  it('lists a stack that nothing uses, but none that is a part of others', async () => {
    const files = { 'a/stack.yaml': '{}', 'b/stack.yaml': 'part: true\n' }
    expect(await discovered(files)).toEqual(['a'])
  })

  it('lists releases in place of what they deploy', async () => {
    const files = {
      ...chart('charts/web'),
      'prod/stack.yaml': 'resources: [web.yaml]\n',
      'prod/web.yaml': web,
      'cluster/stack.yaml': 'resources: [all.yaml]\n',
      'cluster/all.yaml': [deploy('web', 'chart: charts/web'), deploy('prod', 'stack: prod')].join('---\n'),
    }
    expect(await discovered(files)).toEqual(['cluster', 'Deploy web in cluster', 'Deploy prod in cluster'])
  })

  it('lists the releases of files that no source lists', async () => {
    const files = { ...chart('charts/web'), 'flux/web.yaml': deploy('web', 'chart: charts/web') }
    expect(await discovered(files)).toEqual(['Deploy web in flux/web.yaml'])
  })

  it('lists a release of a release once', async () => {
    const files = {
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('apps', 'stack: apps'),
      'apps/stack.yaml': 'resources: [b.yaml]\n',
      'apps/b.yaml': deploy('web', 'stack: prod'),
      'prod/stack.yaml': 'resources: [web.yaml]\n',
      'prod/web.yaml': web,
    }
    expect(await discovered(files)).toEqual([
      'cluster',
      'Deploy apps in cluster',
      'Deploy web in Deploy apps in cluster',
    ])
  })

  it('lists no releases of a source that another source deploys', async () => {
    const files = {
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('apps', 'stack: apps'),
      'apps/stack.yaml': 'resources: [b.yaml]\n',
      'apps/b.yaml': deploy('web', 'chart: charts/web'),
      ...chart('charts/web'),
    }
    expect(await discovered(files)).toEqual([
      'cluster',
      'Deploy apps in cluster',
      'Deploy web in Deploy apps in cluster',
    ])
  })

  it('goes on past what cannot be read or rendered', async () => {
    const files = {
      'a/stack.yaml': 'resources: [gone.yaml]\n',
      'b/stack.yaml': 'resources: [d.yaml]\n',
      'b/d.yaml': `${deploy('x', 'chart: gone')}---\n${deploy('y', '')}`,
      ...chart('charts/web'),
    }
    expect(await discovered(files)).toEqual(['a', 'b', 'charts/web', 'Deploy x in b', 'Deploy y in b'])
  })

  it('does not look into .git, node_modules, and charts', async () => {
    const files = {
      ...chart('charts/web'),
      ...chart('charts/web/charts/inner'),
      ...chart('.git/x'),
      ...chart('a/node_modules/x'),
      'a/x.yaml': '',
    }
    expect(await discovered(files)).toEqual(['charts/web'])
  })

  it('rejects with what is a bug', async () => {
    const made = world({ 'a/stack.yaml': '{}' })
    const renderer = {
      ...made.renderer,
      inputs: async () => {
        throw new TypeError('a bug')
      },
    }
    await expect(discoverSources({ ...made, renderer })).rejects.toThrow(TypeError)
  })
})

describe('a scan', () => {
  it('finds sources, outer directories first, and files of no source', async () => {
    const files = {
      'b/stack.yaml': '{}',
      'b/c/stack.yaml': '{}',
      'a/x.yaml': '',
      'a/y.txt': '',
      'top.yaml': '',
      'z/stack.yaml': '{}',
    }
    const { view, renderer } = world(files)
    const { found, loose } = await scanRepository(view, renderer.kinds)
    expect(found.map(({ source, kind }) => [source.id, kind.name])).toEqual([
      ['b', 'stack'],
      ['b/c', 'stack'],
      ['z', 'stack'],
    ])
    expect(loose.map(({ path }) => path)).toEqual(['top.yaml', 'a/x.yaml'])
  })

  it('does not follow links', async () => {
    const { view, renderer } = world({ 'a/stack.yaml': '{}', b: '-> a' })
    expect((await scanRepository(view, renderer.kinds)).found.map(({ source }) => source.id)).toEqual(['a'])
  })
})

describe('the kind of a place', () => {
  it('is the first that detects something', async () => {
    const { view, renderer } = world({ 'a/stack.yaml': '{}', 'a/chart.yaml': '{}' })
    const place = { path: 'a', entries: await view.list('a') }
    expect((await detectKind(place, view, renderer.kinds)).kind.name).toBe('chart')
    expect((await detectKind(place, view, renderer.kinds.slice(0, 2).toReversed())).kind.name).toBe('stack')
  })

  it('is a bug where there is none', async () => {
    const { view, renderer } = world({})
    await expect(detectKind({ path: 'a' }, view, renderer.kinds.slice(0, 1))).rejects.toThrow(/\ba$/)
  })

  it('knows the entry file of a source', () => {
    const { kinds } = world({}).renderer
    expect(isEntryOf(stackSource('a'), 'a/stack.yaml', kinds)).toBe(true)
    expect(isEntryOf(stackSource('.'), 'stack.yaml', kinds)).toBe(true)
    expect(isEntryOf(stackSource('a'), 'a/b/stack.yaml', kinds)).toBe(false)
    expect(isEntryOf(stackSource('a'), 'a/web.yaml', kinds)).toBe(false)
    expect(isEntryOf(chartSource('a'), 'a/stack.yaml', kinds)).toBe(false)
    expect(isEntryOf({ kind: 'file', id: 'x', path: 'a/web.yaml' }, 'a/web.yaml', kinds)).toBe(true)
    expect(isEntryOf({ kind: 'file', id: 'x', path: 'a/web.yaml' }, 'a/stack.yaml', kinds)).toBe(false)
  })

  it.each([
    ['a/b/c.yaml', 'a/b'],
    ['c.yaml', '.'],
    ['a/c.yaml', 'a'],
  ])('the directory of %s is %s', (file, directory) => {
    expect(directoryOf(file)).toBe(directory)
  })
})
