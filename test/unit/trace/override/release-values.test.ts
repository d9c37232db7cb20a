import { describe, expect, it } from 'vitest'
import { deployment, releasesOf, siteText, stackSource, world } from '../builders.ts'
import { overrideIn } from './requests.ts'
import { chartOf, requests, simple } from './values-ground.ts'

describe('an override of a release', () => {
  const declared = (spec: string) =>
    `apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec:\n  chart: web\n${spec}`
  const override = async (
    files: Readonly<Record<string, string>>,
    asked: Parameters<typeof overrideIn>[2] = {},
    path = 'cluster',
  ) => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource(path))
    return siteText(await overrideIn(made, release ?? stackSource(path), asked))
  }
  const cluster = (spec: string) => ({
    'cluster/stack.yaml': 'resources: [web.yaml]\n',
    'cluster/web.yaml': declared(spec),
  })

  it('is in the values of its object', async () => {
    expect(await override(simple(cluster('  values:\n    a: 1\n')))).toBe(
      'insert cluster/web.yaml:7 spec.values.cpu',
    )
  })

  it('is in its values file where its object has no values and no other source reads the file', async () => {
    const files = simple({ ...cluster('  files: [a.yaml]\n'), 'a.yaml': 'x: 1\n' })
    expect(await override(files)).toBe('insert a.yaml:1 cpu')
    expect(await override(files, { readers: { 'a.yaml': ['Deploy web in cluster', 'cluster'] } })).toBe(
      'insert a.yaml:1 cpu',
    )
  })

  it('is in new values of its object where others read its values file, or it has none', async () => {
    const files = simple({ ...cluster('  files: [a.yaml]\n'), 'a.yaml': 'x: 1\n' })
    const readers = { 'a.yaml': ['Deploy web in cluster', 'another'] }
    expect(await override(files, { readers })).toBe('insert cluster/web.yaml:5 spec.values.cpu')
    expect(await override(simple(cluster('')))).toBe('insert cluster/web.yaml:5 spec.values.cpu')
  })

  it('is the source line itself where that is in the values of its object and sets nothing else', async () => {
    const files = simple(cluster('  values:\n    cpu: 200m\n'))
    expect(await override(files, { alone: true })).toBe('scalar cluster/web.yaml:7 spec.values.cpu')
  })

  it('of a value in a base of its object is in a patch of the object', async () => {
    const files = simple({
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': declared('  values:\n    cpu: 200m\n'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec:\n  values:\n    x: 1\n',
    })
    expect(await override(files, {}, 'prod')).toBe('insert prod/web.yaml:6 spec.values.cpu')
  })

  it('of a value in a block of text in its object is at the same key of its values', async () => {
    const stack = `resources: [../base]\npatches:\n- patch: |\n    apiVersion: v1\n    kind: Deploy\n    metadata: {name: web}\n    spec: {values: {cpu: 300m}}\n`
    const files = simple({
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': declared('  values:\n    x: 1\n'),
      'mid/stack.yaml': stack,
      'prod/stack.yaml': 'resources: [../mid]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec: {values: {y: 1}}\n',
    })
    expect(await override(files, {}, 'prod')).toBe('insert prod/web.yaml:4 spec.values.cpu')
  })

  it('of a value in a text in its object is at the same key of a patch of it', async () => {
    const files = simple({
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': declared('  values: |\n    x: {cpu: 200m}\n    cpu: 300m\n'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec: {valuesObject: {y: 1}}\n',
    })
    expect(await override(files, {}, 'prod')).toBe('insert prod/web.yaml:4 spec.valuesObject.cpu')
  })

  it('of a value in a mapping beside the values is at the same key', async () => {
    const files = simple({
      'base/stack.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': declared('  valuesObject:\n    cpu: 300m\n'),
      'prod/stack.yaml': 'resources: [../base]\npatches: [{path: web.yaml}]\n',
      'prod/web.yaml': 'apiVersion: v1\nkind: Deploy\nmetadata: {name: web}\nspec: {values: {y: 1}}\n',
    })
    expect(await override(files, {}, 'prod')).toBe('insert prod/web.yaml:4 spec.values.cpu')
  })

  it('of a value in a list of values is in the last of them', async () => {
    const files = simple(cluster('  values:\n  - cpu: 300m\n  - x: 1\n'))
    expect(await override(files)).toBe('insert cluster/web.yaml:8 spec.values.1.cpu')
  })

  it('of a value of its own chart is at its whole path', async () => {
    const files = chartOf('x: {y: {cpu: 100m}}\n', '<% values.x.y.cpu %>', cluster('  values:\n    z: 1\n'))
    expect(await override(files)).toBe('insert cluster/web.yaml:7 spec.values.x.y.cpu')
  })

  it('is begun in its object where the values file of the release has the key without a value', async () => {
    const files = chartOf('cpu: 100m\n', '<% values.cpu ?? "1" %>', {
      ...cluster('  files: [a.yaml]\n'),
      'a.yaml': 'x: 1\nsops: {mac: x}\n',
    })
    expect(await override(files)).toBe('insert cluster/web.yaml:5 spec.values.cpu')
  })

  it('declared in a list is in the values of its entry', async () => {
    const files = simple({
      'cluster/stack.yaml': 'resources: [deploys.yaml]\n',
      'cluster/deploys.yaml':
        'deploys:\n- name: api\n  spec: {chart: web, values: {a: 1}}\n- name: web\n  spec: {chart: web, values: {b: 1}}\n',
    })
    const made = world(files)
    const releases = await releasesOf(made, stackSource('cluster'))
    const web = releases.find(({ declaredBy }) => declaredBy.name === 'web')
    expect(siteText(web ? await overrideIn(made, web) : null)).toBe(
      'insert cluster/deploys.yaml:5 deploys.1.spec.values.cpu',
    )
  })
})

