import { describe, expect, it } from 'vitest'
import { insertValue } from '../../../plugin/edit/insert.ts'
import type { YamlPath } from '../../../plugin/model/site.ts'
import { openYaml } from '../../../plugin/yaml/open.ts'
import { applySplices } from '../../../plugin/yaml/splice.ts'

type Value = string | readonly string[]

/** The text after the insertion, or why it is refused. */
function insert(text: string, path: YamlPath, value: Value = '100m', document = 0): string {
  const opened = openYaml('file.yaml', text)
  if (!opened.ok) throw new Error(opened.problem.message)
  const result = insertValue(opened.yaml, { document, path, value })
  return result.ok ? applySplices(text, result.splices) : `refused: ${result.reason}`
}

const item = ['- name: a', '  value: b']

describe('a file without content', () => {
  it.each<[string, string, YamlPath, Value, string]>([
    ['nothing at all', '', ['a', 'b'], '1', 'a:\n  b: 1\n'],
    ['an empty line', '\n', ['a'], '1', '\na: 1\n'],
    ['spaces', '  ', ['a'], '1', '  a: 1\n'],
    ['a comment', '# x\n', ['a'], '1', '# x\na: 1\n'],
    ['a comment without a newline', '# x', ['a'], '1', '# x\na: 1\n'],
    ['a comment with CRLF', '# x\r\n', ['a', 'b'], '1', '# x\r\na:\r\n  b: 1\r\n'],
    ['comments with CRLF, the last without', '# x\r\n# y', ['a'], '1', '# x\r\n# y\r\na: 1\r\n'],
    ['a document mark', '---\n', ['a'], '1', '---\na: 1\n'],
    ['a comment, for a block', '# x\n', ['a', 'b'], item, '# x\na:\n  b:\n    - name: a\n      value: b\n'],
  ])('gets the lines at its end: %s', (_name, text, path, value, after) => {
    expect(insert(text, path, value)).toBe(after)
  })

  it.each<[string, string, YamlPath, number]>([
    ['a position in a list', '# x\n', ['a', 0], 0],
    ['a block of text', '# x\n', ['a', '|', 'b'], 0],
    ['one document of several', 'a: 1\n---\n', ['b'], 1],
    ['a document that does not exist', 'a: 1\n---\nb: 1\n', ['b'], 2],
  ])('gets nothing for %s', (_name, text, path, document) => {
    expect(insert(text, path, '1', document)).toBe('refused: the document is empty')
  })

  it('is not a file with `null`, which is a value of the document', () => {
    expect(insert('null\n', ['a'], '1')).toMatch(/^refused: an empty item/)
  })
})

describe('a place that cannot take a value', () => {
  it.each<[string, string, YamlPath, Value, RegExp]>([
    ['a value for a text', 'a: 1\n', ['a'], '2', /there already/],
    ['a value for a block', 'a: 1\n', ['a'], item, /there already/],
    ['a mapping with a key, for a block', 'a: {b: 1}\n', ['a'], item, /there already/],
    ['a list with an item, for a block', 'a: [1]\n', ['a'], item, /there already/],
    ['an empty mapping, for a text', 'a: {}\n', ['a'], '1', /there already/],
    ['an empty item of a list, for a block', 'a:\n- {}\n', ['a', 0], item, /there already/],
    ['an empty item of a list, for a path', 'a:\n-\n- b\n', ['a', 0, 'cpu'], '1', /empty item of a list/],
    ['the document itself', 'null\n', [], item, /there already/],
    ['an alias', 'x: &x {}\na: *x\n', ['a', 'b'], '1', /\*x/],
    ['an item beyond the next', 'a:\n- 1\n', ['a', 2], '1', /item 2/],
    ['a path below an item beyond the next', 'a:\n- 1\n', ['a', 2, 'b'], '1', /item 2/],
    ['a path below the next item of a flow list', 'a: [1]\n', ['a', 1, 'b'], '1', /block lists/],
    ['a key of a list', 'a:\n- b: 1\n', ['a', 'b'], '1', /item b/],
    ['a key of a list that JavaScript lists have', 'a:\n- b: 1\n', ['a', 'length'], '1', /item length/],
    ['a flow list', 'a: [1]\n', ['a', 1], '2', /block lists/],
    ['an empty flow list, for an item', 'a: []\n', ['a', 0], '2', /block lists/],
    ['a plain value on the path', 'a: 1\n', ['a', 'b', 'c'], '2', /plain value/],
    ['a plain item on the path', 'a:\n- 1\n', ['a', 0, 'b'], '2', /plain value/],
    ['a plain text for a block of text', 'a: b\n', ['a', '|', 'b'], '2', /block of text/],
    ['a mapping for a block of text', 'a: {b: 1}\n', ['a', '|', 'b'], '2', /block of text/],
    ['a block of text that is not YAML', 'a: |\n  b: [\n', ['a', '|', 'b'], '2', /block of text/],
    ['a plain value in a block of text', 'a: |\n  b: 1\n', ['a', '|', 'b', 'c'], '2', /plain value/],
    ['an empty document of a block of text', 'a: |\n  b: 1\n  ---\n', ['a', '|', 1, 'c'], '2', /empty/],
    ['explicit keys', '? a\n: 1\n', ['b'], '2', /`\?`/],
    ['one explicit key beside another', 'a: 1\n? b\n: 1\n', ['c'], '2', /`\?`/],
    ['a flow mapping, for a block', 'a: {b: 1}\n', ['a', 'c'], item, /flow mapping/],
    ['an empty flow mapping in another, for a block', 'a: {b: {}}\n', ['a', 'b', 'c'], item, /flow mapping/],
    ['a null in a flow mapping, for a block', 'a: {b: null}\n', ['a', 'b'], item, /flow mapping/],
    ['an empty value in a flow mapping', 'a: {b: , c: 1}\n', ['a', 'b', 'd'], '1', /empty value in a flow/],
    ['a bare key in a flow mapping', 'a: {b}\n', ['a', 'b', 'd'], '1', /empty value in a flow/],
  ])('%s is refused', (_name, text, path, value, reason) => {
    const after = insert(text, path, value)
    expect(after).toMatch(/^refused: /)
    expect(after).toMatch(reason)
  })
})

