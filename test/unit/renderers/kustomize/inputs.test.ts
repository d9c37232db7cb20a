import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../plugin/model/json.ts'
import type { InputFile } from '../../../../plugin/model/source.ts'
import { additionsFile, manifestsBelow } from '../../../../renderers/kustomize/additions.ts'
import { inflatesCharts } from '../../../../renderers/kustomize/helm-charts.ts'
import { inputsToRender, kustomizeInputs } from '../../../../renderers/kustomize/inputs.ts'
import { refuseRemoteCharts } from '../../../../renderers/kustomize/remote.ts'
import type { KustomizeSource } from '../../../../renderers/kustomize/source.ts'
import { memoryView } from '../../memory-view.ts'

const source = (path = 'prod', more: Partial<KustomizeSource> = {}): KustomizeSource => ({
  kind: 'kustomize',
  id: path,
  path,
  ...more,
})

type Files = Readonly<Record<string, string>>

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

describe('a kustomization that takes something from outside the repository', () => {
  it.each([
    ['a base', 'resources: [../../x]'],
    ['a transformer', 'transformers: [../../x.yaml]'],
    ['a patch', 'patches: [{path: ../../x.yaml}]'],
    ['a chart home', 'helmGlobals: {chartHome: /charts}'],
  ])('is listed, and refused when it is rendered: %s', async (_name, text) => {
    const view = memoryView({ 'prod/kustomization.yaml': `${text}\n` })
    expect(await kustomizeInputs(source(), view)).toHaveLength(1)
    await expect(inputsToRender(source(), view)).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'prod/kustomization.yaml' } }],
    })
  })

  it('knows a chart home outside', async () => {
    const rendered = (home: string) =>
      inputsToRender(
        source(),
        memoryView({ 'prod/kustomization.yaml': `helmGlobals: {chartHome: ${home}}\n` }),
      )
    await expect(rendered('/x')).rejects.toThrow('the chart home /x is outside the repository')
    expect((await rendered('x')).inputs).toHaveLength(1)
  })
})

describe('a base, patch or chart on a server', () => {
  const refused = async (text: string, more: Files = {}, role: InputFile['role'] = 'kustomization') => {
    const file = role === 'kustomization' ? 'prod/kustomization.yaml' : 'prod/x.yaml'
    const view = memoryView({ [file]: text, ...more })
    const rendering = async () => {
      await refuseRemoteCharts([{ path: file, at: file, role, topLayer: true }], view)
      if (role === 'kustomization') await inputsToRender(source(), view)
    }
    const error: unknown = await rendering().catch((reason: unknown) => reason)
    return error instanceof Error ? error.message : undefined
  }
  const url = 'https://host/x'

  it.each([
    `resources: [${url}]`,
    `bases: ["http://host/x?ref=v1"]`,
    `components: [${url}]`,
    `patches: [{path: ${url}}]`,
    `patchesStrategicMerge: [${url}]`,
    `openapi: {path: ${url}}`,
    `replacements: [{path: ${url}}]`,
    `configMapGenerator: [{files: [key=${url}]}]`,
    `configMapGenerator: [{envs: [${url}]}]`,
    `secretGenerator: [{env: ${url}}]`,
    `resources: [a.yaml]\n---\nresources: [${url}]`,
    `Resources: [${url}]`,
    `re\u017fources: [${url}]`,
    `configMapGenerator: [{FILES: [key=${url}]}]`,
    `namePrefix: ${url}`,
    `resources: [{other: ${url}}]`,
    `- ${url}`,
  ])('is refused: %s', async (text) => {
    expect(await refused(text)).toMatch(/^prod\/kustomization\.yaml:.*host\/x/)
  })

  it.each([
    `patches: [{patch: "${url}"}]`,
    `commonAnnotations: {link: ${url}}`,
    `labels: [{pairs: {link: ${url}}}]`,
    `helmCharts: [{name: web, valuesInline: {link: ${url}}}]`,
    'resources: [a.yaml]',
    `# ${url}`,
  ])('is not meant by %s', async (text) => {
    expect(await refused(text)).toBeUndefined()
  })

  const chart = `helmCharts: [{name: web, repo: ${url}, version: 1.2.3}]`
  it('is refused for a chart that is not vendored', async () => {
    expect(await refused(chart)).toMatch(/chart web of https:\/\/host\/x/)
    expect(await refused(`helmChartInflationGenerator: [{name: web, repo: ${url}}]`)).toMatch(/chart web/)
    expect(
      await refused(`kind: HelmChartInflationGenerator\nname: web\nrepo: ${url}\nchartHome: x`, {}, 'other'),
    ).toMatch(/chart web/)
  })

  it.each<[string, string, Files]>([
    ['vendored', chart, { 'prod/charts/web/Chart.yaml': '' }],
    ['vendored with its version', chart, { 'prod/charts/web-1.2.3/web/Chart.yaml': '' }],
    ['vendored elsewhere', `helmGlobals: {chartHome: ../all}\n${chart}`, { 'all/web/Chart.yaml': '' }],
    ['without a repository', `helmCharts: [{name: web}]\n# ${url}`, {}],
    ['without a name', `helmCharts: [{repo: ${url}}]`, {}],
  ])('is not refused for a chart %s', async (_name, text, files) => {
    expect(await refused(text, files)).toBeUndefined()
  })

  it('is not searched in manifests and patches', async () => {
    expect(await refused(`resources: [${url}]`, {}, 'manifest')).toBeUndefined()
    expect(await refused(`resources: [${url}]`, {}, 'other')).toBeUndefined()
  })
})