describe('an override of a chart two releases down', () => {
  const outer = (name: string, spec: string) =>
    `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
  const files = {
    ...simple(),
    'mid/chart.yaml': '{}',
    'mid/values.yaml': 'mid: {cpu: 300m}\n',
    'mid/template.yaml': outer('web', 'chart: web, values: {cpu: <% values.top?.cpu ?? values.mid.cpu %>}'),
    'outer/chart.yaml': '{}',
    'outer/values.yaml': '{}',
    'outer/template.yaml': outer('mid', 'chart: mid, values: {top: {cpu: <% values.top?.cpu ?? "null" %>}}'),
    'cluster/stack.yaml': 'resources: [outer.yaml]\n',
  }
  const override = async (values: string) => {
    const made = world({
      ...files,
      'cluster/outer.yaml': outer('outer', `chart: outer, values: {${values}}`),
    })
    const [first] = await releasesOf(made, stackSource('cluster'))
    const [second] = first ? await releasesOf(made, first) : []
    const [third] = second ? await releasesOf(made, second) : []
    if (third === undefined) throw new Error('no release')
    return siteText(await overrideIn(made, third))
  }

  it('is in the values of the release that has the default', async () => {
    expect(await override('a: 1')).toBeNull()
    // The middle release is declared in a template, which no override is written to.
    const made = world({ ...files, 'cluster/outer.yaml': outer('outer', 'chart: mid, values: {a: 1}') })
    const [first] = await releasesOf(made, stackSource('cluster'))
    const [second] = first ? await releasesOf(made, first) : []
    expect(siteText(second ? await overrideIn(made, second) : null)).toBe(
      'insert cluster/outer.yaml:4 spec.values.mid.cpu',
    )
  })

  it('is in the outermost object, where a chart in between hands its own default on', async () => {
    const made = world({
      ...files,
      'outer/values.yaml': 'top: {cpu: 400m}\n',
      'cluster/outer.yaml': outer('outer', 'chart: outer, values: {a: 1}'),
    })
    const [first] = await releasesOf(made, stackSource('cluster'))
    const [second] = first ? await releasesOf(made, first) : []
    const [third] = second ? await releasesOf(made, second) : []
    expect(siteText(third ? await overrideIn(made, third) : null)).toBe(
      'insert cluster/outer.yaml:4 spec.values.top.cpu',
    )
  })
})

describe('an override of a chart that a release declares in the values of another release', () => {
  it('is in the layer whose values set the field', async () => {
    const outer = deployment('x', requests('1')) // only to have a container in the outer chart
    const files = {
      'outer/chart.yaml': '{}',
      'outer/values.yaml': 'inner: {cpu: 100m}\n',
      'outer/template.yaml': `apiVersion: v1
kind: Deploy
metadata: {name: web}
spec:
  chart: web
  values: {cpu: <% values.inner.cpu %>}
---
${outer}`,
      ...simple(),
      'cluster/stack.yaml': 'resources: [outer.yaml]\n',
      'cluster/outer.yaml':
        'apiVersion: v1\nkind: Deploy\nmetadata: {name: outer}\nspec:\n  chart: outer\n  values:\n    a: 1\n',
    }
    const made = world(files)
    const [first] = await releasesOf(made, stackSource('cluster'))
    const [second] = first ? await releasesOf(made, first) : []
    expect(second?.declaredBy).toMatchObject({ kind: 'Deploy', name: 'web' })
    expect(siteText(second ? await overrideIn(made, second) : null)).toBe(
      'insert cluster/outer.yaml:7 spec.values.inner.cpu',
    )
  })
})
