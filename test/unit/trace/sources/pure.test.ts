import { describe, expect, it } from 'vitest'
import type { Source } from '../../../../plugin/model/source.ts'
import { withClusters } from '../../../../plugin/trace/sources/cluster-of-path.ts'
import { mentions } from '../../../../plugin/trace/sources/mentions.ts'
import { readersOf } from '../../../../plugin/trace/sources/readers.ts'
import { chartSource, stackSource } from '../builders.ts'

describe('the cluster of a source', () => {
  const clusters = [
    { name: 'prod', paths: ['clusters/prod', 'apps'] },
    { name: 'test', paths: ['clusters/test', 'apps/web/test'] },
  ]
  const clusterOf = (source: Source, given = clusters) => withClusters([source], given)[0]?.cluster

  it.each<[string, string | undefined]>([
    ['clusters/prod', 'prod'],
    ['clusters/prod/web', 'prod'],
    ['clusters/production', undefined],
    ['clusters', undefined],
    ['apps/web', 'prod'],
    ['apps/web/test', 'test'],
    ['apps/web/test/x', 'test'],
    ['apps/web/testing', 'prod'],
    ['.', undefined],
  ])('at %s is %s', (path, cluster) => {
    expect(clusterOf(stackSource(path))).toBe(cluster)
  })

  it('is the one that it has', () => {
    expect(clusterOf(stackSource('apps', { cluster: 'other' }))).toBe('other')
  })

  it('is that of its values files', () => {
    expect(clusterOf(chartSource('charts/web', { values: ['x.yaml', 'clusters/test/web.yaml'] }))).toBe(
      'test',
    )
  })

  it('is that of the source that declares it, where its own path has none', () => {
    const holder = stackSource('clusters/test')
    const declaredBy = { kind: 'Deploy', name: 'web', namespace: 'default' }
    expect(clusterOf(stackSource('base', { declaredIn: holder, declaredBy }))).toBe('test')
    expect(clusterOf(stackSource('apps', { declaredIn: holder, declaredBy }))).toBe('prod')
  })

  it('is that of the root, where nothing nearer is', () => {
    const whole = [{ name: 'all', paths: ['.'] }, ...clusters]
    expect(clusterOf(stackSource('x'), whole)).toBe('all')
    expect(clusterOf(stackSource('apps'), whole)).toBe('prod')
  })

  it('is not set on a source without one', () => {
    const source = stackSource('x')
    expect(withClusters([source], clusters)[0]).toBe(source)
  })
})

describe('a text that may contain the path of a file', () => {
  const isMentioned = mentions(['apps/web/values.yaml', 'base/web.yaml', 'top.yaml'])

  it.each([
    'path: apps/web/values.yaml',
    'x: apps/web/values.yaml',
    'x: [./apps/web/]',
    'path: apps',
    'path: "./apps"',
    'path: apps/web',
    'path: ./././apps/web//',
    "chart: 'base'",
    'path: top.yaml # x',
    'x: ../../apps/web',
    '{"path": "apps/web"}',
    'path: /apps/web',
    'path: ./other/../apps//web',
    'x: $ref/apps/web/values.yaml',
    'x: ["$ref/base/web.yaml"]',
    'x: ../apps/web',
    'x: ../web',
    '- ./../base',
    'path: {{ x }}',
    'chart: x-{{ x }}',
    'path: ""',
    'path:',
    'path: .',
    'path: ./',
    'path: /',
    'a: 1\n  path: "./"  \nb: 1',
  ])('is %j', (text) => {
    expect(isMentioned(text)).toBe(true)
  })

  it.each(['path: linked', 'path: ./linked/', 'path: linked/web', 'x: ../linked/web'])(
    'is %j, which goes through a link',
    (text) => {
      expect(isMentioned(text)).toBe(false)
      expect(mentions(['apps/web/values.yaml'], ['linked'])(text)).toBe(true)
    },
  )

  it.each([
    '',
    'apps',
    'x: ../eb',
    'x: ../apps/we',
    'x: top.yaml',
    'x: apps',
    'path: app',
    'path: other',
    'path: apps/webs',
    'mypath: apps',
    'x: {{ path }}',
    'path: x # apps',
  ])('is not %j', (text) => {
    expect(isMentioned(text)).toBe(false)
  })
})

describe('the sources that read the same files', () => {
  const one = (id: string, files: readonly string[], layer = false) => ({
    source: stackSource(id),
    files: new Set(files),
    inner: new Set<string>(),
    layer,
  })
  const all = [
    one('a', ['1', '2']),
    one('b', ['2', '3']),
    one('c', ['3']),
    one('d', ['1'], true),
    one('e', [], false),
    one('f', ['9'], true),
  ]
  const ids = (chosen: readonly string[]) => {
    const { sources, layers } = readersOf(new Set(chosen), all)
    return [sources, layers].map((list) => list.map(({ source }) => source.id))
  }

  it('are the chosen ones, and those that read one of their files', () => {
    expect(ids(['a'])).toEqual([['a', 'b'], ['d']])
    expect(ids(['b'])).toEqual([['a', 'b', 'c'], []])
    expect(ids(['a', 'c'])).toEqual([['a', 'b', 'c'], ['d']])
  })

  it('are the chosen one alone where it reads none', () => {
    expect(ids(['e'])).toEqual([['e'], []])
    expect(ids(['f'])).toEqual([[], ['f']])
    expect(ids([])).toEqual([[], []])
  })
})
