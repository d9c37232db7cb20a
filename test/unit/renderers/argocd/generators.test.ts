import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../plugin/model/json.ts'
import { generateOne } from '../../../../renderers/argocd/generators.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'
import { yaml } from './argocd-ground.ts'

describe('generators', () => {
  const view = memoryView({
    'apps/web/prod/config.json': '{"a": {"b": 1}, "c": [1]}',
    'apps/web/prod/values.yaml': 'x: 1\n',
    'apps/web/Test_1/config.json': '[{"n": 1}, {"n": 2}, 3]',
    'apps/api/prod/config.json': 'text',
    'apps/api/.hidden/config.json': '{}',
    'apps/top.json': '{"t": 1}',
  })
  const sets = async (text: string, goTemplate = false) => {
    const context = { ...portsOf(view), at: 'x', goTemplate }
    const made = (yaml(text) as readonly Json[]).map((generator) => generateOne(generator, context))
    return (await Promise.all(made)).flat()
  }

  it('give the elements of lists', async () => {
    expect(await sets('[{list: {elements: [{a: 1}, {a: 2}, x]}}, {list: {elements: [{b: 1}]}}]')).toEqual([
      { a: 1 },
      { a: 2 },
      { b: 1 },
    ])
    expect(await sets('[{list: {}}]')).toEqual([])
  })

  it.each(['{clusters: {}}', '{git: x}', '{matrix: {}}', '{list: {elementsYaml: x}}', '{scmProvider: {}}'])(
    'are refused where their answer is not in the repository: %s',
    async (generator) => {
      await expect(sets(`[${generator}]`)).rejects.toMatchObject({ problems: [{ code: 'source.render' }] })
    },
  )

  it('give only the sets that their selector keeps', async () => {
    const elements = 'elements: [{env: prod, n: 1}, {env: test, n: 2}, {n: 3}]'
    const kept = async (selector: string) =>
      (await sets(`[{list: {${elements}}, selector: ${selector}}]`)).map(({ n }) => n)
    const expression = (text: string) => kept(`{matchExpressions: [{key: env, ${text}}]}`)
    expect(await kept('{matchLabels: {env: prod}}')).toEqual([1])
    expect(await expression('operator: In, values: [prod, test]')).toEqual([1, 2])
    expect(await expression('operator: NotIn, values: [prod]')).toEqual([2, 3])
    expect(await expression('operator: Exists')).toEqual([1, 2])
    expect(await expression('operator: DoesNotExist')).toEqual([3])
    expect(await expression('operator: Other')).toEqual([])
  })

  it('merge the sets of the first with those of the others that have the same keys', async () => {
    const list = (elements: string) => `{list: {elements: ${elements}}}`
    const merging = `[${list('[{k: a, v: 1}, {k: b, v: 1}]')}, ${list('[{k: b, v: 2}, {k: c, v: 3}]')}]`
    expect(await sets(`[{merge: {mergeKeys: [k], generators: ${merging}}}]`)).toEqual([
      { k: 'a', v: 1 },
      { k: 'b', v: 2 },
    ])
  })

  it('give directories that a pattern matches', async () => {
    expect(await sets('[{git: {directories: [{path: apps/*/prod}]}}]')).toEqual([
      {
        path: 'apps/api/prod',
        'path.basename': 'prod',
        'path.basenameNormalized': 'prod',
        'path[0]': 'apps',
        'path[1]': 'api',
        'path[2]': 'prod',
      },
      {
        path: 'apps/web/prod',
        'path.basename': 'prod',
        'path.basenameNormalized': 'prod',
        'path[0]': 'apps',
        'path[1]': 'web',
        'path[2]': 'prod',
      },
    ])
    expect(await sets('[{git: {directories: [{path: apps/web/T*}]}}]', true)).toEqual([
      {
        path: {
          path: 'apps/web/Test_1',
          basename: 'Test_1',
          basenameNormalized: 'test-1',
          segments: ['apps', 'web', 'Test_1'],
        },
      },
    ])
  })

  const paths = async (directories: string) =>
    (await sets(`[{git: {directories: ${directories}}}]`)).map((one) => one['path'])

  it('leave out excluded and hidden directories, and list each once', async () => {
    expect(await paths('[{path: apps/*}, {path: apps/w*}, {path: apps/api, exclude: true}]')).toEqual([
      'apps/web',
    ])
    expect(await paths('[{path: apps/web}]')).toEqual(['apps/web'])
    expect(await paths('[{path: ./apps/api/*}]')).toEqual(['apps/api/prod'])
    expect(await paths('[{path: "*"}]')).toEqual(['apps'])
    expect(await paths('[{path: apps/**}]')).toEqual([
      'apps',
      'apps/api',
      'apps/api/prod',
      'apps/web',
      'apps/web/Test_1',
      'apps/web/prod',
    ])
    expect(await paths('[{path: gone/*}]')).toEqual([])
  })

  it('give values beside the parameters', async () => {
    expect(await sets('[{git: {directories: [{path: apps/web}], values: {v: 1}}}]')).toMatchObject([
      { path: 'apps/web', values: { v: 1 } },
    ])
  })

  it('give the contents of files, flat, with their place', async () => {
    expect(await sets('[{git: {files: [{path: apps/web/prod/*.json}]}}]')).toEqual([
      {
        'a.b': 1,
        c: [1],
        path: 'apps/web/prod',
        'path.basename': 'prod',
        'path.basenameNormalized': 'prod',
        'path[0]': 'apps',
        'path[1]': 'web',
        'path[2]': 'prod',
        'path.filename': 'config.json',
      },
    ])
    expect(await sets('[{git: {files: [{path: apps/top.json}]}}]', true)).toEqual([
      {
        t: 1,
        path: {
          path: 'apps',
          basename: 'apps',
          basenameNormalized: 'apps',
          segments: ['apps'],
          filename: 'top.json',
        },
      },
    ])
  })

  it('give every item of a list in a file, and nothing for a file without a mapping', async () => {
    const numbers = await sets(
      '[{git: {files: [{path: apps/web/**/config.json}, {path: apps/web/prod/*, exclude: true}]}}]',
    )
    expect(numbers.map((one) => one['n'])).toEqual([1, 2])
    expect(await sets('[{git: {files: [{path: apps/api/prod/config.json}]}}]')).toEqual([])
  })

  it('give the matrix of two', async () => {
    const list = (...items: string[]) =>
      `{list: {elements: [${items.map((item) => `{${item}}`).join(', ')}]}}`
    expect(
      await sets(`[{matrix: {generators: [${list('a: 1', 'a: 2')}, ${list('b: 1, a: 3', 'c: 2')}]}}]`),
    ).toEqual([
      { a: 3, b: 1 },
      { a: 1, c: 2 },
      { a: 3, b: 1 },
      { a: 2, c: 2 },
    ])
    for (const generators of [list('a: 1'), `${list('a: 1')}, ${list('b: 1')}, ${list('c: 1')}`])
      await expect(sets(`[{matrix: {generators: [${generators}]}}]`)).rejects.toThrow(/matrix/)
  })
})
