import { describe, expect, it } from 'vitest'
import { inflatesCharts } from '../../../../renderers/kustomize/helm-charts.ts'
import { kustomizeInputs } from '../../../../renderers/kustomize/inputs.ts'
import { memoryView } from '../../memory-view.ts'
import { type Files, source } from './inputs-ground.ts'

const inputs = async (files: Files, from = source()): Promise<readonly string[]> =>
  (await kustomizeInputs(from, memoryView(files))).map(
    ({ at, path, role, topLayer }) =>
      `${at}${at === path ? '' : ` -> ${path}`} ${role}${topLayer ? ' top' : ''}`,
  )

const base = { 'base/kustomization.yaml': 'resources: [web.yaml]\n', 'base/web.yaml': 'kind: A\n' }

describe('the files that a kustomization reads', () => {
  it('are its own and those below it, with their roles', async () => {
    const kustomization = `resources: [../base, own.yaml]
patches: [{path: patch.yaml}, {patch: "a: b"}]
patchesStrategicMerge: [merge.yaml]
patchesJson6902: [{path: json.yaml}]
components: [../component]
crds: [crd.yaml]
configMapGenerator: [{name: x, files: [settings.conf, key=other.txt], envs: [x.env]}]
namePrefix: base
`
    const names = [
      'own.yaml',
      'patch.yaml',
      'merge.yaml',
      'json.yaml',
      'crd.yaml',
      'settings.conf',
      'other.txt',
      'x.env',
    ]
    const files = {
      ...base,
      ...Object.fromEntries(names.map((name) => [`prod/${name}`, ''])),
      'component/kustomization.yaml': 'kind: Component\npatches: [{path: p.yaml}]\n',
      'component/p.yaml': '',
      'prod/kustomization.yaml': kustomization,
      'prod/unused.yaml': '',
    }
    expect(await inputs(files)).toEqual([
      'prod/kustomization.yaml kustomization top',
      'base/kustomization.yaml kustomization',
      'base/web.yaml manifest',
      'prod/own.yaml manifest top',
      'prod/patch.yaml patch top',
      'prod/merge.yaml patch top',
      'prod/json.yaml patch top',
      'component/kustomization.yaml kustomization',
      'component/p.yaml patch',
      'prod/crd.yaml manifest top',
      'prod/settings.conf other top',
      'prod/other.txt other top',
      'prod/x.env other top',
    ])
  })

  it('are listed once, also where stacks use each other in a circle', async () => {
    const files = {
      'a/kustomization.yaml': 'resources: [../b, ../b, web.yaml]\n',
      'b/kustomization.yaml': 'resources: [../a, ../a/web.yaml]\n',
      'a/web.yaml': '',
    }
    expect(await inputs(files, source('a'))).toEqual([
      'a/kustomization.yaml kustomization top',
      'b/kustomization.yaml kustomization',
      'a/web.yaml manifest',
    ])
  })

  it.each(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])('are found from %s', async (name) => {
    expect(await inputs({ [`prod/${name}`]: 'resources: [a.yaml]\n', 'prod/a.yaml': '' })).toEqual([
      `prod/${name} kustomization top`,
      'prod/a.yaml manifest top',
    ])
  })

  it('are every file of a directory without a kustomization', async () => {
    const files = {
      'prod/kustomization.yaml': 'openapi: {path: x}\nconfigurations: [dir]\n',
      'prod/dir/a.yaml': '',
      'prod/dir/b/c.bin': '',
    }
    expect(await inputs(files)).toEqual([
      'prod/kustomization.yaml kustomization top',
      'prod/dir/a.yaml other',
      'prod/dir/b/c.bin other',
    ])
  })

  it('are those that the configuration of a transformer names', async () => {
    const files = {
      'prod/kustomization.yaml': 'transformers: [t.yaml]\ngenerators: [g.yaml]\n',
      'prod/t.yaml': 'path: x.yaml\n---\npaths: [y.yaml]\n',
      'prod/x.yaml': 'path: z.yaml\n',
      'prod/y.yaml': '',
      'prod/z.yaml': '',
      'prod/g.yaml': 'a: [',
    }
    expect(await inputs(files)).toEqual([
      'prod/kustomization.yaml kustomization top',
      'prod/t.yaml other top',
      'prod/x.yaml other top',
      'prod/y.yaml other top',
      'prod/g.yaml other top',
    ])
  })

  it('are those behind links, and none behind links that lead outside', async () => {
    const files = {
      'prod/kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
      'prod/a.yaml': '-> ../shared/a.yaml',
      'prod/b.yaml': '-> /etc/passwd',
      'shared/a.yaml': '',
    }
    expect(await inputs(files)).toEqual([
      'prod/kustomization.yaml kustomization top',
      'prod/a.yaml -> shared/a.yaml manifest top',
    ])
  })

  it('are none for texts that are no paths', async () => {
    const text = `resources: ["https://host/x//y?ref=1", "a\\nb", "${'x'.repeat(2000)}"]\nlabels: [1, null, true]\n`
    expect(await inputs({ 'prod/kustomization.yaml': text })).toEqual([
      'prod/kustomization.yaml kustomization top',
    ])
  })

  it('are those of vendored charts and their values', async () => {
    const files = {
      'prod/kustomization.yaml':
        'helmCharts: [{name: web, valuesFile: v.yaml, additionalValuesFiles: [w.yaml, gone.yaml]}]\n',
      'prod/charts/web/Chart.yaml': '',
      'prod/charts/web/values.yaml': '',
      'prod/v.yaml': '',
      'prod/w.yaml': '',
    }
    expect(await inputs(files)).toEqual([
      'prod/kustomization.yaml kustomization top',
      'prod/charts/web/Chart.yaml other',
      'prod/charts/web/values.yaml chart-values',
      'prod/v.yaml values top',
      'prod/w.yaml values top',
    ])
    const below = { ...files, 'top/kustomization.yaml': 'resources: [../prod]\n' }
    expect(await inputs(below, source('top'))).toContain('prod/v.yaml values')
  })

  it('are none where there is no kustomization', async () => {
    await expect(inputs({ 'prod/a.yaml': '' })).rejects.toMatchObject({
      problems: [{ code: 'source.unknown', place: { file: 'prod' } }],
    })
  })

  it('are every manifest below the directory, where additions make a kustomization of them', async () => {
    const files = {
      ...base,
      'prod/a.yaml': '',
      'prod/b/c.yml': '',
      'prod/b/d.txt': '',
      'prod/k/kustomization.yaml': 'resources: [e.yaml]\n',
      'prod/k/e.yaml': '',
      'prod/k/f.yaml': '',
      'prod/p.yaml': '',
    }
    const additions = { components: ['../base'] }
    expect(await inputs(files, source('prod', { additions }))).toEqual([
      'prod/a.yaml manifest top',
      'prod/b/c.yml manifest top',
      'prod/k/kustomization.yaml kustomization',
      'prod/k/e.yaml manifest',
      'prod/p.yaml manifest top',
      'base/kustomization.yaml kustomization',
      'base/web.yaml manifest',
    ])
  })
})

describe('charts inside a kustomization', () => {
  it.each([
    ['helmCharts: []', true],
    ['a: 1\nhelmChartInflationGenerator:\n', true],
    ['kind: HelmChartInflationGenerator', true],
    ['x: {helmCharts: []}', false],
    ['resources: []', false],
  ])('are known by the text %j: %s', (text, inflates) => {
    expect(inflatesCharts(text)).toBe(inflates)
  })
})
