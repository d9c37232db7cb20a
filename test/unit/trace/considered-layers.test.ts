import { describe, expect, it } from 'vitest'
import { consideredLayers } from '../../../plugin/trace/considered-layers.ts'
import { classifyByName } from '../../../plugin/trace/dye/classify.ts'
import { findCandidates } from '../../../plugin/trace/dye/find-candidates.ts'
import { memoryView } from '../memory-view.ts'
import { deployment } from './builders.ts'
import { inputFile } from './dye/candidates.ts'

/** The layers below the last candidate of the last file, as `file:line text`. */
async function considered(
  files: Readonly<Record<string, string>>,
  roles: Readonly<Record<string, 'template'>> = {},
) {
  const view = memoryView(files)
  const inputs = Object.keys(files).map((path) => inputFile(path, { role: roles[path] ?? 'values' }))
  const all = await findCandidates(inputs, view, classifyByName)
  const site = all.at(-1)
  if (site === undefined) throw new Error('no candidate')
  const layers = await consideredLayers(site, inputs, view)
  for (const { why } of layers) expect(why).toContain(`${site.file}:${site.line}`)
  return layers.map(({ file, line, column, text }) => `${file}:${line}:${column} ${text}`)
}

const requests = (cpu: string) => `resources: {requests: {cpu: ${cpu}}}`
const values = (...keys: string[]) => keys.reduceRight((text, key) => `{${key}: ${text}}`, '1')

describe('the layers that a source line overrides', () => {
  it('are the scalars at the same keys', async () => {
    const files = {
      'a.yaml': 'web: {requests: {cpu: 1, memory: 1Gi}}\n',
      'b.yaml': 'web:\n  requests:\n    cpu: 2\napi: {requests: {cpu: 9}}\n',
      'c.yaml': 'web: {requests: {cpu: 3}}\n',
    }
    expect(await considered(files)).toEqual(['a.yaml:1:23 1', 'b.yaml:3:10 2'])
  })

  it.each<[string, string, string, boolean]>([
    ['the same three keys', values('a', 'b', 'cpu'), values('a', 'b', 'cpu'), true],
    ['the same two keys alone', values('b', 'cpu'), values('b', 'cpu'), false],
    ['more keys in front in one', values('x', 'a', 'b', 'cpu'), values('a', 'b', 'cpu'), true],
    ['more keys in front in the other', values('a', 'b', 'cpu'), values('x', 'a', 'b', 'cpu'), true],
    ['other keys in front', values('x', 'b', 'cpu'), values('a', 'b', 'cpu'), false],
    ['another last key', values('a', 'b', 'memory'), values('a', 'b', 'cpu'), false],
    ['a list between the keys', `{a: [1, {b: ${values('cpu')}}]}`, values('a', 'b', 'cpu'), true],
    ['a block of text round the keys', 'y: |\n  a: {b: {cpu: 1}}', values('a', 'b', 'cpu'), true],
  ])('are alike with %s: %s, %s', async (_name, below, above, alike) => {
    expect(await considered({ 'a.yaml': `${below}\n`, 'b.yaml': `${above}\n` })).toHaveLength(alike ? 1 : 0)
  })

  it('are those for the same object and container', async () => {
    const files = {
      'web.yaml': deployment('web', requests('1')),
      'api.yaml': deployment('api', requests('2')),
      'set.yaml': deployment('web', requests('3')).replace('Deployment', 'StatefulSet'),
      'other.yaml': deployment('web', requests('4')).replace('name: app', 'name: proxy'),
      'patch.yaml': deployment('web', requests('5')),
    }
    expect(await considered(files)).toEqual(['web.yaml:11:39 1'])
  })

  it('are those of values too, which may be for any object', async () => {
    const files = {
      'values.yaml': 'resources: {requests: {cpu: 1}}\n',
      'web.yaml': deployment('web', requests('2')),
    }
    expect(await considered(files)).toEqual(['values.yaml:1:29 1'])
    const last = { 'web.yaml': files['web.yaml'], 'values.yaml': files['values.yaml'] }
    expect(await considered(last)).toEqual(['web.yaml:11:39 2'])
  })

  it('are found in the right one of several documents and patches', async () => {
    const stack = (name: string) =>
      `- patch: |\n${deployment(name, requests('7')).replace(/^/gm, '    ').trimEnd()}\n`
    const files = {
      'all.yaml': `${deployment('api', requests('1'))}---\n${deployment('web', requests('2'))}`,
      'stack.yaml': `patches:\n${stack('api')}${stack('web')}`,
      'web.yaml': deployment('web', requests('3')),
    }
    expect(await considered(files)).toEqual(['all.yaml:23:39 2', 'stack.yaml:25:43 7'])
  })

  it('are none in templates, and never the source line itself', async () => {
    const files = { 't.yaml': 'a:\n  b:\n    cpu: 1\n', 'v.yaml': 'a: {b: {cpu: 2}}\n' }
    expect(await considered(files, { 't.yaml': 'template' })).toEqual([])
    expect(await considered(files)).toEqual(['t.yaml:3:10 1'])
  })

  it('are two in one file where it has two documents', async () => {
    expect(await considered({ 'v.yaml': 'a: {b: {cpu: 1}}\n---\na: {b: {cpu: 2}}\n' })).toEqual([
      'v.yaml:1:14 1',
    ])
  })
})
