import { describe, expect, it } from 'vitest'
import { chartDependencies } from '../../../../renderers/helm/dependencies.ts'
import { helmInputs } from '../../../../renderers/helm/inputs.ts'
import type { HelmSource } from '../../../../renderers/helm/source.ts'
import { subchartKeys } from '../../../../renderers/helm/subcharts.ts'
import { findValuesFiles } from '../../../../renderers/helm/values-files.ts'
import { memoryView } from '../../memory-view.ts'

type Files = Readonly<Record<string, string>>

const source = (more: Partial<HelmSource> = {}): HelmSource => ({
  kind: 'helm',
  id: 'web',
  path: 'web',
  release: 'web',
  values: [],
  ...more,
})

const inputs = async (files: Files, from = source()): Promise<readonly string[]> =>
  (await helmInputs(from, memoryView(files))).map(({ at, path, role, topLayer, valuesKeys }) =>
    [
      at,
      ...(at === path ? [] : [`-> ${path}`]),
      role,
      ...(topLayer ? ['top'] : []),
      ...(valuesKeys === undefined ? [] : [JSON.stringify(valuesKeys)]),
    ].join(' '),
  )

const chart = { 'web/Chart.yaml': 'name: web\n', 'web/values.yaml': 'a: 1\n' }

describe('the files that a chart reads', () => {
  it('are its own, its values on top where no other values are applied', async () => {
    const files = {
      ...chart,
      'web/templates/a.yaml': '',
      'web/templates/sub/b.tpl': '',
      'web/templates/NOTES.txt': '',
      'web/values-prod.yaml': '',
    }
    expect(await inputs(files)).toEqual([
      'web/Chart.yaml other',
      'web/templates/NOTES.txt other',
      'web/templates/a.yaml template',
      'web/templates/sub/b.tpl template',
      'web/values-prod.yaml other',
      'web/values.yaml chart-values top',
    ])
  })

  it('are its values files too, the last one on top', async () => {
    const files = { ...chart, 'a.yaml': '', 'b.yaml': '-> c.yaml', 'c.yaml': '' }
    expect(await inputs(files, source({ values: ['a.yaml', 'b.yaml'] }))).toEqual([
      'web/Chart.yaml other',
      'web/values.yaml chart-values',
      'a.yaml values',
      'b.yaml -> c.yaml values top',
    ])
  })

  it('are none without a chart, or without a values file that is named', async () => {
    await expect(inputs({ 'web/values.yaml': '' })).rejects.toMatchObject({
      problems: [{ code: 'source.unknown', place: { file: 'web' } }],
    })
    await expect(inputs(chart, source({ values: ['gone.yaml'] }))).rejects.toMatchObject({
      problems: [{ code: 'path.missing', place: { file: 'gone.yaml' } }],
    })
  })

  it('are those of vendored charts, with the keys that hold their values', async () => {
    const files = {
      ...chart,
      'web/Chart.yaml': 'dependencies: [{name: db, alias: one}, {name: db, alias: two}]\n',
      'web/charts/db/Chart.yaml': '',
      'web/charts/db/values.yaml': '',
      'web/charts/db/templates/x.yaml': '',
      'web/charts/db/charts/low/values.yaml': '',
      'web/charts/other.tgz': '',
    }
    expect(await inputs(files)).toEqual([
      'web/Chart.yaml other',
      'web/charts/db/Chart.yaml other',
      'web/charts/db/charts/low/values.yaml chart-values [["one","low"],["two","low"]]',
      'web/charts/db/templates/x.yaml template',
      'web/charts/db/values.yaml chart-values [["one"],["two"]]',
      'web/charts/other.tgz other',
      'web/values.yaml chart-values top',
    ])
  })

  const db = (path: string) => ({ [`${path}/Chart.yaml`]: 'name: db\n', [`${path}/values.yaml`]: 'x: 1\n' })

  it('are those of a chart that is named by its path, at the place where Helm would put them', async () => {
    const files = {
      ...chart,
      'web/Chart.yaml': 'dependencies: [{name: db, repository: "file://../shared/db"}]\n',
      ...db('shared/db'),
    }
    expect((await inputs(files)).filter((one) => one.includes('db'))).toEqual([
      'web/charts/db/Chart.yaml -> shared/db/Chart.yaml other',
      'web/charts/db/values.yaml -> shared/db/values.yaml chart-values [["db"]]',
    ])
  })

  it('are those of a chart in the directory of charts', async () => {
    const files = {
      ...chart,
      'web/Chart.yaml': 'dependencies: [{name: db, repository: "https://x"}]\n',
      ...db('vendor/db'),
    }
    expect((await inputs(files)).filter((one) => one.includes('db'))).toEqual([])
    expect(
      (await inputs(files, source({ charts: 'vendor' }))).filter((one) => one.includes('db')),
    ).toHaveLength(2)
  })

  it('are not those of a dependency that is vendored already', async () => {
    const dependency = 'dependencies: [{name: db, repository: "https://x"}]\n'
    const packed = { ...chart, 'web/Chart.yaml': dependency, 'web/charts/db-1.2.tgz': '', ...db('vendor/db') }
    expect(
      (await inputs(packed, source({ charts: 'vendor' }))).filter((one) => one.includes('/db/')),
    ).toEqual([])
    const unpacked = { ...chart, 'web/Chart.yaml': dependency, ...db('web/charts/db'), ...db('vendor/db') }
    expect(
      (await inputs(unpacked, source({ charts: 'vendor' }))).filter((one) => one.includes('vendor')),
    ).toEqual([])
    const similar = {
      ...chart,
      'web/Chart.yaml': dependency,
      'web/charts/db-1.2.txt': '',
      ...db('vendor/db'),
    }
    expect(
      (await inputs(similar, source({ charts: 'vendor' }))).filter((one) => one.includes('vendor')),
    ).toHaveLength(2)
  })

  it('are none behind links that lead outside', async () => {
    const files = { ...chart, 'web/templates/a.yaml': '-> /etc/passwd', 'web/charts/x': '-> ../../../../x' }
    expect(await inputs(files)).toEqual(['web/Chart.yaml other', 'web/values.yaml chart-values top'])
  })
})

