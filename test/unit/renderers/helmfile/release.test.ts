import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import type { ReleaseSource } from '../../../../plugin/model/source.ts'
import { helmfileRelease } from '../../../../renderers/helmfile/release.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'

const object = (text: string): JsonObject => parse(text) as JsonObject
const view = memoryView({ 'charts/web/Chart.yaml': '', 'vendor/db/Chart.yaml': '' })

const source = (more: Partial<ReleaseSource> = {}): ReleaseSource => ({
  kind: 'release',
  id: 'the release',
  path: 'deploy/helmfile.yaml',
  declaredIn: { kind: 'plain', id: 'x', path: 'deploy/helmfile.yaml' },
  declaredBy: { kind: 'Helmfile', name: 'web', namespace: 'shop' },
  ...more,
})
const part = async (release: string, more: Partial<ReleaseSource> = {}) => {
  const objects = [object(`releases: [{name: other}, {name: web, namespace: shop, ${release}}]`)]
  return (
    await helmfileRelease.translate({
      ...portsOf(view),
      source: source(more),
      objects,
      base: async () => objects,
      around: [],
    })
  )?.parts[0]
}

describe('a release of a helmfile', () => {
  it('is declared in files that helmfile reads', async () => {
    const declares = (path: string, text: string) =>
      helmfileRelease.declares(object(text), { ...portsOf(view), namespace: 'default', path })
    const releases =
      'releases: [{name: a}, {name: b, namespace: n}, {namespace: c}, {name: d, installed: false}]'
    expect(await declares('helmfile.yaml', releases)).toEqual([
      { object: { kind: 'Helmfile', name: 'a', namespace: 'default' }, namespace: 'default' },
      { object: { kind: 'Helmfile', name: 'b', namespace: 'n' }, namespace: 'n' },
    ])
    expect(await declares('x/helmfile.d/one.yml', releases)).toHaveLength(2)
    for (const other of ['releases.yaml', 'myhelmfile.yaml', 'helmfile.d/a/b.yaml', 'helmfile.yaml.gotmpl'])
      expect(await declares(other, releases)).toEqual([])
    expect(helmfileRelease.mayBeIn('helmfile.yaml', 'releases:\n')).toBe(true)
    expect(helmfileRelease.mayBeIn('helmfile.yaml', 'x: releases:\n')).toBe(false)
    expect(helmfileRelease.mayBeIn('other.yaml', 'releases:\n')).toBe(false)
    expect(helmfileRelease.computesPaths?.('releases:\n')).toBe(true)
  })

  it('renders its chart with its values in order, and what it sets', async () => {
    const release =
      'chart: ../charts/web, values: [a.yaml, {b: 1}, ../c.yaml], set: [{name: x, value: 2}, {name: y}, {value: 3}]'
    expect(await part(release, { cluster: 'prod' })).toEqual({
      kind: 'helm',
      id: 'the release',
      path: 'charts/web',
      release: 'web',
      namespace: 'shop',
      values: ['deploy/a.yaml', 'c.yaml'],
      inlineValues: ['{"b":1}'],
      filesBeforeInline: [1],
      parameters: ['x=2'],
      cluster: 'prod',
    })
  })

  it('takes other charts from the directory of charts', async () => {
    expect(await part('chart: stable/db', { charts: 'vendor' })).toMatchObject({
      path: 'vendor/db',
      charts: 'vendor',
    })
    expect(await part('chart: stable/db')).toBeUndefined()
    expect(await part('chart: stable/gone', { charts: 'vendor' })).toBeUndefined()
  })

  it.each(['chart: ../../outside', 'chart: ./gone', 'labels: {}'])(
    'renders nothing for %s',
    async (release) => {
      expect(await part(release)).toBeUndefined()
    },
  )

  it('is found by name and namespace', async () => {
    const declaredBy = { kind: 'Helmfile', name: 'web', namespace: 'default' }
    expect(await part('chart: ../charts/web', { declaredBy })).toBeUndefined()
    expect(
      await part('chart: ../charts/web', { declaredBy: { ...declaredBy, name: 'other' } }),
    ).toBeUndefined()
  })

  it('stops at values that helmfile computes', async () => {
    await expect(part('chart: ../charts/web, values: [a.yaml, b.yaml.gotmpl]')).rejects.toMatchObject({
      problems: [
        { code: 'source.render', place: { file: 'deploy/b.yaml.gotmpl' }, hint: expect.stringMatching(/\w/) },
      ],
    })
  })

  it('takes values in its last mapping', () => {
    expect(helmfileRelease.valuesAt(object('values: [a.yaml, {b: 1}]'))).toEqual({
      path: ['values', 1],
      written: true,
    })
    expect(helmfileRelease.valuesAt(object('values: [{b: 1}, a.yaml]'))).toEqual({
      path: ['values', 2],
      written: false,
    })
    expect(helmfileRelease.valuesAt({})).toEqual({ path: ['values', 0], written: false })
    expect(helmfileRelease.patchesAt({})).toBeUndefined()
    expect(helmfileRelease.handsOn([])).toBe(false)
    expect(helmfileRelease.configMaps({})).toEqual([])
    expect(helmfileRelease.entriesIn?.(object('releases: [{name: a}, x, {b: 1}]'))).toEqual([
      { name: 'a', path: ['releases', 0], object: { name: 'a' } },
    ])
  })
})
