import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { listOf, textOf, valueAt } from '../../../plugin/model/json.ts'
import type { DeclaringFormat } from '../../../plugin/model/renderer.ts'
import type { ReleaseSource, Source } from '../../../plugin/model/source.ts'
import { prove } from '../../../plugin/prove/prove.ts'
import { apps, configMap, rendered } from './prove-ground.ts'

/** A format of objects that hand their values on: in `spec` at some keys, and in the ConfigMaps that it lists. */
const handing = (kind: string, ...keys: readonly string[]): DeclaringFormat => ({
  kind,
  valuesAt: () => undefined,
  patchesAt: () => undefined,
  handsOn: ([first, ...path]) => first === 'spec' && path.some((key) => keys.includes(String(key))),
  configMaps: (object) =>
    listOf(valueAt(object, ['spec', 'valuesFrom'])).flatMap((one) => textOf(valueAt(one, ['name'])) ?? []),
})
const formats = [handing('HelmRelease', 'values', 'valuesFrom'), handing('Application', 'helm')]
const formatOf = (kind: string) => formats.find((format) => format.kind === kind)

describe('a value that a source hands on to a release', () => {
  const release = (kind = 'HelmRelease', name = 'web', declaredIn = apps): ReleaseSource => ({
    kind: 'release',
    id: `${declaredIn.id}/${name}`,
    path: 'apps',
    declaredIn,
    declaredBy: { kind, name, namespace: 'shop' },
  })
  const nothing = (source: Source) => rendered({ source, before: [], after: [] })
  const declared = (spec: JsonObject, kind = 'HelmRelease', name = 'web'): JsonObject => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind,
    metadata: { name },
    spec,
  })
  const verdict = (before: readonly JsonObject[], after: readonly JsonObject[], source = release()) =>
    prove([rendered({ before, after }), nothing(source)], [], formatOf).verdict

  it.each<[string, JsonObject, JsonObject]>([
    ['inline values', { values: { cpu: '1' } }, { values: { cpu: '2' } }],
    ['a new block of values', {}, { values: { cpu: '2' } }],
    ['the list of where values come from', { valuesFrom: [{ name: 'a' }] }, { valuesFrom: [{ name: 'b' }] }],
    [
      "an Application's Helm settings",
      { source: { helm: { values: 'a' } } },
      { source: { helm: { values: 'b' } } },
    ],
  ])('is judged in the rendering of the release: %s', (_name, before, after) => {
    const kind = 'source' in before ? 'Application' : 'HelmRelease'
    const [old, fresh] = [[declared(before, kind)], [declared(after, kind)]]
    expect(verdict(old, fresh, release(kind))).toBe('proved')
    expect(prove([rendered({ before: old, after: fresh })], [], formatOf).verdict).toBe('refuted')
  })

  it.each<[string, ReleaseSource]>([
    ['of another name', release('HelmRelease', 'other')],
    ['of another kind', release('Application')],
    ['in another source', release('HelmRelease', 'web', { ...apps, id: 'elsewhere' })],
  ])('counts as unexpected when the release that is rendered is one %s', (_name, source) => {
    expect(verdict([declared({ values: { a: '1' } })], [declared({ values: { a: '2' } })], source)).toBe(
      'refuted',
    )
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['its interval', { interval: '1m' }, { interval: '2m' }],
    ['its chart', { chart: { spec: { version: '1' } } }, { chart: { spec: { version: '2' } } }],
  ])('counts as unexpected when %s changes', (_name, before, after) => {
    expect(verdict([declared(before)], [declared(after)])).toBe('refuted')
  })

  it('counts as unexpected outside `spec`', () => {
    const labelled = (values: JsonObject): JsonObject => ({
      ...declared({}),
      metadata: { name: 'web', values, helm: values },
    })
    expect(verdict([labelled({ a: '1' })], [labelled({ a: '2' })])).toBe('refuted')
  })

  describe('through a ConfigMap', () => {
    const reads = (...names: string[]) =>
      declared({ valuesFrom: names.map((name) => ({ kind: 'ConfigMap', name })) })
    const through = (object: JsonObject, before: JsonObject, after: JsonObject) =>
      verdict([object, before], [object, after])

    it('is judged there when the release reads that ConfigMap', () => {
      expect(through(reads('other', 'sizes'), configMap('sizes', '1'), configMap('sizes', '2'))).toBe(
        'proved',
      )
      expect(through(reads('other'), configMap('sizes', '1'), configMap('sizes', '2'))).toBe('refuted')
      expect(through(declared({}), configMap('sizes', '1'), configMap('sizes', '2'))).toBe('refuted')
    })

    it('is judged there when a generator puts a hash behind its name', () => {
      expect(
        through(reads('my-sizes'), configMap('my-sizes-a1b2', '1'), configMap('my-sizes-c3d4', '2')),
      ).toBe('proved')
      expect(through(reads('my'), configMap('my-sizes-a1b2', '1'), configMap('my-sizes-c3d4', '2'))).toBe(
        'refuted',
      )
    })

    it('is judged there when the release names the ConfigMap with the hash, which changes too', () => {
      const [old, fresh] = ['sizes-8kbg46g74g', 'sizes-2h5ttk7m9c']
      const both = (name: string, value: string) => [reads(name), configMap(name, value)]
      expect(verdict(both(old, '1'), both(fresh, '2'))).toBe('proved')
      expect(verdict(both('sizes-aaaa', '1'), both('sizes-bbbb', '2'))).toBe('refuted')
      expect(verdict(both(old, '1'), [reads(old), configMap('other-2h5ttk7m9c', '2')])).toBe('refuted')
    })

    it('counts as unexpected when another release reads it', () => {
      const other = declared({ valuesFrom: [{ kind: 'ConfigMap', name: 'sizes' }] }, 'HelmRelease', 'other')
      const objects = (value: string) => [other, declared({}), configMap('sizes', value)]
      expect(verdict(objects('1'), objects('2'))).toBe('refuted')
    })

    it('counts as unexpected when an object of another kind has the name of the release', () => {
      const other = declared({ valuesFrom: [{ name: 'sizes' }] }, 'Other')
      const objects = (value: string) => [other, configMap('sizes', value)]
      expect(verdict(objects('1'), objects('2'))).toBe('refuted')
    })
  })
})
