import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { listOf, textOf, valueAt } from '../../../plugin/model/json.ts'
import type { Intent, Proof } from '../../../plugin/model/proof.ts'
import type { DeclaringFormat } from '../../../plugin/model/renderer.ts'
import type { ReleaseSource, Source } from '../../../plugin/model/source.ts'
import { prove } from '../../../plugin/prove/prove.ts'

const apps: Source = { kind: 'plain', id: 'apps', path: 'apps', namespace: 'shop' }

interface Objects {
  readonly source?: Source
  readonly before: readonly JsonObject[]
  readonly after: readonly JsonObject[]
  readonly again?: readonly JsonObject[]
  readonly failure?: string
}

const rendered = ({ source = apps, before, after, again, failure }: Objects) => ({
  source,
  before: { source, objects: before },
  after: { source, objects: after },
  ...(again && { beforeAgain: { source, objects: again } }),
  ...(failure !== undefined && { failure }),
})

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }

interface Container {
  readonly name?: string
  readonly cpu?: string
  readonly env?: Json
}

const deployment = ({ name = 'api', cpu = '1', env }: Container = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      spec: { containers: [{ name: 'app', ...(env && { env }), resources: { requests: { cpu } } }] },
    },
  },
})

const wants = (to: string, more: Partial<Intent> = {}): Intent => ({
  source: 'apps',
  workload,
  container: 'app',
  field: 'requests.cpu',
  to,
  ...more,
})

const configMap = (name: string, value: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { value },
})

/** The parts of a proof that say why it is refuted, without their names. */
const refutedBy = (proof: Proof): string => JSON.stringify({ ...proof, sources: undefined, moved: undefined })

describe('a proof over several sources', () => {
  const other: Source = { ...apps, id: 'other', path: 'other' }

  it('names every source that was rendered and every intended field that moved', () => {
    const one = wants('250m')
    const two = wants('300m', { source: 'other' })
    const proof = prove(
      [
        rendered({ before: [deployment()], after: [deployment({ cpu: '250m' })] }),
        rendered({ source: other, before: [deployment()], after: [deployment({ cpu: '300m' })] }),
      ],
      [one, two],
    )
    expect(proof).toMatchObject({ verdict: 'proved', sources: ['apps', 'other'], moved: [one, two] })
  })

  it('applies an intent to its own source alone', () => {
    const proof = prove(
      [
        rendered({ before: [deployment()], after: [deployment({ cpu: '250m' })] }),
        rendered({ source: other, before: [deployment()], after: [deployment({ cpu: '250m' })] }),
      ],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', moved: [wants('250m')] })
    expect(refutedBy(proof)).toContain(
      JSON.stringify({
        source: 'other',
        object: 'Deployment/api',
        path: ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu'],
        before: '1',
        after: '250m',
      }),
    )
  })

  it('is refuted by a source that does not render after the edits, whose intents are then ignored', () => {
    const proof = prove(
      [rendered({ before: [deployment()], after: [], failure: 'exit status 1' })],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', sources: ['apps'], moved: [] })
    expect(refutedBy(proof)).toContain('[{"source":"apps","message":"exit status 1"}]')
    expect(refutedBy(proof)).not.toContain('250m')
    expect(refutedBy(proof)).not.toContain('Deployment')
  })

  it('proves an edit that changes nothing where nothing was intended', () => {
    expect(prove([rendered({ before: [deployment()], after: [deployment()] })], [])).toMatchObject({
      verdict: 'proved',
      moved: [],
    })
  })

  it('looks for workloads in the namespace `default` when the source names none', () => {
    const { namespace: _, ...nowhere } = apps
    const inDefault = wants('250m', { workload: { ...workload, namespace: 'default' } })
    const both = { source: nowhere, before: [deployment()], after: [deployment({ cpu: '250m' })] }
    expect(prove([rendered(both)], [inDefault])).toMatchObject({ verdict: 'proved' })
    expect(prove([rendered(both)], [wants('250m')])).toMatchObject({ verdict: 'refuted', moved: [] })
  })
})

describe('a variable that an edit adds', () => {
  const variable = wants('2', { field: 'env.GOMAXPROCS' })
  const procs = { name: 'GOMAXPROCS', value: '2' }
  const added = (env: Json): Proof =>
    prove([rendered({ before: [deployment()], after: [deployment({ env })] })], [variable])

  it('may add its name, and nothing else', () => {
    expect(added([procs])).toMatchObject({ verdict: 'proved', moved: [variable] })
    expect(added([procs, { name: 'DEBUG', value: '1' }])).toMatchObject({ verdict: 'refuted' })
    expect(added([{ ...procs, more: 'x' }])).toMatchObject({ verdict: 'refuted' })
  })

  it('may not take the name of another', () => {
    const proof = prove(
      [
        rendered({
          before: [deployment({ env: [{ name: 'DEBUG', value: '1' }] })],
          after: [deployment({ env: [procs, { name: 'DEBUG2', value: '1' }] })],
        }),
      ],
      [variable],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', moved: [variable] })
    expect(refutedBy(proof)).toContain('DEBUG2')
  })

  it('does not excuse a new name beside a request', () => {
    const containers = (one: JsonObject): JsonObject => ({
      ...deployment(),
      spec: { template: { spec: { containers: [one] } } },
    })
    const proof = prove(
      [
        rendered({
          before: [containers({ name: 'app', resources: { requests: { cpu: '1' } } })],
          after: [containers({ name: 'app', resources: { requests: { cpu: '250m', name: 'x' } } })],
        }),
      ],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted' })
  })
})

describe('what is random in the unchanged source', () => {
  it('is recognised by kind and stem where the name itself is random', () => {
    const before = [deployment(), configMap('token-a1', 'x')]
    const after = [deployment({ cpu: '250m' }), configMap('token-b2', 'x')]
    const verdict = (again: readonly JsonObject[]) =>
      prove([rendered({ before, after, again })], [wants('250m')]).verdict
    expect(verdict([deployment(), configMap('token-c3', 'x')])).toBe('proved')
    expect(verdict([deployment(), configMap('other-c3', 'x'), configMap('token-a1', 'x')])).toBe('refuted')
    expect(verdict([deployment(), configMap('token-a1', 'x')])).toBe('refuted')
  })

  it('excuses the whole object only where the object itself is added or removed', () => {
    const job = (name: string, value: string): JsonObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      data: { value },
    })
    const before = [deployment(), job('init-db', '1')]
    const after = [deployment({ cpu: '250m' })]
    const again = [deployment(), job('init-db', '2')]
    expect(prove([rendered({ before, after, again })], [wants('250m')]).verdict).toBe('refuted')
  })

  it('does not excuse another kind with the same stem', () => {
    const secret: JsonObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token-b2' } }
    const proof = prove(
      [
        rendered({
          before: [deployment(), configMap('token-a1', 'x')],
          after: [deployment({ cpu: '250m' }), configMap('token-a1', 'x'), secret],
          again: [deployment(), configMap('token-c3', 'x')],
        }),
      ],
      [wants('250m')],
    )
    expect(proof.verdict).toBe('refuted')
    expect(refutedBy(proof)).toContain('Secret/token-b2')
  })
})

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
