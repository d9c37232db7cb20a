import { describe, expect, it } from 'vitest'
import type { ReleaseSource } from '../../../../plugin/model/source.ts'
import { declaredPatches, declaredValuesSite } from '../../../../plugin/trace/override/declaration.ts'
import { insertSite, positionOf } from '../../../../plugin/trace/override/insert-site.ts'
import { pathThatSets } from '../../../../plugin/trace/override/trial-values.ts'
import { nameAtSite, nameInManifests } from '../../../../plugin/trace/override/written-name.ts'
import { openYaml } from '../../../../plugin/yaml/open.ts'
import { memoryView } from '../../memory-view.ts'
import { chartSource, deployment, siteText, stackSource, traceIn, world } from '../builders.ts'
import { inputFile } from '../dye/candidates.ts'

const deploy = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {${spec}}\n`

const release = (kind = 'Deploy', name = 'web'): ReleaseSource => ({
  kind: 'release',
  id: name,
  path: 'cluster',
  declaredIn: stackSource('cluster'),
  declaredBy: { kind, name, namespace: 'default' },
})

describe('the values of an object that declares a release', () => {
  const site = async (
    files: Readonly<Record<string, string>>,
    only: 'written' | 'any',
    {
      inputs = Object.keys(files).map((path) => inputFile(path, { role: 'manifest' })),
      source = release(),
    } = {},
  ) => siteText(await declaredValuesSite(['a', 'cpu'], { source, inputs, only }, world(files)))

  it('take a key where the object has values', async () => {
    const files = { 'a.yaml': deploy('web', 'chart: x, values: {b: 1}') }
    expect(await site(files, 'written')).toBe('insert a.yaml:4 spec.values.a.cpu')
  })

  it('are begun where any place will do', async () => {
    const files = { 'a.yaml': deploy('web', 'chart: x') }
    expect(await site(files, 'written')).toBeNull()
    expect(await site(files, 'any')).toBe('insert a.yaml:4 spec.values.a.cpu')
  })

  it('are those of the object with the right name and kind', async () => {
    const files = {
      'a.yaml': `${deploy('api', 'chart: x, values: {b: 1}')}---\n${deploy('web', 'chart: x, values: {b: 1}').replace('Deploy', 'Other')}---\n${deploy('web', 'values: {b: 1}')}`,
    }
    expect(await site(files, 'any')).toBe('insert a.yaml:14 spec.values.a.cpu')
  })

  it('are none where the object takes no values, has the key already, or is of a kind that declares nothing', async () => {
    expect(await site({ 'a.yaml': deploy('web', 'stack: x') }, 'any')).toBeNull()
    expect(await site({ 'a.yaml': deploy('web', 'values: {a: {cpu: 1}}') }, 'any')).toBeNull()
    const files = { 'a.yaml': deploy('web', 'values: {b: 1}').replace('Deploy', 'Other') }
    expect(await site(files, 'any', { source: release('Other') })).toBeNull()
  })

  it('are those of the top layer first', async () => {
    const files = { 'a.yaml': deploy('web', 'values: {b: 1}'), 'b.yaml': deploy('web', 'values: {b: 1}') }
    const inputs = [
      inputFile('a.yaml', { role: 'manifest', topLayer: false }),
      inputFile('b.yaml', { role: 'patch' }),
    ]
    expect(await site(files, 'any', { inputs })).toBe('insert b.yaml:4 spec.values.a.cpu')
    const full = { ...files, 'b.yaml': deploy('web', 'values: {a: {cpu: 1}}') }
    expect(await site(full, 'any', { inputs })).toBe('insert a.yaml:4 spec.values.a.cpu')
  })

  it('are searched in manifests, patches and kustomizations that can be edited', async () => {
    const files = { 'a.yaml': deploy('web', 'values: {b: 1}'), 'b.yaml': 'a: [', 'c.yaml': '' }
    const role = (name: 'values' | 'other' | 'template' | 'kustomization') => [
      inputFile('b.yaml', { role: 'manifest' }),
      inputFile('gone.yaml', { role: 'manifest' }),
      inputFile('a.yaml', { role: name }),
    ]
    expect(await site(files, 'any', { inputs: role('kustomization') })).toBe(
      'insert a.yaml:4 spec.values.a.cpu',
    )
    for (const other of ['values', 'other', 'template'] as const)
      expect(await site(files, 'any', { inputs: role(other) })).toBeNull()
  })

  it('are those of an entry of a list where the kind is one', async () => {
    const files = {
      'deploys.yaml':
        'x: 1\n---\ndeploys: [{name: api, spec: {values: {}}}, {name: web, spec: {values: {b: 1}}}]\n',
    }
    expect(await site(files, 'any', { source: release('DeployList') })).toBe(
      'insert deploys.yaml:3 deploys.1.spec.values.a.cpu',
    )
    expect(await site(files, 'any', { source: release('DeployList', 'gone') })).toBeNull()
  })
})

describe('the patches of an object that declares a release', () => {
  const patches = async (text: string, source = release()) =>
    declaredPatches(
      { source, inputs: [inputFile('a.yaml', { role: 'manifest' })] },
      world({ 'a.yaml': text }),
    )

  it('are a list in the object', async () => {
    expect(await patches(`x: 1\n---\n${deploy('web', 'stack: x')}`)).toEqual({
      file: 'a.yaml',
      document: 1,
      path: ['spec', 'patches'],
    })
  })

  it('are none where the object cannot have any, or is not there', async () => {
    expect(await patches(deploy('web', 'chart: x'))).toBeUndefined()
    expect(await patches(deploy('api', 'stack: x'))).toBeUndefined()
  })
})

describe('the place of an insertion', () => {
  const opened = (text: string) => {
    const result = openYaml('a.yaml', text)
    if (!result.ok) throw new Error(result.problem.message)
    return result.yaml
  }
  const at = (text: string, path: (string | number)[], document = 0) => {
    const { line, column } = positionOf(opened(text), document, path)
    return `${line}:${column}`
  }

  it('is that of the last step of the path that exists', () => {
    const text = 'x: 1\na:\n  b:\n    - c: 1\n'
    expect(at(text, ['a', 'b', 0, 'c'])).toBe('4:10')
    expect(at(text, ['a', 'b', 0, 'd', 'e'])).toBe('4:7')
    expect(at(text, ['a', 'b', 1])).toBe('4:5')
    expect(at(text, ['a', 'z'])).toBe('3:3')
  })

  it('is the end of the document where none exists', () => {
    expect(at('a: 1\nb: 2\n', ['c'])).toBe('2:5')
    expect(at('a: 1\n---\nb: 2\nc: 3\n', ['d'], 1)).toBe('4:5')
    expect(at('', ['d'])).toBe('1:1')
  })

  it('is the block of text that holds the rest of the path', () => {
    expect(at('a: 1\nb: |\n  c: 1\n', ['b', '|', 'd'])).toBe('2:4')
  })

  it('is none where the path exists already', () => {
    const site = (path: (string | number)[], document = 0) =>
      insertSite(opened('a: {b: 1}\n---\nc: 1\n'), { file: 'a.yaml', document, path })
    expect(site(['a', 'b'])).toBeUndefined()
    expect(site(['c'], 1)).toBeUndefined()
    expect(site(['c'])).toMatchObject({ kind: 'insert', file: 'a.yaml', document: 0, path: ['c'] })
    expect(site(['a', '|', 'b'])).toMatchObject({ kind: 'insert' })
    expect(site(['c'], 5)).toMatchObject({ kind: 'insert' })
  })
})

describe('the name of an object as it is written', () => {
  it('is that of the object round a site', async () => {
    const view = memoryView({
      'a.yaml': `${deployment('api', 'x: 1')}---\n${deployment('web', 'x: 1')}`,
      'v.yaml': 'a: 1\n',
    })
    const name = (file: string, document: number, path: (string | number)[]) =>
      nameAtSite({ file, document, path }, view)
    expect(await name('a.yaml', 0, ['spec', 'x'])).toEqual({ name: 'api' })
    expect(await name('a.yaml', 1, ['spec', 'x'])).toEqual({ name: 'web' })
    expect(await name('a.yaml', 2, ['spec', 'x'])).toBeUndefined()
    expect(await name('v.yaml', 0, ['a'])).toBeUndefined()
    expect(await name('gone.yaml', 0, ['a'])).toBeUndefined()
  })

  it('has the namespace that its manifest writes', async () => {
    const text = deployment('api', 'x: 1').replace('name: api', 'name: api\n  namespace: shop')
    const site = { file: 'a.yaml', document: 0, path: ['spec', 'x'] }
    expect(await nameAtSite(site, memoryView({ 'a.yaml': text }))).toEqual({ name: 'api', namespace: 'shop' })
  })

  it('is that of the patch round a site in a block of text, and none for a number', async () => {
    const list = `patches:\n- patch: |\n    kind: A\n    metadata: {name: one}\n- patch: |\n    kind: A\n    metadata: {name: two}\n`
    const view = memoryView({ 'a.yaml': list, 'b.yaml': 'kind: A\nmetadata: {name: 7}\n' })
    expect(
      await nameAtSite({ file: 'a.yaml', document: 0, path: ['patches', 1, 'patch', '|', 'x'] }, view),
    ).toEqual({ name: 'two' })
    expect(await nameAtSite({ file: 'b.yaml', document: 0, path: ['x'] }, view)).toBeUndefined()
  })

  it('is the longest that the rendered name contains, of the same kind and container', async () => {
    const files = {
      'a.yaml': ['api', 'api-worker', 'worker'].map((name) => deployment(name, 'env: []')).join('---\n'),
      'set.yaml': deployment('my-api-worker', 'env: []').replace('Deployment', 'StatefulSet'),
      'other.yaml': deployment('my-api-worker-1', 'env: []').replace('name: app', 'name: proxy'),
      'bad.yaml': 'a: [',
    }
    const name = (
      rendered: string,
      container: string | undefined = 'app',
      role: 'manifest' | 'patch' = 'manifest',
    ) =>
      nameInManifests(
        {
          workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'x', name: rendered },
          ...(container === '' ? {} : { container }),
        },
        Object.keys(files).map((path) => inputFile(path, { role })),
        memoryView(files),
      )
    expect(await name('my-api-worker-1')).toEqual({ name: 'api-worker' })
    expect(await name('my-api-1')).toEqual({ name: 'api' })
    expect(await name('my-api-worker-1', 'proxy')).toEqual({ name: 'my-api-worker-1' })
    expect(await name('my-api-worker-1', '')).toEqual({ name: 'my-api-worker-1' })
    expect(await name('other')).toBeUndefined()
    expect(await name('api', 'app', 'patch')).toBeUndefined()
  })
})

describe('trial values', () => {
  const address = (field: 'requests.cpu' | 'requests.memory' | 'env.GOMAXPROCS' | 'env.GOMEMLIMIT') => ({
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' },
    container: 'app',
    field,
  })
  const find = async (
    field: Parameters<typeof address>[0],
    template: string,
    paths: readonly (readonly string[])[],
  ) => {
    const made = world({
      'web/chart.yaml': '{}',
      'web/values.yaml': '{}',
      'web/template.yaml': deployment('web', template),
    })
    const traced = { ...(await traceIn(made, chartSource('web'))), source: chartSource('web') }
    made.calls.length = 0
    const found = await pathThatSets(address(field), paths, { traced, ports: made })
    return { path: found?.path, renderings: made.calls.length }
  }

  it('show in one rendering which path sets a field', async () => {
    const template =
      'resources: {requests: {cpu: <% values.b?.x?.cpu ?? 1 %>, memory: <% values.a?.x ?? 1 %>}}'
    const paths = [
      ['a', 'x'],
      ['b', 'x', 'cpu'],
      ['b', 'x', 'mem'],
      ['b', 'y'],
    ]
    expect(await find('requests.cpu', template, paths)).toEqual({ path: ['b', 'x', 'cpu'], renderings: 1 })
    expect(await find('requests.memory', template, paths)).toEqual({ path: ['a', 'x'], renderings: 1 })
  })

  it('are of the type of the field', async () => {
    const variable = (name: string) => `env: [{name: ${name}, value: "<% values.a ?? 1 %>"}]`
    expect(await find('env.GOMAXPROCS', variable('GOMAXPROCS'), [['b'], ['a']])).toEqual({
      path: ['a'],
      renderings: 1,
    })
    const plain = 'resources: {requests: {cpu: "<% values.a ?? 1 %>"}}'
    expect(await find('requests.cpu', plain, [['a']])).toEqual({ path: ['a'], renderings: 1 })
  })

  it('have the unit that the field would have', async () => {
    const only = (pattern: string) =>
      `<% ${pattern}.test(values.a ?? '1') ? values.a ?? 1 : fail('a value of another kind') %>`
    const cpu = `resources: {requests: {cpu: ${only('/^(\\d+m|1)$/')}}}`
    expect((await find('requests.cpu', cpu, [['x'], ['a']])).path).toEqual(['a'])
    const memory = `resources: {requests: {memory: ${only('/^(\\d+Mi|1)$/')}}}`
    expect((await find('requests.memory', memory, [['x'], ['a']])).path).toEqual(['a'])
    const count = `env: [{name: GOMAXPROCS, value: "${only('/^\\d+$/')}"}]`
    expect((await find('env.GOMAXPROCS', count, [['x'], ['a']])).path).toEqual(['a'])
  })

  it('are each their own, however many there are', async () => {
    const paths = Array.from({ length: 30 }, (_, index) => ['k', `n${index}`])
    const template = 'resources: {requests: {cpu: <% values.k?.n23 ?? 1 %>}}'
    expect((await find('requests.cpu', template, paths)).path).toEqual(['k', 'n23'])
  })

  it('show none where no path sets the field, or it is not rendered', async () => {
    expect((await find('requests.cpu', 'resources: {requests: {cpu: 1}}', [['a']])).path).toBeUndefined()
    expect((await find('requests.cpu', 'env: []', [['a']])).path).toBeUndefined()
  })

  it('are not rendered without paths', async () => {
    expect(await find('requests.cpu', 'env: []', [])).toEqual({ path: undefined, renderings: 0 })
  })
})
