import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { helmRelease } from '../../../../renderers/flux/helm-release.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'
import { type Asked, object, translated } from './flux-ground.ts'

describe('a HelmRelease', () => {
  const release = (spec: string, metadata = '{name: web, namespace: shop}') =>
    object(`apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: ${metadata}\nspec: ${spec}\n`)
  const by = { kind: 'HelmRelease', name: 'web', namespace: 'shop' }
  const inGit = 'chart: {spec: {chart: ./charts/web, sourceRef: {kind: GitRepository}}}'
  const partOf = async (spec: string, asked: Asked = {}) => {
    const found = await translated(helmRelease, by, {
      ...asked,
      objects: [release(spec), ...(asked.objects ?? [])],
    })
    return found?.parts[0]
  }

  it('is declared by its own API group alone', async () => {
    const view = memoryView({})
    const declares = (one: JsonObject) =>
      helmRelease.declares(one, { ...portsOf(view), namespace: 'default', path: 'x' })
    expect(await declares(release('{}'))).toEqual([{ object: by, namespace: 'shop' }])
    expect(await declares(release('{}', '{name: web}'))).toEqual([
      { object: { ...by, namespace: 'default' }, namespace: 'default' },
    ])
    expect(await declares(release('{targetNamespace: other}'))).toEqual([{ object: by, namespace: 'other' }])
    expect(await declares({ ...release('{}'), apiVersion: 'example.com/v1' })).toEqual([])
    expect(await declares({ ...release('{}'), kind: 'Other' })).toEqual([])
  })

  it('renders a chart of this repository with its values', async () => {
    expect(await partOf(`{${inGit}, values: {a: 1}}`)).toEqual({
      kind: 'helm',
      id: 'the release',
      path: 'charts/web',
      release: 'web',
      namespace: 'shop',
      values: [],
      inlineValues: ['{"a":1}'],
      parameters: [],
      frozen: expect.stringContaining('Chart.yaml'),
    })
  })

  it('takes edits of its chart where Flux packages it for each revision', async () => {
    const revision = inGit.replace('{spec: {', '{spec: {reconcileStrategy: Revision, ')
    expect(await partOf(`{${revision}}`)).not.toHaveProperty('frozen')
  })

  it('is named after its target namespace, or as it says itself', async () => {
    expect(await partOf(`{${inGit}, targetNamespace: other}`)).toMatchObject({
      release: 'other-web',
      namespace: 'other',
    })
    expect(await partOf(`{${inGit}, targetNamespace: other, releaseName: x}`)).toMatchObject({ release: 'x' })
  })

  it('takes values files in place of those of the chart, from the root of the repository', async () => {
    const chart =
      'chart: {spec: {chart: charts/web, valuesFiles: [charts/web/values.yaml, ./x.yaml], sourceRef: {kind: GitRepository}}}'
    expect(await partOf(`{${chart}}`)).toMatchObject({
      values: ['charts/web/values.yaml', 'x.yaml'],
      replacesDefaults: true,
      inlineValues: [],
    })
  })

  it('takes a chart from the directory of charts, by the last part of its name', async () => {
    const charts = { source: { charts: 'vendor' }, files: { 'vendor/web/Chart.yaml': '' } }
    const chart = (name: string) => `{chart: {spec: {chart: ${name}, sourceRef: {kind: HelmRepository}}}}`
    expect(await partOf(chart('web'), charts)).toMatchObject({ path: 'vendor/web', charts: 'vendor' })
    expect(await partOf(chart('group/web'), charts)).toMatchObject({ path: 'vendor/web' })
    await expect(partOf(chart('web'))).rejects.toThrow(/its chart web is not in this repository/)
    await expect(partOf('{}', charts)).rejects.toThrow(/names no chart/)
  })

  it('names a Bucket, from which nothing is fetched, and the way out', async () => {
    const bucket = '{chart: {spec: {chart: web, sourceRef: {kind: Bucket, name: shop}}}}'
    await expect(partOf(bucket)).rejects.toMatchObject({
      problems: [
        {
          message: 'its chart web comes from Bucket shop, from which nothing is fetched',
          hint: expect.stringContaining('charts.directories'),
        },
      ],
    })
    const vendored = { source: { charts: 'vendor' }, files: { 'vendor/web/Chart.yaml': '' } }
    expect(await partOf(bucket, vendored)).toMatchObject({ path: 'vendor/web' })
  })

  it('takes a chart by reference to an OCI repository', async () => {
    const files = { 'vendor/web/Chart.yaml': '', 'vendor/ref/Chart.yaml': '' }
    const charts = { source: { charts: 'vendor', cluster: 'prod' }, files }
    const repository = object(
      'kind: OCIRepository\nmetadata: {name: ref}\nspec: {url: "oci://host/charts/web"}\n',
    )
    expect(await partOf('{chartRef: {name: ref}}', { ...charts, objects: [repository] })).toMatchObject({
      path: 'vendor/web',
      cluster: 'prod',
    })
    expect(await partOf('{chartRef: {name: ref}}', charts)).toMatchObject({ path: 'vendor/ref' })
  })

  it('takes values from ConfigMaps that are rendered with it, before its own', async () => {
    const map = (name: string, data: string) =>
      object(`kind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n`)
    const from = (list: string) =>
      partOf(`{${inGit}, values: {z: 1}, valuesFrom: [${list}]}`, {
        objects: [
          map('one', '{values.yaml: "a: 1", other: "b: 2"}'),
          map('two-0123456789', '{values.yaml: "c: 3"}'),
          map('three-x', '{values.yaml: "d: 4"}'),
          map('two-012345678X', '{values.yaml: "e: 5"}'),
        ],
      })
    expect(await from('{kind: ConfigMap, name: one}')).toMatchObject({ inlineValues: ['a: 1', '{"z":1}'] })
    expect(await from('{kind: ConfigMap, name: one, valuesKey: other}')).toMatchObject({
      inlineValues: ['b: 2', '{"z":1}'],
    })
    expect(await from('{kind: ConfigMap, name: two}')).toMatchObject({ inlineValues: ['c: 3', '{"z":1}'] })
    for (const none of [
      '{kind: ConfigMap, name: three}',
      '{kind: Secret, name: one}',
      '{kind: ConfigMap}',
      '{kind: ConfigMap, name: one, valuesKey: gone}',
    ])
      expect(await from(none)).toMatchObject({ inlineValues: ['{"z":1}'], parameters: [] })
    expect(await from('{kind: ConfigMap, name: one, valuesKey: other, targetPath: x.y}')).toMatchObject({
      inlineValues: ['{"z":1}'],
      parameters: ['x.y=b: 2'],
    })
  })

  it('lets its own values win over a value at a path, as Flux does', async () => {
    const map = object('kind: ConfigMap\nmetadata: {name: one}\ndata: {cpu: 300m}\n')
    const at = (path: string) =>
      partOf(
        `{${inGit}, values: {a: {b.c: 1}}, valuesFrom: [{kind: ConfigMap, name: one, valuesKey: cpu, targetPath: '${path}'}]}`,
        { objects: [map] },
      )
    expect(await at('a.b')).toMatchObject({ parameters: ['a.b=300m'] })
    expect(await at('a.b\\.c')).toMatchObject({ parameters: [] })
  })

  it('keeps edits out of its chart where a Secret may set other values', async () => {
    const followed = inGit.replace('sourceRef', 'reconcileStrategy: Revision, sourceRef')
    const from = (kind: string) => partOf(`{${followed}, valuesFrom: [{kind: ${kind}, name: sizes}]}`)
    expect(await from('Secret')).toMatchObject({
      frozen: 'Secret sizes, which is not read, may set other values',
    })
    expect(await from('ConfigMap')).toMatchObject({ frozen: expect.stringContaining('ConfigMap sizes') })
  })

  it('passes its result through its post-renderers, joined in order', async () => {
    const renderers = '[{kustomize: {patches: [1], images: [2]}}, {kustomize: {patches: [3]}}, {other: 1}]'
    const found = await translated(helmRelease, by, {
      objects: [release(`{${inGit}, postRenderers: ${renderers}}`)],
    })
    expect(found?.postRender).toEqual({ patches: [1, 3], images: [2] })
    const none = await translated(helmRelease, by, { objects: [release(`{${inGit}, postRenderers: []}`)] })
    expect(none).not.toHaveProperty('postRender')
  })

  it('is found by name and namespace', async () => {
    expect(
      await translated(helmRelease, { ...by, namespace: 'x' }, { objects: [release(`{${inGit}}`)] }),
    ).toBeUndefined()
    expect(
      await translated(helmRelease, { ...by, name: 'x' }, { objects: [release(`{${inGit}}`)] }),
    ).toBeUndefined()
  })

  it('hands on its values, and the ConfigMaps that it reads', () => {
    expect(helmRelease.handsOn(['spec', 'values', 'a'])).toBe(true)
    expect(helmRelease.handsOn(['spec', 'valuesFrom', 0])).toBe(true)
    expect(helmRelease.handsOn(['spec', 'interval'])).toBe(false)
    expect(helmRelease.handsOn(['metadata', 'values'])).toBe(false)
    expect(helmRelease.configMaps(release('{valuesFrom: [{name: a}, {kind: x}, {name: b}]}'))).toEqual([
      'a',
      'b',
    ])
    expect(helmRelease.valuesAt(release('{}'))).toEqual({ path: ['spec', 'values'], written: true })
    expect(helmRelease.patchesAt(release('{}'))).toBeUndefined()
  })
})