describe('the dependencies of a chart', () => {
  const dependencies = (files: Files) => chartDependencies('web', memoryView(files))

  it('are those of both files', async () => {
    const files = {
      'web/Chart.yaml': 'dependencies: [{name: a, repository: r, alias: b}]\n',
      'web/requirements.yaml': 'dependencies: [{name: c}]\n',
    }
    expect(await dependencies(files)).toEqual([{ name: 'a', repository: 'r', alias: 'b' }, { name: 'c' }])
  })

  it.each(['../x', 'a/b', '.hidden', '', 'a b'])(
    'are none with the name %j, which could not be a directory',
    async (name) => {
      expect(await dependencies({ 'web/Chart.yaml': `dependencies: [{name: "${name}"}]\n` })).toEqual([])
    },
  )

  it('are none where nothing can be read', async () => {
    expect(await dependencies({})).toEqual([])
    expect(await dependencies({ 'web/Chart.yaml': 'dependencies: x\n' })).toEqual([])
    expect(await dependencies({ 'web/Chart.yaml': 'dependencies: [{alias: x}]\n' })).toEqual([])
  })
})

describe('the keys of a subchart', () => {
  const view = memoryView({
    'web/Chart.yaml':
      'dependencies: [{name: a}, {name: b, alias: x}, {name: b, alias: y}, {name: b, alias: x}]\n',
    'web/charts/b/Chart.yaml': 'dependencies: [{name: c, alias: z}]\n',
  })

  it.each<[string, readonly (readonly string[])[] | undefined]>([
    ['values.yaml', undefined],
    ['templates/a.yaml', undefined],
    ['charts/a/values.yaml', [['a']]],
    ['charts/b/values.yaml', [['x'], ['y']]],
    [
      'charts/b/charts/c/values.yaml',
      [
        ['x', 'z'],
        ['y', 'z'],
      ],
    ],
    ['charts/other/values.yaml', [['other']]],
  ])('of %s are %j', async (inside, keys) => {
    expect(await subchartKeys('web', inside, view)).toEqual(keys)
  })
})

describe('values files that are kept elsewhere', () => {
  const files = {
    'web/values.yaml': 'a: 1\nb: 2\n',
    'db/values.yaml': 'a: 1\nc: 3\n',
    'one.yaml': 'b: 5\n',
    'both.yaml': 'a: 5\n',
    'none.yaml': 'z: 5\n',
    'object.yaml': 'kind: A\nb: 1\n',
    'api.yaml': 'apiVersion: v1\nb: 1\n',
    'list.yaml': '[1]',
    'empty.yaml': '',
  }
  const found = (charts: readonly string[], loose: readonly string[] = Object.keys(files).slice(2)) =>
    findValuesFiles(charts, loose, memoryView(files))

  it('are those whose keys are of one chart alone', async () => {
    expect(await found(['web', 'db'])).toEqual([{ path: 'web', values: ['one.yaml'] }])
    expect(await found(['web'])).toEqual([
      { path: 'web', values: ['one.yaml'] },
      { path: 'web', values: ['both.yaml'] },
    ])
    expect(await found([])).toEqual([])
  })
})