describe('a flow mapping', () => {
  it.each<[string, string, YamlPath, string, string]>([
    ['after a key without a value', 'a: {b}\n', ['a', 'c'], '1', 'a: {b, c: 1}\n'],
    ['below the new key', 'a: {b: 1}\n', ['a', 'c', 'd', 'e'], '1', 'a: {b: 1, c: {d: {e: 1}}}\n'],
    ['in an item of a flow list', 'a: [{b: 1}]\n', ['a', 0, 'c'], '1', 'a: [{b: 1, c: 1}]\n'],
    ['in an empty item of a flow list', 'a: [{}]\n', ['a', 0, 'c'], '1', 'a: [{c: 1}]\n'],
    ['in place of null in a flow list', 'a: [{b: ~}]\n', ['a', 0, 'b', 'c'], '1', 'a: [{b: {c: 1}}]\n'],
    ['in an item of a block list', 'a:\n- {b: 1}\n', ['a', 0, 'c'], '1', 'a:\n- {b: 1, c: 1}\n'],
    ['with a key that needs quotes', 'a: {b: 1}\n', ['a', 'c d'], '1', 'a: {b: 1, "c d": 1}\n'],
    ['in JSON, as a text', '{"a": {"b": "1"}}', ['a', 'c'], '7m', '{"a": {"b": "1", "c": "7m"}}'],
    ['in JSON, as a number', '{"a": {"b": "1"}}', ['a', 'c'], '70', '{"a": {"b": "1", "c": 70}}'],
    ['in JSON, as it is quoted', '{"a": {"b": "1"}}', ['a', 'c'], '"7"', '{"a": {"b": "1", "c": "7"}}'],
    ['in JSON, with digits in front', '{"a": {"b": 1}}', ['a', 'c'], '7Mi', '{"a": {"b": 1, "c": "7Mi"}}'],
    ['in JSON, with digits behind', '{"a": {"b": 1}}', ['a', 'c'], 'x7', '{"a": {"b": 1, "c": "x7"}}'],
    ['in JSON, with a quote inside', '{"a": {"b": 1}}', ['a', 'c'], 'x"', '{"a": {"b": 1, "c": "x\\""}}'],
    ['in JSON, into {}', '{"a": {"b": {}}}', ['a', 'b', 'c', 'd'], '7m', '{"a": {"b": {"c": {"d": "7m"}}}}'],
    ['in JSON, in place of null', '{"a": null}', ['a', 'c'], '7m', '{"a": {"c": "7m"}}'],
    ['with one key quoted and one not', '{"a": 1, b: 1}', ['c'], '7m', '{"a": 1, b: 1, c: 7m}'],
    ['with keys in single quotes', "{'a': 1}", ['c'], '7m', "{'a': 1, c: 7m}"],
    ['into {} in single quotes', "{'a': {}}", ['a', 'c'], '7m', "{'a': {c: 7m}}"],
  ])('takes a value %s', (_name, text, path, value, after) => {
    expect(insert(text, path, value)).toBe(after)
  })
})

