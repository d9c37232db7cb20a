import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { application, helmValuesAt } from '../../../../renderers/argocd/application.ts'
import { portsOf } from '../declaring-ports.ts'
import { declaredIn, object, view } from './argocd-ground.ts'

const by = { kind: 'Application', name: 'web', namespace: 'argocd' }

describe('an Application', () => {
  const app = (spec: string, apiVersion = 'argoproj.io/v1alpha1') =>
    object(
      `apiVersion: ${apiVersion}\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec: ${spec}\n`,
    )
  const parts = async (spec: string, more: { readonly charts?: string; readonly cluster?: string } = {}) => {
    const source = { kind: 'release', id: 'the app', path: 'x', declaredBy: by, declaredIn, ...more }
    return (
      await application.translate({
        ...portsOf(view),
        source,
        objects: [app(spec)],
        base: async () => [app(spec)],
        around: [],
      })
    )?.parts
  }
  const chart = (helm: string, more = '') => parts(`{source: {path: charts/web, helm: ${helm}}${more}}`)

  it('is declared by its own API group alone', async () => {
    const declares = (one: JsonObject) =>
      application.declares(one, { ...portsOf(view), namespace: 'default', path: 'x' })
    expect(await declares(app('{}'))).toEqual([{ object: by, namespace: 'argocd' }])
    expect(await declares(app('{destination: {namespace: shop}}'))).toEqual([
      { object: by, namespace: 'shop' },
    ])
    expect(await declares(app('{}', 'app.k8s.io/v1'))).toEqual([])
    expect(await declares({ ...app('{}'), kind: 'AppProject' })).toEqual([])
  })

  it('renders a chart with its options', async () => {
    const helm =
      '{releaseName: r, values: "a: 1", kubeVersion: "1.30", parameters: [{name: b, value: 2}, {name: c}, {value: 3}]}'
    expect(await chart(helm, ', destination: {namespace: shop}')).toEqual([
      {
        kind: 'helm',
        id: 'the app',
        namespace: 'shop',
        path: 'charts/web',
        release: 'r',
        values: [],
        inlineValues: ['a: 1'],
        parameters: ['b=2'],
        kubeVersion: '1.30',
      },
    ])
    expect(await chart('{valuesObject: {a: 1}, values: "b: 2"}')).toMatchObject([
      { release: 'web', namespace: 'default', inlineValues: ['{"a":1}'] },
    ])
  })

  it.each<[string, readonly string[]]>([
    ['[prod.yaml]', ['charts/web/prod.yaml']],
    ['[../../values/web.yaml]', ['values/web.yaml']],
    ['[/values/web.yaml]', ['values/web.yaml']],
    ['["test-*.yaml"]', ['charts/web/test-1.yaml', 'charts/web/test-2.yaml']],
    ['["*/test-*.yaml"]', []],
    ['["gone-*.yaml"]', []],
    ['[{a: 1}]', []],
  ])('takes values files %s', async (list, values) => {
    expect(await chart(`{valueFiles: ${list}}`)).toMatchObject([{ values }])
  })

  it('takes values files from the source that they refer to', async () => {
    const sources = (ref: string) =>
      parts(`{sources: [{path: charts/web, helm: {valueFiles: ["$values/values/web.yaml"]}}, {ref: ${ref}}]}`)
    expect(await sources('values')).toMatchObject([{ values: ['values/web.yaml'] }])
    await expect(sources('other')).rejects.toThrow(/refers to \$values/)
  })

  it('is refused with a values file on a server', async () => {
    await expect(chart('{valueFiles: ["https://host/x.yaml", prod.yaml]}')).rejects.toThrow(/on a server/)
  })

  it('may miss values files where it says so', async () => {
    expect(await chart('{valueFiles: [gone.yaml]}')).toMatchObject([{ values: ['charts/web/gone.yaml'] }])
    expect(await chart('{valueFiles: [gone.yaml, prod.yaml], ignoreMissingValueFiles: true}')).toMatchObject([
      { values: ['charts/web/prod.yaml'] },
    ])
  })

  it('renders a kustomization with what it adds', async () => {
    expect(await parts('{source: {path: ./apps/web/}}', { cluster: 'prod' })).toEqual([
      { kind: 'kustomize', id: 'the app', namespace: 'default', path: 'apps/web', cluster: 'prod' },
    ])
    const options =
      '{namePrefix: a-, nameSuffix: "", namespace: n, patches: [1], components: [2], images: [3]}'
    expect(await parts(`{source: {path: apps/web, kustomize: ${options}}}`)).toMatchObject([
      { additions: { namePrefix: 'a-', namespace: 'n', patches: [1], components: [2] } },
    ])
    expect((await parts('{source: {path: apps/web, kustomize: {images: [3]}}}'))?.[0]).not.toHaveProperty(
      'additions',
    )
  })

  it('renders a directory of manifests', async () => {
    expect(await parts('{source: {path: plain}}')).toEqual([
      { kind: 'plain', id: 'the app', namespace: 'default', path: 'plain', recurse: false },
    ])
    expect(
      await parts('{source: {path: plain, directory: {recurse: true, include: "a*", exclude: "b*"}}}'),
    ).toMatchObject([{ recurse: true, include: 'a*', exclude: 'b*' }])
    expect(await parts('{source: {path: .}}')).toMatchObject([{ path: '.' }])
  })

  it('renders every source that is in this repository', async () => {
    expect(
      await parts(
        '{sources: [{path: charts/web}, {ref: values}, {path: gone}, {path: plain/web.yaml}, {path: apps/web}]}',
      ),
    ).toMatchObject([{ kind: 'helm' }, { kind: 'kustomize' }])
    await expect(parts('{source: {path: gone}}')).rejects.toThrow(/gone/)
    expect(await parts('{}')).toBeUndefined()
  })

  it('takes a chart from the directory of charts', async () => {
    expect(await parts('{source: {chart: group/db, repoURL: x}}', { charts: 'vendor' })).toMatchObject([
      { path: 'vendor/db', charts: 'vendor' },
    ])
    await expect(parts('{source: {chart: db, repoURL: "https://me:pw@host/x"}}')).rejects.toThrow(
      /chart db of https:\/\/host\/x/,
    )
  })

  it('holds values as a mapping or as a text', () => {
    const at = (spec: string) => helmValuesAt(object(`spec: ${spec}`), ['spec'])
    expect(at('{source: {helm: {values: "a: 1"}}}')).toEqual({
      path: ['spec', 'source', 'helm', 'values', '|'],
      written: true,
    })
    expect(at('{source: {helm: {valuesObject: {}}}}')).toEqual({
      path: ['spec', 'source', 'helm', 'valuesObject'],
      written: true,
    })
    expect(at('{source: {}}')).toEqual({ path: ['spec', 'source', 'helm', 'valuesObject'], written: false })
    expect(at('{sources: [{ref: x}, {path: a, helm: {values: ""}}]}')).toEqual({
      path: ['spec', 'sources', 1, 'helm', 'values', '|'],
      written: true,
    })
  })

  it('takes patches where it has one source', () => {
    expect(application.patchesAt(app('{source: {}}'))).toEqual(['spec', 'source', 'kustomize', 'patches'])
    expect(application.patchesAt(app('{sources: []}'))).toBeUndefined()
    expect(application.handsOn(['spec', 'source', 'helm', 'values'])).toBe(true)
    expect(application.handsOn(['metadata', 'helm'])).toBe(false)
    expect(application.configMaps(app('{}'))).toEqual([])
  })
})
