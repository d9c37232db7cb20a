import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { insertValue } from '../../../plugin/edit/insert.ts'
import { openYaml } from '../../../plugin/yaml/open.ts'
import { applySplices } from '../../../plugin/yaml/splice.ts'

type Value = string | readonly string[]

function insert(
  text: string,
  path: readonly (string | number)[],
  value: Value = '100m',
  document = 0,
): string {
  const opened = openYaml('file.yaml', text)
  if (!opened.ok) throw new Error(opened.problem.message)
  const result = insertValue(opened.yaml, { document, path, value })
  if (!result.ok) return `refused: ${result.reason}`
  const after = applySplices(text, result.splices)
  const errors = parseAllDocuments(after).flatMap((one) => one.errors)
  expect(errors).toEqual([])
  return after
}

describe('inserting an absent value', () => {
  it.each([
    [
      'after the last key of a block mapping',
      'a:\n  b: 1\nc: 2\n',
      ['a', 'cpu'],
      'a:\n  b: 1\n  cpu: 100m\nc: 2\n',
    ],
    [
      'with the mappings that its path needs',
      'a: 1\n',
      ['resources', 'requests', 'cpu'],
      'a: 1\nresources:\n  requests:\n    cpu: 100m\n',
    ],
    [
      'after a comment on the last line',
      'a:\n  b: 1 # why\n# next\nc: 2\n',
      ['a', 'cpu'],
      'a:\n  b: 1 # why\n  cpu: 100m\n# next\nc: 2\n',
    ],
    [
      'into an empty flow mapping',
      'resources: {}\n',
      ['resources', 'requests', 'cpu'],
      'resources:\n  requests:\n    cpu: 100m\n',
    ],
    [
      'into {} with a commented example below, as helm create writes it',
      'resources: {}\n  # requests:\n  #   cpu: 1\nnext: 1\n',
      ['resources', 'requests', 'cpu'],
      'resources:\n  requests:\n    cpu: 100m\n  # requests:\n  #   cpu: 1\nnext: 1\n',
    ],
    [
      'into {} with a comment beside it',
      'resources: {} # none\n',
      ['resources', 'cpu'],
      'resources: # none\n  cpu: 100m\n',
    ],
    [
      'into an empty value',
      'resources:\nnext: 1\n',
      ['resources', 'cpu'],
      'resources:\n  cpu: 100m\nnext: 1\n',
    ],
    [
      'into an empty value with a comment',
      'resources: # later\n',
      ['resources', 'cpu'],
      'resources: # later\n  cpu: 100m\n',
    ],
    [
      'into a flow mapping',
      'limits: {memory: 1Gi}\n',
      ['limits', 'cpu'],
      'limits: {memory: 1Gi, cpu: 100m}\n',
    ],
    [
      'into a padded flow mapping',
      'limits: { memory: 1Gi }\n',
      ['limits', 'cpu'],
      'limits: { memory: 1Gi, cpu: 100m }\n',
    ],
    [
      'into an item of a list that is not indented',
      'c:\n- name: a\n- name: b\n',
      ['c', 0, 'cpu'],
      'c:\n- name: a\n  cpu: 100m\n- name: b\n',
    ],
    [
      'into an indented item of a list',
      'c:\n    - name: a\n',
      ['c', 0, 'r', 'cpu'],
      'c:\n    - name: a\n      r:\n        cpu: 100m\n',
    ],
    ['without a final newline', 'a:\n  b: 1', ['a', 'cpu'], 'a:\n  b: 1\n  cpu: 100m'],
    [
      'with CRLF line endings',
      'a:\r\n  b: 1\r\nc: 2\r\n',
      ['a', 'cpu'],
      'a:\r\n  b: 1\r\n  cpu: 100m\r\nc: 2\r\n',
    ],
    [
      'with an indentation of four spaces where the file uses it',
      'x:\n    y: 1\na: {}\n',
      ['a', 'b', 'cpu'],
      'x:\n    y: 1\na:\n    b:\n        cpu: 100m\n',
    ],
    ['behind a byte order mark', '\uFEFFa:\n  b: 1\n', ['a', 'cpu'], '\uFEFFa:\n  b: 1\n  cpu: 100m\n'],
    [
      'in place of null',
      'resources: null # none\nnext: 1\n',
      ['resources', 'cpu'],
      'resources: # none\n  cpu: 100m\nnext: 1\n',
    ],
    [
      'in place of null in a flow mapping',
      'a: {b: null, c: 1}\n',
      ['a', 'b', 'cpu'],
      'a: {b: {cpu: 100m}, c: 1}\n',
    ],
    [
      'into {} in a flow mapping',
      'a: {b: {}, c: 1}\n',
      ['a', 'b', 'r', 'cpu'],
      'a: {b: {r: {cpu: 100m}}, c: 1}\n',
    ],
    ['into an empty file', '', ['a', 'cpu'], 'a:\n  cpu: 100m\n'],
    [
      'into a file of comments',
      '# values\n# none yet',
      ['a', 'cpu'],
      '# values\n# none yet\na:\n  cpu: 100m\n',
    ],
    [
      'at the top of a file with a byte order mark',
      '\uFEFFa: 1\n',
      ['b', 'cpu'],
      '\uFEFFa: 1\nb:\n  cpu: 100m\n',
    ],
    [
      'into a JSON mapping, as JSON',
      '{"requests": {"cpu": "1"}}\n',
      ['limits', 'cpu'],
      '{"requests": {"cpu": "1"}, "limits": {"cpu": "100m"}}\n',
    ],
    [
      'after a block of text',
      'a:\n  script: |\n    one\n    two\nb: 1\n',
      ['a', 'cpu'],
      'a:\n  script: |\n    one\n    two\n  cpu: 100m\nb: 1\n',
    ],
    [
      'inside a block of text that is YAML',
      'patches:\n- patch: |-\n    spec:\n      a: 1\n  target: x\n',
      ['patches', 0, 'patch', '|', 'spec', 'cpu'],
      'patches:\n- patch: |-\n    spec:\n      a: 1\n      cpu: 100m\n  target: x\n',
    ],
  ] as const)('%s', (_name, text, path, expected) => {
    expect(insert(text, path)).toBe(expected)
  })

  it('appends an item in the style of the list', () => {
    const item = ['patch: |-', '  kind: X']
    expect(insert('patches:\n  - path: a.yaml\nz: 1\n', ['patches', 1], item)).toBe(
      'patches:\n  - path: a.yaml\n  - patch: |-\n      kind: X\nz: 1\n',
    )
    expect(insert('patches:\n- path: a.yaml\n', ['patches', 1], item)).toBe(
      'patches:\n- path: a.yaml\n- patch: |-\n    kind: X\n',
    )
  })

  it.each([
    ['patches: []\nz: 1\n', 'patches:\n  - path: a\n    kind: X\nz: 1\n'],
    ['patches:\nz: 1\n', 'patches:\n  - path: a\n    kind: X\nz: 1\n'],
    ['z: 1\n', 'z: 1\npatches:\n  - path: a\n    kind: X\n'],
  ])('adds a first item to %j', (text, expected) => {
    expect(insert(text, ['patches'], ['- path: a', '  kind: X'])).toBe(expected)
  })

  it('edits the given document of a file', () => {
    expect(insert('a: 1\n---\nb:\n  c: 1\n', ['b', 'cpu'], '1', 1)).toBe('a: 1\n---\nb:\n  c: 1\n  cpu: 1\n')
  })

  it.each([
    ['an alias', 'x: &x\n  a: 1\ny: *x\n', ['y', 'cpu'], /alias/],
    ['a plain value where a mapping is needed', 'a: 1\n', ['a', 'cpu'], /plain value/],
    ['a value that exists', 'a: 1\n', ['a'], /already/],
    ['an item that does not exist', 'a:\n- 1\n', ['a', 5, 'cpu'], /does not exist/],
    ['an empty document among others', 'a: 1\n---\n', ['a'], /already/],
  ] as const)('refuses %s', (_name, text, path, reason) => {
    expect(insert(text, path)).toMatch(reason)
  })
})

describe('files that must not be edited', () => {
  it.each([
    ['duplicate keys', 'a: 1\na: 2\n'],
    ['a syntax error', 'a: [1\nb: 2\n'],
    ['a template', '{{ if .x }}\na: 1\n{{ end }}\n'],
  ])('refuses %s and names the place', (_name, text) => {
    const opened = openYaml('values.yaml', text)
    expect(opened.ok).toBe(false)
    expect(!opened.ok && opened.problem.place).toMatchObject({
      file: 'values.yaml',
      line: expect.any(Number),
    })
  })
})