describe('what an object adds to a kustomization', () => {
  const added = async (files: Files, additions?: KustomizeSource['additions']) => {
    const file = await additionsFile(
      source('prod', additions === undefined ? {} : { additions }),
      memoryView(files),
    )
    return file && { path: file.path, content: JSON.parse(String(file.content)) as Json }
  }

  it('is appended to lists, merged into maps, and replaces all else', async () => {
    const files = {
      'prod/kustomization.yaml':
        'patches: [1]\ncommonAnnotations: {a: b}\nnamePrefix: x\nimages: [{name: i}, {name: j}]\n',
    }
    const additions = {
      patches: [2],
      commonAnnotations: { c: 'd' },
      namePrefix: 'y',
      images: [{ name: 'i', newTag: '2' }],
      components: ['z'],
    }
    expect(await added(files, additions)).toEqual({
      path: 'prod/kustomization.yaml',
      content: {
        patches: [1, 2],
        commonAnnotations: { a: 'b', c: 'd' },
        namePrefix: 'y',
        images: [{ name: 'j' }, { name: 'i', newTag: '2' }],
        components: ['z'],
      },
    })
  })

  it('is nothing where there are no additions', async () => {
    expect(await added({ 'prod/kustomization.yaml': '' })).toBeUndefined()
    expect(await added({ 'prod/kustomization.yaml': '' }, {})).toBeUndefined()
  })

  it('makes a kustomization of every manifest where there is none', async () => {
    expect(await added({ 'prod/a.yaml': '', 'prod/b/c.yaml': '' }, {})).toEqual({
      path: 'prod/kustomization.yaml',
      content: { resources: ['a.yaml', 'b/c.yaml'] },
    })
  })

  it('begins an empty kustomization, and is refused for one that is no mapping', async () => {
    expect(await added({ 'prod/Kustomization': '' }, { namePrefix: 'a' })).toEqual({
      path: 'prod/Kustomization',
      content: { namePrefix: 'a' },
    })
    await expect(added({ 'prod/kustomization.yml': '[]' }, { namePrefix: 'a' })).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'prod/kustomization.yml' } }],
    })
  })

  it('lists manifests as Flux does', async () => {
    const view = memoryView({
      'r/a.yaml': '',
      'r/.hidden/b.yaml': '',
      'r/k/kustomization.yaml': '',
      'r/k/c.yaml': '',
      'r/d/e.yml': '',
      'r/f.json': '',
      'r/l.yaml': '-> a.yaml',
    })
    expect(await manifestsBelow(view, 'r')).toEqual(['a.yaml', 'd/e.yml', 'k'])
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
