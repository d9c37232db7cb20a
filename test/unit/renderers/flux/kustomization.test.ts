import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { fluxKustomization } from '../../../../renderers/flux/kustomization.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'
import { type Asked, object, translated } from './flux-ground.ts'

describe('a Flux Kustomization', () => {
  const kustomization = (spec: string) =>
    object(
      `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux}\nspec: ${spec}\n`,
    )
  const by = { kind: 'Kustomization', name: 'web', namespace: 'flux' }
  const files = { 'apps/web/kustomization.yaml': '{}', 'top.yaml': '' }
  const translate = (spec: string, asked: Asked = {}) =>
    translated(fluxKustomization, by, {
      files,
      ...asked,
      objects: [kustomization(spec), ...(asked.objects ?? [])],
    })

  it('is declared by its own API group alone', async () => {
    const declares = (one: JsonObject) =>
      fluxKustomization.declares(one, { ...portsOf(memoryView({})), namespace: 'default', path: 'x' })
    expect(await declares(kustomization('{}'))).toEqual([{ object: by, namespace: 'flux' }])
    expect(await declares(kustomization('{targetNamespace: shop}'))).toEqual([
      { object: by, namespace: 'shop' },
    ])
    const own = { ...kustomization('{}'), apiVersion: 'kustomize.config.k8s.io/v1beta1' }
    expect(await declares(own)).toEqual([])
    expect(fluxKustomization.mayBeIn('x', 'apiVersion: kustomize.toolkit.fluxcd.io/v1')).toBe(true)
    expect(fluxKustomization.mayBeIn('x', 'kind: Kustomization')).toBe(false)
  })

  it.each([
    ['./apps/web', 'apps/web'],
    ['apps/web/', 'apps/web'],
    ['/apps/web', 'apps/web'],
    ['apps/../apps/web', 'apps/web'],
    ['.', '.'],
    ['./', '.'],
  ])('renders the kustomization at its path %s', async (path, at) => {
    const found = await translate(`{path: ${path}}`, { source: { namespace: 'shop', cluster: 'prod' } })
    expect(found).toEqual({
      parts: [
        {
          kind: 'kustomize',
          id: 'the release',
          path: at,
          namespace: 'shop',
          cluster: 'prod',
          additions: {},
          loadRestrictor: 'LoadRestrictionsNone',
        },
      ],
      rollout: { by: 'Flux reconciles Kustomization web', byFlux: true },
    })
  })

  it('renders the root without a path', async () => {
    expect((await translate('{}'))?.parts[0]).toMatchObject({ path: '.' })
  })

  it.each(['{path: gone}', '{path: top.yaml}', '{path: ../apps/web}', '{path: ..}'])(
    'renders nothing for %s',
    async (spec) => {
      expect(await translate(spec)).toBeUndefined()
    },
  )

  it('renders nothing where it is not found, or says nothing', async () => {
    expect(
      await translated(fluxKustomization, { ...by, name: 'x' }, { files, objects: [kustomization('{}')] }),
    ).toBeUndefined()
    expect(await translate('text')).toBeUndefined()
  })

  it('adds what its object says to the kustomization', async () => {
    const spec =
      '{path: apps/web, targetNamespace: shop, namePrefix: a-, nameSuffix: -b, patches: [1], components: [2], images: [3], interval: 1m}'
    expect((await translate(spec))?.parts[0]).toMatchObject({
      additions: {
        namespace: 'shop',
        namePrefix: 'a-',
        nameSuffix: '-b',
        patches: [1],
        components: [2],
        images: [3],
      },
    })
  })

  it('substitutes variables of ConfigMaps, then its own', async () => {
    const map = (name: string, data: string) =>
      object(`kind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`)
    const spec = (from: string, own: string) =>
      `{path: apps/web, postBuild: {substituteFrom: [${from}], substitute: ${own}}}`
    const objects = [
      map('a', '{x: 1, y: b}'),
      map('b', '{x: 2}'),
      object('kind: Secret\nmetadata: {name: c}\ndata: {x: 3}\n'),
    ]
    const variables = async (text: string) => [...((await translate(text, { objects }))?.variables ?? [])]
    expect(await variables(spec('{kind: ConfigMap, name: a}', '{z: 9, w: [1]}'))).toEqual([
      ['x', '1'],
      ['y', 'b'],
      ['z', '9'],
    ])
    expect(await variables(spec('{kind: ConfigMap, name: a}, {kind: ConfigMap, name: b}', '{y: c}'))).toEqual(
      [
        ['x', '2'],
        ['y', 'c'],
      ],
    )
    expect(await variables(spec('{kind: Secret, name: c}, {kind: Secret, name: a}', '{}'))).toEqual([])
    expect(await translate('{path: apps/web}')).not.toHaveProperty('variables')
  })

  it('takes patches and no values', () => {
    expect(fluxKustomization.patchesAt({})).toEqual(['spec', 'patches'])
    expect(fluxKustomization.valuesAt({})).toBeUndefined()
    expect(fluxKustomization.handsOn(['spec'])).toBe(false)
    expect(fluxKustomization.handsOn(['spec', 'path'])).toBe(false)
    expect(fluxKustomization.handsOn(['spec', 'patches', 0])).toBe(true)
    expect(fluxKustomization.handsOn(['spec', 'postBuild', 'substitute', 'x'])).toBe(true)
    expect(fluxKustomization.configMaps({})).toEqual([])
  })
})
