import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { differences } from '../../../plugin/prove/difference.ts'

const config = (data: Json | undefined, metadata: JsonObject = { name: 'settings' }): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  ...(data === undefined ? {} : { data }),
})

const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'settings' }

const between = (before: Json | undefined, after: Json | undefined) =>
  differences([config(before)], [config(after)], 'shop')

describe('the differences of two renderings', () => {
  it.each<[string, Json | undefined, Json | undefined]>([
    ['the same scalars', { a: 1, b: 'x', c: true, d: null }, { a: 1, b: 'x', c: true, d: null }],
    ['the same lists', { a: [1, { b: [2] }] }, { a: [1, { b: [2] }] }],
    ['the same keys in another order', { a: '1', b: '2' }, { b: '2', a: '1' }],
    ['empty mappings', { a: {} }, { a: {} }],
    ['empty lists', { a: [] }, { a: [] }],
  ])('are none for %s', (_name, before, after) => {
    expect(between(before, after)).toEqual([])
  })

  it.each<[string, Json | undefined, Json | undefined, (string | number)[], string | null, string | null]>([
    ['a changed text', { a: 'x' }, { a: 'y' }, ['data', 'a'], 'x', 'y'],
    ['a changed number', { a: 1 }, { a: 2 }, ['data', 'a'], '1', '2'],
    ['a number that became a text', { a: 1 }, { a: '"1"' }, ['data', 'a'], '1', '"1"'],
    ['a changed switch', { a: true }, { a: false }, ['data', 'a'], 'true', 'false'],
    ['a key that is new', { a: '1' }, { a: '1', b: '2' }, ['data', 'b'], null, '2'],
    ['a key that is removed', { a: '1', b: '2' }, { a: '1' }, ['data', 'b'], '2', null],
    ['a text that became null', { a: 'x' }, { a: null }, ['data', 'a'], 'x', 'null'],
    ['a changed item', { a: ['x', 'y'] }, { a: ['x', 'z'] }, ['data', 'a', 1], 'y', 'z'],
    ['one more item', { a: ['x'] }, { a: ['x', 'y'] }, ['data', 'a', 1], null, 'y'],
    ['a key inside an item', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ['data', 'a', 0, 'b'], '1', '2'],
    ['an empty mapping that is new', undefined, {}, ['data'], null, '{}'],
    ['an empty mapping that is removed', {}, undefined, ['data'], '{}', null],
    ['null that became an empty list', { a: null }, { a: [] }, ['data', 'a'], 'null', '[]'],
    ['a nested empty mapping that is new', {}, { a: { b: {} } }, ['data', 'a', 'b'], null, '{}'],
    ['a key with an inner mapping that is new', undefined, { a: { b: 'c' } }, ['data', 'a', 'b'], null, 'c'],
    ['a text that became a mapping', { a: 'x' }, { a: { b: 1 } }, ['data', 'a'], 'x', '{"b":1}'],
    ['a mapping that became a text', { a: { b: 1 } }, { a: 'x' }, ['data', 'a'], '{"b":1}', 'x'],
    ['a list that became a number', { a: [1, 2] }, { a: 3 }, ['data', 'a'], '[1,2]', '3'],
  ])('name the place and both values of %s', (_name, before, after, path, was, is) => {
    expect(between(before, after)).toEqual([{ object: settings, path, before: was, after: is }])
  })

  it.each<[string, Json | undefined, Json | undefined]>([
    ['a key without a value that is new', {}, { a: null }],
    ['a key without a value that is removed', { a: null, b: '1' }, { b: '1' }],
    ['one inside a list', { a: [{ b: null, c: 1 }] }, { a: [{ c: 1 }] }],
  ])('leave out %s, since the API server drops it', (_name, before, after) => {
    expect(between(before, after)).toEqual([])
  })

  it('list every value of an object with several', () => {
    expect(between({ a: '1', b: { c: '2', d: '3' } }, { b: { c: '4' }, e: '5' })).toEqual([
      { object: settings, path: ['data', 'a'], before: '1', after: null },
      { object: settings, path: ['data', 'b', 'c'], before: '2', after: '4' },
      { object: settings, path: ['data', 'b', 'd'], before: '3', after: null },
      { object: settings, path: ['data', 'e'], before: null, after: '5' },
    ])
  })

  it('list every value of a list that became a mapping', () => {
    expect(between({ a: ['x'] }, { a: { b: 'x' } })).toEqual([
      { object: settings, path: ['data', 'a', 0], before: 'x', after: null },
      { object: settings, path: ['data', 'a', 'b'], before: null, after: 'x' },
    ])
  })

  it('name an object that is new or removed once, at its root', () => {
    expect(differences([], [config({ a: '1' })], 'shop')).toEqual([
      { object: settings, path: [], before: null, after: 'present' },
    ])
    expect(differences([config({ a: '1' })], [], 'shop')).toEqual([
      { object: settings, path: [], before: 'present', after: null },
    ])
  })

  it('match objects wherever they are in the stream', () => {
    const other = config({ a: '1' }, { name: 'other' })
    expect(differences([config({ a: '1' }), other], [other, config({ a: '1' })], 'shop')).toEqual([])
  })

  it('match an object without a namespace with the one that names the namespace of its source', () => {
    const named = config({ a: '1' }, { name: 'settings', namespace: 'shop' })
    expect(differences([config({ a: '1' })], [named], 'shop')).toEqual([
      { object: settings, path: ['metadata', 'namespace'], before: null, after: 'shop' },
    ])
    expect(differences([config({ a: '1' })], [named], 'other')).toHaveLength(2)
  })

  it('match two versions of one API group, and never two groups', () => {
    const object = (apiVersion: string): JsonObject => ({
      apiVersion,
      kind: 'Ingress',
      metadata: { name: 'web' },
    })
    const moved = differences([object('networking.k8s.io/v1beta1')], [object('networking.k8s.io/v1')], 'shop')
    expect(moved).toMatchObject([{ path: ['apiVersion'] }])
    expect(differences([object('networking.k8s.io/v1')], [object('extensions/v1')], 'shop')).toMatchObject([
      { object: { apiVersion: 'networking.k8s.io/v1' }, path: [], after: null },
      { object: { apiVersion: 'extensions/v1' }, path: [], before: null },
    ])
  })

  it('compare the copies of an object that is rendered several times in their order', () => {
    const copies = (...values: string[]) => values.map((value) => config({ a: value }))
    expect(differences(copies('1', '2', '3'), copies('1', '2', '3'), 'shop')).toEqual([])
    expect(differences(copies('1', '2', '3'), copies('1', '9', '3'), 'shop')).toEqual([
      { object: settings, path: ['data', 'a'], before: '2', after: '9' },
    ])
    expect(differences(copies('1', '2', '3'), copies('1', '2', '8'), 'shop')).toEqual([
      { object: settings, path: ['data', 'a'], before: '3', after: '8' },
    ])
    expect(differences(copies('1', '2'), copies('1'), 'shop')).toEqual([
      { object: settings, path: [], before: 'present', after: null },
    ])
  })

  it('match objects without a name by their position', () => {
    const nameless = (value: string): JsonObject => ({ apiVersion: 'v1', kind: 'List', value })
    const object = { apiVersion: '', kind: 'Object', namespace: '', name: '#1' }
    expect(differences([config({}), nameless('a')], [config({}), nameless('b')], 'shop')).toEqual([
      { object, path: ['value'], before: 'a', after: 'b' },
    ])
    expect(differences([nameless('a'), nameless('b')], [nameless('a'), nameless('b')], 'shop')).toEqual([])
  })
})
