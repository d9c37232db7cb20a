import { describe, expect, it } from 'vitest'
import { chosenFiles } from '../../../../renderers/plain/files.ts'
import { plain } from '../../../../renderers/plain/kind.ts'
import type { PlainSource } from '../../../../renderers/plain/source.ts'
import { directoryText } from '../../../../renderers/plain/text.ts'
import { memoryView } from '../../memory-view.ts'

const source = (path = 'apps', more: Partial<PlainSource> = {}): PlainSource => ({
  kind: 'plain',
  id: path,
  path,
  ...more,
})
const manifest = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
const files = {
  'apps/a.yaml': manifest('a'),
  'apps/b.json':
    '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}}]}',
  'apps/c.txt': manifest('c'),
  'apps/sub/d.yml': `---\n${manifest('d')}`,
  'apps/.tortoise/x.json': '{"apiVersion": "v1", "kind": "X"}',
  'apps/link.yaml': '-> a.yaml',
  'apps/e.yaml': 'values: 1\n',
}
const view = memoryView(files)

describe('a directory of manifests', () => {
  const chosen = async (more: Partial<PlainSource> = {}) =>
    (await chosenFiles(source('apps', more), view)).map(({ at }) => at)

  it('is every YAML and JSON file below it, without links', async () => {
    expect(await chosen()).toEqual([
      'apps/.tortoise/x.json',
      'apps/a.yaml',
      'apps/b.json',
      'apps/e.yaml',
      'apps/sub/d.yml',
    ])
    expect(await chosen({ recurse: false })).toEqual(['apps/a.yaml', 'apps/b.json', 'apps/e.yaml'])
  })

  it('is chosen by globs', async () => {
    expect(await chosen({ include: '*.yaml' })).toEqual(['apps/a.yaml', 'apps/e.yaml'])
    // As in Argo CD, a star matches slashes, and the slash itself must be there.
    expect(await chosen({ include: '**/*.y*ml', exclude: 'a*' })).toEqual(['apps/sub/d.yml'])
    expect(await chosen({ exclude: '{a,b}.*' })).toEqual([
      'apps/.tortoise/x.json',
      'apps/e.yaml',
      'apps/sub/d.yml',
    ])
  })

  it('may be one file, read through a link', async () => {
    expect(await chosenFiles(source('apps/link.yaml'), view)).toEqual([
      { path: 'apps/a.yaml', at: 'apps/link.yaml', role: 'manifest', topLayer: true },
    ])
    expect(await chosenFiles(source('apps/c.txt'), view)).toEqual([])
    expect(await chosenFiles(source('apps/gone.yaml'), view)).toEqual([])
  })

  it('renders the objects of its files, lists unpacked', async () => {
    const { objects } = await plain().render(source('apps', { exclude: '{e.yaml,.tortoise/*}' }), view)
    expect(objects.map((object) => (object['metadata'] as { name: string }).name)).toEqual(['a', 'b', 'd'])
  })

  it('is none without any manifest', async () => {
    await expect(plain().inputs(source('gone'), view)).rejects.toMatchObject({
      problems: [{ code: 'source.unknown' }],
    })
    expect(await plain().inputs(source(), view)).toHaveLength(5)
  })

  it('is what any place is that no other kind takes, with loose files that may declare something', async () => {
    const entries = await view.list('apps')
    expect(await plain().detect({ path: 'apps', entries }, view)).toEqual({
      sources: [],
      loose: ['apps/a.yaml', 'apps/b.json', 'apps/e.yaml'],
    })
    expect(await plain().detect({ path: '.', entries }, view)).toEqual({
      sources: [],
      loose: ['a.yaml', 'b.json', 'e.yaml'],
    })
    expect(await plain().detect({ path: 'x' }, view)).toEqual({ sources: [], loose: [] })
  })
})

describe('the text of a directory', () => {
  const text = (options: Parameters<typeof directoryText>[2] = {}, path = 'apps') =>
    directoryText(source(path), view, options)
  const names = async (options: Parameters<typeof directoryText>[2] = {}) =>
    [...(await text(options)).matchAll(/name"?: "?(\w+)/g)].map(([, name]) => name)

  it('is one stream of documents, each begun by a mark, files without manifests left out', async () => {
    expect(await text()).toBe(`---\n${manifest('a')}---\n${files['apps/b.json']}\n---\n${manifest('a')}`)
    expect(await text({}, 'apps/sub/d.yml')).toBe(`---\n${manifest('d')}`)
  })

  it('goes into directories where that is wanted, but not into our own', async () => {
    expect(await names({ recurse: true })).toEqual(['a', 'b', 'a', 'd'])
    expect(await text({ recurse: true })).not.toContain('kind": "X"')
  })

  it.each<[string, string[]]>([
    ['*.yaml', ['a', 'a']],
    ['**.yml', ['d']],
    ['sub*', ['d']],
    ['?.yaml', ['a']],
    ['{a.yaml,b.json}', ['a', 'b']],
    ['a.yam', []],
    ['aXyaml', []],
    ['', ['a', 'b', 'a', 'd']],
  ])('includes what %j matches, where a star crosses slashes', async (include, wanted) => {
    expect(await names({ recurse: true, include })).toEqual(wanted)
  })

  it('excludes what a glob matches', async () => {
    expect(await names({ recurse: true, exclude: '*a*' })).toEqual(['b', 'd'])
  })

  it('takes off a byte order mark, and keeps a mark that is there', async () => {
    const marked = memoryView({
      'a.yaml': `\uFEFF${manifest('a').trimEnd()}`,
      'b.yaml': `--- # x\n${manifest('b')}`,
      'c.yaml': `# x\n---\n${manifest('c')}`,
    })
    expect(await directoryText(source('.'), marked, {})).toBe(
      `---\n${manifest('a')}--- # x\n${manifest('b')}---\n# x\n---\n${manifest('c')}`,
    )
  })
})
