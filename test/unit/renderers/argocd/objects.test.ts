import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../../../plugin/model/json.ts'
import { application, helmValuesAt } from '../../../../renderers/argocd/application.ts'
import { applicationSet } from '../../../../renderers/argocd/application-set.ts'
import { generateOne } from '../../../../renderers/argocd/generators.ts'
import { fillTemplate } from '../../../../renderers/argocd/template.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'

const yaml = (text: string): Json => parse(text) as Json
const object = (text: string): JsonObject => parse(text) as JsonObject

describe('a template of an ApplicationSet', () => {
  const flat = (template: Json, parameters: string) => fillTemplate(template, object(parameters), false)
  const go = (template: Json, parameters: string) => fillTemplate(template, object(parameters), true)

  it('is filled with parameters, everywhere in it', () => {
    const template = yaml('{a: "{{name}}", b: [{c: "x-{{ name }}-{{other}}"}], "{{name}}": 1, d: null}')
    expect(flat(template, '{name: web, other: 2}')).toEqual({
      a: 'web',
      b: [{ c: 'x-web-2' }],
      '{{name}}': 1,
      d: null,
    })
  })

  it('takes flat names and paths', () => {
    expect(flat('{{path.basename}}', '{path.basename: web}')).toBe('web')
    expect(flat('{{a.b}}', '{a: {b: c}}')).toBe('c')
    expect(flat('{{path[0]}}', '{"path[0]": apps}')).toBe('apps')
  })

  it.each([
    ['{{ .name }}', 'web'],
    ['{{.name}}', 'web'],
    ['{{- .name -}}', 'web'],
    ['{{ .path.basename }}', 'b'],
    ['{{ index .list 1 }}', 'y'],
    ['{{ index .path.segments 0 }}', 'p'],
    ['x{{ .name }}y{{ .name }}', 'xwebyweb'],
  ])('of Go is filled: %s', (template, text) => {
    expect(go(template, '{name: web, path: {basename: b, segments: [p, q]}, list: [x, y]}')).toBe(text)
  })

  it.each([
    '{{ name }}',
    '{{ .gone }}',
    '{{ .name | upper }}',
    '{{ index .list 9 }}',
    '{{ if .name }}',
    '{{ index .name x }}',
  ])('of Go is not filled in part: %s', (template) => {
    expect(go({ a: template, b: '{{ .name }}' }, '{name: web, list: [x]}')).toBeUndefined()
  })

  it('is not filled in part without a parameter', () => {
    expect(flat('{{gone}}', '{name: web}')).toBeUndefined()
    expect(flat('{{list}}', '{list: [1]}')).toBeUndefined()
  })
})

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

const files = {
  'charts/web/Chart.yaml': 'name: web\n',
  'charts/web/prod.yaml': '',
  'charts/web/test-1.yaml': '',
  'charts/web/test-2.yaml': '',
  'values/web.yaml': '',
  'apps/web/kustomization.yaml': '{}',
  'plain/web.yaml': '',
  'vendor/db/Chart.yaml': 'name: db\n',
}
const view = memoryView(files)
const by = { kind: 'Application', name: 'web', namespace: 'argocd' }
const declaredIn = { kind: 'plain', id: 'x', path: 'x' }

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

describe('an ApplicationSet', () => {
  const set = (spec: string) =>
    object(
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec: ${spec}\n`,
    )
  const template =
    'template: {metadata: {name: "{{path.basename}}"}, spec: {source: {path: "{{path}}"}, destination: {namespace: "{{path[0]}}"}}}'
  const directories = 'generators: [{git: {directories: [{path: apps/*}, {path: charts/*}]}}]'

  it('declares every Application that it generates', async () => {
    const declares = (one: JsonObject) =>
      applicationSet.declares(one, { ...portsOf(view), namespace: 'default', path: 'x' })
    expect(await declares(set(`{${directories}, ${template}}`))).toEqual([
      {
        object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated: 'web' },
        namespace: 'apps',
      },
      {
        object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated: 'web' },
        namespace: 'charts',
      },
    ])
    expect(await declares(set(`{${directories}}`))).toEqual([])
    expect(await declares(set(`{${directories}, template: {metadata: {}}}`))).toEqual([])
    // What it makes is not known, so the set itself is listed.
    expect(await declares(set(`{${directories}, template: {metadata: {name: "{{gone}}"}}}`))).toEqual([
      { object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd' }, namespace: 'argocd' },
    ])
    expect(await declares({ ...set(`{${directories}, ${template}}`), apiVersion: 'example.com/v1' })).toEqual(
      [],
    )
  })

  it('renders the Application with the generated name', async () => {
    const go =
      'goTemplate: true, template: {metadata: {name: "{{ index .path.segments 0 }}"}, spec: {source: {path: "{{ .path.path }}"}}}'
    const translate = (generated: string) =>
      applicationSet.translate({
        source: {
          kind: 'release',
          id: 'one',
          path: 'x',
          declaredIn,
          declaredBy: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated },
        },
        objects: [set(`{${directories}, ${go}}`)],
        base: async () => [set(`{${directories}, ${go}}`)],
        around: [],
        ...portsOf(view),
      })
    expect((await translate('charts'))?.parts).toMatchObject([
      { kind: 'helm', path: 'charts/web', release: 'charts' },
    ])
    expect((await translate('apps'))?.parts).toMatchObject([{ kind: 'kustomize', path: 'apps/web' }])
    expect(await translate('gone')).toBeUndefined()
  })

  it('computes paths, and takes no patches', () => {
    expect(applicationSet.computesPaths?.('kind: ApplicationSet')).toBe(true)
    expect(applicationSet.computesPaths?.('kind: Application')).toBe(false)
    expect(applicationSet.patchesAt(set('{}'))).toBeUndefined()
    expect(applicationSet.valuesAt(set(`{${template}}`))).toMatchObject({
      path: ['spec', 'template', 'spec', 'source', 'helm', 'valuesObject'],
    })
  })
})