describe('a block mapping', () => {
  it.each<[string, string, YamlPath, Value, string]>([
    [
      'of four spaces, below a first key with two',
      'a:\n  b: 1\nc:\n    d: 1\n',
      ['c', 'e', 'f'],
      '1',
      'a:\n  b: 1\nc:\n    d: 1\n    e:\n      f: 1\n',
    ],
    [
      'whose first nested mapping is flow',
      'a: {b: 1}\nc:\n    d: 1\ne: {}\n',
      ['e', 'f'],
      '1',
      'a: {b: 1}\nc:\n    d: 1\ne:\n    f: 1\n',
    ],
    [
      'whose first nested mapping is empty',
      'a: {}\nc:\n    d: 1\n',
      ['a', 'f'],
      '1',
      'a:\n    f: 1\nc:\n    d: 1\n',
    ],
    ['after a list', 'a: 1\nc: []\n', ['a2', 'f'], '1', 'a: 1\nc: []\na2:\n  f: 1\n'],
    ['in a list of mappings', '- a: 1\n', [0, 'b'], '1', '- a: 1\n  b: 1\n'],
    [
      'whose last value is a list',
      'a:\n  b:\n  - 1\n  - 2 # x\nc: 1\n',
      ['a', 'd'],
      '1',
      'a:\n  b:\n  - 1\n  - 2 # x\n  d: 1\nc: 1\n',
    ],
    [
      'whose last value is a nested mapping',
      'a:\n  b:\n    c: 1\n\n\nd: 1\n',
      ['a', 'e'],
      '1',
      'a:\n  b:\n    c: 1\n  e: 1\n\n\nd: 1\n',
    ],
    [
      'whose last value is a flow mapping over two lines',
      'a:\n  b: {c: 1,\n    d: 2}\ne: 1\n',
      ['a', 'f'],
      '1',
      'a:\n  b: {c: 1,\n    d: 2}\n  f: 1\ne: 1\n',
    ],
    [
      'whose last value is empty',
      'a:\n  b:\n\n# x\nc: 1\n',
      ['a', 'd'],
      '1',
      'a:\n  b:\n  d: 1\n\n# x\nc: 1\n',
    ],
    ['whose last value is null', 'a:\n  b: ~\nc: 1\n', ['a', 'd'], '1', 'a:\n  b: ~\n  d: 1\nc: 1\n'],
    [
      'whose last value is a folded text',
      'a:\n  b: >\n    x\n    y\nc: 1\n',
      ['a', 'd'],
      '1',
      'a:\n  b: >\n    x\n    y\n  d: 1\nc: 1\n',
    ],
    [
      'whose last value is an empty block of text',
      'a:\n  b: |\nc: 1\n',
      ['a', 'd'],
      '1',
      'a:\n  b: |\n  d: 1\nc: 1\n',
    ],
    [
      'whose last value is a quoted text over two lines',
      'a:\n  b: "x\n    y"\nc: 1\n',
      ['a', 'd'],
      '1',
      'a:\n  b: "x\n    y"\n  d: 1\nc: 1\n',
    ],
    [
      'whose last value is an alias',
      'x: &x 1\na:\n  b: *x\nc: 1\n',
      ['a', 'd'],
      '1',
      'x: &x 1\na:\n  b: *x\n  d: 1\nc: 1\n',
    ],
    [
      'with a key that needs quotes',
      'a:\n  b: 1\n',
      ['a', 'c d', '1'],
      '1',
      'a:\n  b: 1\n  "c d":\n    "1": 1\n',
    ],
    ['with keys that need none', 'a: 1\n', ['_c.d/e-f', 'G9'], '1', 'a: 1\n_c.d/e-f:\n  G9: 1\n'],
    ['with a key that begins with a digit', 'a: 1\n', ['9a'], '1', 'a: 1\n"9a": 1\n'],
    ['with a key that ends in a colon', 'a: 1\n', ['a:'], '1', 'a: 1\n"a:": 1\n'],
  ])('takes a value: %s', (_name, text, path, value, after) => {
    expect(insert(text, path, value)).toBe(after)
  })

  it.each<[string, string, string]>([
    ['an empty value', 'a:\n  b:\n  c: 1\n', 'a:\n  b:\n    - name: a\n      value: b\n  c: 1\n'],
    ['an empty list', 'a:\n  b: []\n  c: 1\n', 'a:\n  b:\n    - name: a\n      value: b\n  c: 1\n'],
    ['null', 'a:\n  b: null\n  c: 1\n', 'a:\n  b:\n    - name: a\n      value: b\n  c: 1\n'],
    ['no key', 'a:\n  c: 1\n', 'a:\n  c: 1\n  b:\n    - name: a\n      value: b\n'],
    ['an empty mapping after spaces', 'a:\n  b:   {}\n', 'a:\n  b:\n    - name: a\n      value: b\n'],
    [
      'an empty mapping on its own line',
      'a:\n  b:\n    {}\n  c: 1\n',
      'a:\n  b:\n    - name: a\n      value: b\n  c: 1\n',
    ],
  ])('takes a block for %s', (_name, text, after) => {
    expect(insert(text, ['a', 'b'], item)).toBe(after)
  })

  it('has the indentation of the first document with nested mappings', () => {
    expect(insert('- 1\n---\na: {}\n', ['a', 'f'], '1', 1)).toBe('- 1\n---\na:\n  f: 1\n')
    expect(insert('- 1\n---\na:\n    b: 1\nc: {}\n', ['c', 'f'], '1', 1)).toBe(
      '- 1\n---\na:\n    b: 1\nc:\n    f: 1\n',
    )
  })

  it('keeps the line ending of the line before, where the last has none', () => {
    expect(insert('a: 1\r\nb: 2', ['c'], '3')).toBe('a: 1\r\nb: 2\r\nc: 3')
    expect(insert('a: 1\nb: 2', ['c'], '3')).toBe('a: 1\nb: 2\nc: 3')
    expect(insert('a: 1', ['c'], '3')).toBe('a: 1\nc: 3')
  })
})

