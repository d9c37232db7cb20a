import { describe, expect, it } from 'vitest'
import type { WantedEdit } from '../../../plugin/edit/wanted-edit.ts'
import type { Field } from '../../../plugin/model/field.ts'
import type { InsertSite, ScalarSite, YamlPath } from '../../../plugin/model/site.ts'
import { place, plan, wants, workload } from './plan-ground.ts'

const scalar = (text: string, inner: string, file = 'a.yaml'): ScalarSite => {
  const start = text.indexOf(inner)
  return { kind: 'scalar', file, ...place, path: [], range: [start, start + inner.length], text: inner }
}

describe('edits of scalars', () => {
  const text = 'a: 1\nb: 2\nc: 3\n'

  it('of one file are made in one pass, whatever their order and length', () => {
    const [b, a] = [wants(scalar(text, '2'), '2000m'), wants(scalar(text, '1'), '100m')]
    expect(plan({ 'a.yaml': text, 'b.yaml': text }, b, a)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 100m\nb: 2000m\nc: 3\n' }],
      done: [b, a],
      refused: [],
    })
  })

  it('of several files are kept apart', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1', 'b.yaml'), '9')]
    expect(plan({ 'a.yaml': text, 'b.yaml': text }, one, two)).toMatchObject({
      edits: [
        { file: 'a.yaml', after: 'a: 8\nb: 2\nc: 3\n' },
        { file: 'b.yaml', after: 'a: 9\nb: 2\nc: 3\n' },
      ],
      done: [one, two],
    })
  })

  it('write no file when the value is there already', () => {
    const same = wants(scalar(text, '1'), '1')
    expect(plan({ 'a.yaml': text }, same)).toEqual({ edits: [], done: [same], refused: [] })
  })

  it('that two fields share are made once when both want the same', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1'), '8', { container: 'b' })]
    expect(plan({ 'a.yaml': text }, one, two)).toMatchObject({
      edits: [{ after: 'a: 8\nb: 2\nc: 3\n' }],
      done: [one, two],
      refused: [],
    })
  })

  it('that two fields share are made for the first when they want different values', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1'), '9')]
    expect(plan({ 'a.yaml': text }, one, two)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 8\nb: 2\nc: 3\n' }],
      done: [one],
      refused: [{ wanted: two, reason: expect.stringMatching(/a\.yaml:3.*8/) }],
    })
  })

  it.each<[string, WantedEdit]>([
    ['whose text has moved', wants({ ...scalar(text, '1'), text: '7' }, '8')],
    ['in a file that is not there', wants(scalar(text, '1', 'gone.yaml'), '8')],
    [
      'whose value does not fit the text round it',
      wants({ ...scalar(text, '1'), affix: { before: '', after: 'Mi' } }, '8Gi'),
    ],
  ])('are refused for one %s, and the others are made', (_name, wrong) => {
    const right = wants(scalar(text, '2'), '5')
    expect(plan({ 'a.yaml': text }, wrong, right)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 1\nb: 5\nc: 3\n' }],
      done: [right],
      refused: [{ wanted: wrong, reason: expect.stringMatching(/(a|gone)\.yaml:3.*8/) }],
    })
  })

  it('quote a number for a variable', () => {
    const wanted = wants(scalar(text, '1'), '8', { field: 'env.GOMAXPROCS' })
    const texts = { 'a.yaml': text.replace('1', 'x') }
    expect(
      plan(texts, { ...wanted, site: { ...scalar(texts['a.yaml'], 'x'), kind: 'scalar' } }),
    ).toMatchObject({ edits: [{ after: 'a: "8"\nb: 2\nc: 3\n' }] })
  })
})

const insert = (path: YamlPath, file = 'a.yaml', document = 0): InsertSite => ({
  kind: 'insert',
  file,
  ...place,
  path,
  document,
})

describe('edits that add a value', () => {
  it('follow the replacements in the same file, one upon the other', () => {
    const text = 'a: 1\nr: {}\n'
    const wanted = [
      wants(insert(['r', 'requests', 'cpu']), '250m'),
      wants(scalar(text, '1'), '1000'),
      wants(insert(['r', 'requests', 'memory']), '64Mi'),
    ]
    expect(plan({ 'a.yaml': text }, ...wanted)).toEqual({
      edits: [
        {
          file: 'a.yaml',
          before: text,
          after: 'a: 1000\nr:\n  requests:\n    cpu: 250m\n    memory: 64Mi\n',
        },
      ],
      done: wanted,
      refused: [],
    })
  })

  it('go to the document asked for', () => {
    const text = 'a: 1\n---\nb: 1\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['c'], 'a.yaml', 1), '2'))).toMatchObject({
      edits: [{ after: 'a: 1\n---\nb: 1\nc: 2\n' }],
    })
  })

  it.each([
    ['in a file that is not there', { 'b.yaml': '' }, /a\.yaml/],
    ['in a file that is not YAML', { 'a.yaml': 'a: [' }, /YAML/],
    [
      'where a plain value is in the place of a mapping',
      { 'a.yaml': 'r: 1' },
      /r\.cpu.*a\.yaml: .*plain value/,
    ],
  ])('are refused %s', (_name, files, reason) => {
    const wanted = wants(insert(['r', 'cpu']), '250m')
    expect(plan(files as Record<string, string>, wanted)).toEqual({
      edits: [],
      done: [],
      refused: [{ wanted, reason: expect.stringMatching(reason) }],
    })
  })

  const procs = { field: 'env.GOMAXPROCS' as Field }

  it('write a variable as an item of a list that is there', () => {
    const text = 'env:\n- name: A\n  value: b\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['env', 1]), '2', procs))).toMatchObject({
      edits: [{ after: `${text}- name: GOMAXPROCS\n  value: "2"\n` }],
    })
  })

  it('write a variable as the first item of a new list', () => {
    expect(plan({ 'a.yaml': 'a: 1\n' }, wants(insert(['env']), '2', procs))).toMatchObject({
      edits: [{ after: 'a: 1\nenv:\n  - name: GOMAXPROCS\n    value: "2"\n' }],
    })
  })

  it('write a variable as a key where the path names it', () => {
    const text = 'env:\n  A: b\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['env', 'GOMAXPROCS']), '2', procs))).toMatchObject({
      edits: [{ after: 'env:\n  A: b\n  GOMAXPROCS: 2\n' }],
    })
  })
})

describe('edits of a file of recommendations', () => {
  const file = 'apps/.tortoise/api.json'

  it('begin it and extend it', () => {
    const wanted = [
      wants(insert([], file), '250m'),
      wants(insert([], file), '64Mi', { field: 'requests.memory' }),
    ]
    const { edits, done } = plan({ [file]: '' }, ...wanted)
    expect(done).toEqual(wanted)
    expect(edits.map(({ after }) => JSON.parse(after))).toEqual([
      {
        version: 1,
        workload,
        values: [
          { container: 'app', field: 'requests.cpu', value: '250m' },
          { container: 'app', field: 'requests.memory', value: '64Mi' },
        ],
      },
    ])
  })

  it('are refused where it is not one of ours', () => {
    const wanted = wants(insert([], file), '250m')
    expect(plan({ [file]: '{"version": 2}' }, wanted)).toEqual({
      edits: [],
      done: [],
      refused: [{ wanted, reason: expect.stringContaining(file) }],
    })
  })
})
