import { describe, expect, it } from 'vitest'
import type { InputRole } from '../../../../plugin/model/source.ts'
import { classifyByName } from '../../../../plugin/trace/dye/classify.ts'
import { findCandidates } from '../../../../plugin/trace/dye/find-candidates.ts'
import { memoryView } from '../../memory-view.ts'
import { candidatesIn, inputFile } from './candidates.ts'

describe('candidates', () => {
  it('know their place, their layer and their text', async () => {
    const { candidates } = await candidatesIn({ 'v.yaml': 'x: 1\n---\na:\n  cpu: "100m" # why\n' })
    expect(candidates).toEqual([
      {
        file: 'v.yaml',
        role: 'values',
        topLayer: true,
        document: 1,
        path: ['a', 'cpu'],
        line: 4,
        column: 8,
        range: [19, 25],
        text: '"100m"',
        value: '100m',
        quote: '"',
        type: 'quantity',
      },
    ])
  })

  const files = async (
    inputs: Parameters<typeof findCandidates>[0],
    texts: Readonly<Record<string, string>>,
  ) =>
    (await findCandidates(inputs, memoryView(texts), classifyByName)).map(
      ({ file, role, topLayer, levelsUp }) => [file, role, topLayer, levelsUp] as const,
    )

  it('are in the order of the files, those of the declaring sources first', async () => {
    const texts = Object.fromEntries(
      ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'].map((path) => [path, 'cpu: 1\n']),
    )
    const inputs = [
      inputFile('a.yaml'),
      inputFile('b.yaml', { levelsUp: 1, role: 'manifest' }),
      inputFile('c.yaml', { levelsUp: 2 }),
      inputFile('d.yaml', { topLayer: false }),
    ]
    expect(await files(inputs, texts)).toEqual([
      ['c.yaml', 'values', true, 2],
      ['b.yaml', 'manifest', true, 1],
      ['a.yaml', 'values', true, undefined],
      ['d.yaml', 'values', false, undefined],
    ])
  })

  it('are listed once for a file that is read twice, with its last role', async () => {
    const inputs = [inputFile('a.yaml'), inputFile('a.yaml', { role: 'patch', at: 'link.yaml' })]
    expect(await files(inputs, { 'a.yaml': 'cpu: 1\n' })).toEqual([['a.yaml', 'patch', true, undefined]])
  })

  it.each<[string, InputRole, boolean]>([
    ['a.yaml', 'values', true],
    ['a.yml', 'values', true],
    ['a.json', 'manifest', true],
    ['Kustomization', 'kustomization', true],
    ['base/Kustomization', 'kustomization', true],
    ['a.tpl', 'template', true],
    ['a.txt', 'other', false],
    ['a.yaml.bak', 'other', false],
    ['ayaml', 'other', false],
  ])('are read in %s as %s: %s', async (path, role, read) => {
    const text = path.endsWith('json') ? '{"cpu": "1"}' : 'cpu: 1\n'
    expect(await files([inputFile(path, { role })], { [path]: text })).toHaveLength(read ? 1 : 0)
  })

  it('are none in files that are gone or cannot be parsed', async () => {
    const inputs = [
      inputFile('gone.yaml'),
      inputFile('bad.yaml'),
      inputFile('gone.tpl', { role: 'template' }),
    ]
    expect(await files(inputs, { 'bad.yaml': 'cpu: [\n' })).toEqual([])
  })

  it('are those of the same view when they are searched again', async () => {
    const view = memoryView({ 'a.yaml': 'cpu: 1\n' })
    let reads = 0
    const counting = {
      ...view,
      read: (path: string) => {
        reads += 1
        return view.read(path)
      },
    }
    await findCandidates([inputFile('a.yaml')], counting, classifyByName)
    await findCandidates([inputFile('a.yaml')], counting, classifyByName)
    expect(reads).toBe(1)
    const other = view.with(new Map([['a.yaml', 'cpu: 1\nmem: 2\n']]))
    expect(await findCandidates([inputFile('a.yaml')], other, classifyByName)).toHaveLength(2)
  })
})

describe('sizes that a template writes', () => {
  const literals = async (template: string) => {
    const view = memoryView({ 't.yaml': template })
    const found = await findCandidates([inputFile('t.yaml', { role: 'template' })], view, classifyByName)
    return found.map(({ path, type, text, value, line, column }) => [
      path.join('.'),
      type,
      text,
      value,
      line,
      column,
      template.split('\n')[line - 1]?.slice(column - 1, column - 1 + text.length),
    ])
  }

  it.each([
    ['cpu: 100m', 'cpu', 'quantity', '100m'],
    ['  memory: "64Mi"  # enough', 'memory', 'quantity', '"64Mi"'],
    ["- cpu: '1'", 'cpu', 'quantity', "'1'"],
    ['"cpu": 1', 'cpu', 'quantity', '1'],
    ["'memory':   1.5Gi\r", 'memory', 'quantity', '1.5Gi'],
    ['minReplicas: 2', 'minReplicas', 'count', '2'],
    ['maxReplicas: 2', 'maxReplicas', 'count', '2'],
    ['averageUtilization: 70', 'averageUtilization', 'count', '70'],
    ['targetCPUUtilizationPercentage: 70', 'targetCPUUtilizationPercentage', 'count', '70'],
  ])('are read from the line %j', async (line, key, type, text) => {
    const [found] = await literals(`{{ if x }}\n${line}\n`)
    expect(found).toEqual([key, type, text, text.replace(/['"]/g, ''), 2, expect.any(Number), text])
  })

  it.each([
    'cpu: {{ .Values.cpu }}',
    'cpu: 100m {{ end }}',
    'cpu: "100m\'',
    'cpu:100m',
    'cpu: m100',
    'cpus: 1',
    'replicas: 1',
    'x cpu: 1',
    'value: 2',
  ])('are not read from the line %j', async (line) => {
    expect(await literals(`a: b\n${line}\n`)).toEqual([])
  })

  it('are read for Go variables below their name', async () => {
    expect(await literals('- name: GOMAXPROCS\n  value: "2"\n- name: "GOMEMLIMIT"\n  value: 4MiB\n')).toEqual(
      [
        ['value', 'count', '"2"', '2', 2, 10, '"2"'],
        ['value', 'go-memory', '4MiB', '4MiB', 4, 10, '4MiB'],
      ],
    )
    expect(await literals('value: 2\n- name: OTHER\n  value: 2\n')).toEqual([])
  })

  it('are read from flow mappings', async () => {
    expect(
      await literals(
        'limits: {cpu: 150m, "memory": "1Gi" }\n- { name: GOMAXPROCS, value: "2" }\nrequests: {cpu: {{ .c }}}\n',
      ),
    ).toEqual([
      ['cpu', 'quantity', '150m', '150m', 1, 15, '150m'],
      ['memory', 'quantity', '"1Gi"', '1Gi', 1, 31, '"1Gi"'],
      ['value', 'count', '"2"', '2', 2, 30, '"2"'],
    ])
  })

  it('know their range in a template with several lines', async () => {
    const template = 'a: 1\ncpu: 100m\r\nmemory: 1Gi\n'
    const view = memoryView({ 't.yaml': template })
    const found = await findCandidates([inputFile('t.yaml', { role: 'template' })], view, classifyByName)
    expect(found.map(({ range }) => template.slice(...range))).toEqual(['100m', '1Gi'])
    expect(found[0]).toMatchObject({
      file: 't.yaml',
      role: 'template',
      document: 0,
      quote: '',
      topLayer: true,
    })
  })
})