describe('a list', () => {
  it.each<[string, string, YamlPath, Value, string]>([
    ['a text', 'a:\n- x\n- y\nb: 1\n', ['a', 2], 'z', 'a:\n- x\n- y\n- z\nb: 1\n'],
    ['a block', 'a:\n  - x: 1\n', ['a', 1], ['y: 1', 'z: 2'], 'a:\n  - x: 1\n  - y: 1\n    z: 2\n'],
    ['an item after one with dashes in it', 'a:\n- x-y\n', ['a', 1], 'z', 'a:\n- x-y\n- z\n'],
    ['an item after a nested list', 'a:\n- - x\n', ['a', 1], 'z', 'a:\n- - x\n- z\n'],
    [
      'an item after a nested mapping',
      'a:\n- x:\n    y: 1\nb: 1\n',
      ['a', 1],
      'z',
      'a:\n- x:\n    y: 1\n- z\nb: 1\n',
    ],
    ['an item at the root', '- x\n', [1], 'z', '- x\n- z\n'],
    ['an item with CRLF', 'a:\r\n- x\r\n', ['a', 1], 'z', 'a:\r\n- x\r\n- z\r\n'],
  ])('takes %s', (_name, text, path, value, after) => {
    expect(insert(text, path, value)).toBe(after)
  })
})

describe('a block of text with YAML in it', () => {
  const text = 'p: |-\n  a: 1\n  ---\n  b:\n    c: 1\nq: 1\n'
  it.each<[string, YamlPath, string]>([
    ['its first document', ['p', '|', 'd'], text.replace('a: 1\n', 'a: 1\n  d: 9\n')],
    [
      'another of its documents',
      ['p', '|', 1, 'b', 'd', 'e'],
      text.replace('c: 1\n', 'c: 1\n    d:\n      e: 9\n'),
    ],
  ])('takes a value in %s', (_name, path, after) => {
    expect(insert(text, path, '9')).toBe(after)
  })

  it('takes a value in place of an empty mapping', () => {
    expect(insert('p: |\n  a: {} # x\n  b: 1\n', ['p', '|', 'a', 'c'], '9')).toBe(
      'p: |\n  a: # x\n    c: 9\n  b: 1\n',
    )
  })
})

it('a path below the next item of a list becomes that item', () => {
  expect(insert('a:\n  - x.yaml\nz: 1\n', ['a', 1, 'b', 'c'], '1')).toBe(
    'a:\n  - x.yaml\n  - b:\n      c: 1\nz: 1\n',
  )
})
