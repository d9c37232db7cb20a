import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { insertValue } from '../../../plugin/edit/insert.ts'
import { replaceScalar } from '../../../plugin/edit/replace.ts'
import type { YamlPath } from '../../../plugin/model/site.ts'
import type { YamlText } from '../../../plugin/yaml/open.ts'
import { openYaml } from '../../../plugin/yaml/open.ts'
import { scalarsOf } from '../../../plugin/yaml/scalars.ts'
import { applySplices } from '../../../plugin/yaml/splice.ts'

/** Sets a value at a path, by replacing the scalar there or inserting one. Returns the new text, or why it is refused. */
function set(text: string, path: YamlPath, value: string, document = 0): string {
  const opened = openYaml('f.yaml', text)
  if (!opened.ok) return `refused: ${opened.problem.message}`
  const splices = splicesFor(opened.yaml, { path, value, document })
  return typeof splices === 'string' ? `refused: ${splices}` : applySplices(text, splices)
}

interface WantedValue {
  readonly path: YamlPath
  readonly value: string
  readonly document: number
}

function splicesFor(yaml: YamlText, { path, value, document }: WantedValue) {
  const found = scalarsOf(yaml).find(
    (one) => one.document === document && one.path.join('\0') === path.join('\0'),
  )
  if (found === undefined) {
    const inserted = insertValue(yaml, { document, path, value })
    return inserted.ok ? inserted.splices : inserted.reason
  }
  const { range } = found
  const site = { kind: 'scalar', file: 'f.yaml', line: 1, column: 1, document, path, range } as const
  const splice = replaceScalar(yaml.text, { ...site, text: yaml.text.slice(...range) }, { to: value })
  return splice === undefined ? 'the text has moved' : [splice]
}

const cpu = ['resources', 'requests', 'cpu']

describe('edits of unusual YAML', () => {
  it.each<readonly [string, string, YamlPath, string]>([
    [
      'anchor on the scalar: the anchor is kept',
      'a: &cpu 100m # ours\nb: 1\n',
      ['a'],
      'a: &cpu 250m # ours\nb: 1\n',
    ],
    ['tag on the scalar: the tag is kept', 'a: !!str "100m"\n', ['a'], 'a: !!str "250m"\n'],
    [
      'merge key: the key is added beside it',
      'x: &x {cpu: 100m}\nresources:\n  requests:\n    <<: *x\n    memory: 1Gi\n',
      cpu,
      'x: &x {cpu: 100m}\nresources:\n  requests:\n    <<: *x\n    memory: 1Gi\n    cpu: 250m\n',
    ],
    [
      'empty value: a block is added below it',
      'resources:\nnext: 1\n',
      cpu,
      'resources:\n  requests:\n    cpu: 250m\nnext: 1\n',
    ],
    [
      'empty value before a comment: the comment is kept on its line',
      'resources: # later\nnext: 1\n',
      cpu,
      'resources: # later\n  requests:\n    cpu: 250m\nnext: 1\n',
    ],
    [
      'null before a comment',
      'resources: ~   # later\nnext: 1\n',
      cpu,
      'resources:   # later\n  requests:\n    cpu: 250m\nnext: 1\n',
    ],
    [
      '{} placeholder with a commented example below',
      'resources: {}\n  # limits:\n  #   cpu: 100m\n\nnext: 1\n',
      cpu,
      'resources:\n  requests:\n    cpu: 250m\n  # limits:\n  #   cpu: 100m\n\nnext: 1\n',
    ],
    [
      '{} placeholder with a comment beside it',
      'a: 1\nresources: {} # none\n',
      cpu,
      'a: 1\nresources: # none\n  requests:\n    cpu: 250m\n',
    ],
    [
      'flow map: only the scalar changes',
      'resources: { requests: { cpu: "100m", memory: 1Gi } }\n',
      cpu,
      'resources: { requests: { cpu: "250m", memory: 1Gi } }\n',
    ],
    [
      'flow map: a comma is added and the padding is kept',
      'resources: { requests: { memory: 1Gi } } # sized\n',
      cpu,
      'resources: { requests: { memory: 1Gi, cpu: 250m } } # sized\n',
    ],
    [
      'flow map with a final comma over several lines',
      'resources: {\n  requests: {\n    memory: 1Gi,\n  },\n}\n',
      cpu,
      'resources: {\n  requests: {\n    memory: 1Gi, cpu: 250m,\n  },\n}\n',
    ],
    [
      'end of a block map: after the comment of its last line, before a dedented one',
      'resources:\n  requests:\n    memory: 1Gi # May\n# about the next key\nnext: 1\n',
      cpu,
      'resources:\n  requests:\n    memory: 1Gi # May\n    cpu: 250m\n# about the next key\nnext: 1\n',
    ],
    [
      'end of a block map without a final newline',
      'resources:\n  requests:\n    memory: 1Gi',
      cpu,
      'resources:\n  requests:\n    memory: 1Gi\n    cpu: 250m',
    ],
    [
      'end of a block map whose last value is a block of text',
      'resources:\n  requests:\n    note: |\n      text\n\nnext: 1\n',
      cpu,
      'resources:\n  requests:\n    note: |\n      text\n    cpu: 250m\n\nnext: 1\n',
    ],
    [
      'end of a block map whose last value is a block of text that keeps its empty lines',
      'resources:\n  requests:\n    note: |+\n      text\n\nnext: 1\n',
      cpu,
      'resources:\n  requests:\n    note: |+\n      text\n\n    cpu: 250m\nnext: 1\n',
    ],
    [
      'CRLF',
      'resources:\r\n  requests:\r\n    memory: 1Gi # May\r\nnext: 1\r\n',
      cpu,
      'resources:\r\n  requests:\r\n    memory: 1Gi # May\r\n    cpu: 250m\r\nnext: 1\r\n',
    ],
    [
      'mixed line endings: the ending of the line before is used',
      'next: 1\r\nresources:\n  requests:\n    memory: 1Gi\n',
      cpu,
      'next: 1\r\nresources:\n  requests:\n    memory: 1Gi\n    cpu: 250m\n',
    ],
    [
      'byte order mark',
      '\uFEFFresources:\n  requests:\n    cpu: 100m\n',
      cpu,
      '\uFEFFresources:\n  requests:\n    cpu: 250m\n',
    ],
    [
      'directive and document marks',
      '%YAML 1.1\n---\nresources: {requests: {cpu: 100m}, mode: 0644, on: yes}\n...\n',
      cpu,
      '%YAML 1.1\n---\nresources: {requests: {cpu: 250m}, mode: 0644, on: yes}\n...\n',
    ],
    [
      'trailing spaces, odd indents and aligned comments',
      'resources:   \n   requests:\n        cpu:    100m      # a\n        memory: 1Gi       # b  \n',
      cpu,
      'resources:   \n   requests:\n        cpu:    250m      # a\n        memory: 1Gi       # b  \n',
    ],
    [
      'tabs between value and comment',
      'resources:\n  requests:\n    cpu: 100m\t# a\n',
      cpu,
      'resources:\n  requests:\n    cpu: 250m\t# a\n',
    ],
    [
      'a very long line is not folded',
      `note: ${'word '.repeat(400)}end\nresources: {requests: {cpu: 100m}}\n`,
      cpu,
      `note: ${'word '.repeat(400)}end\nresources: {requests: {cpu: 250m}}\n`,
    ],
    [
      'numeric-looking keys',
      'a:\n  1: {cpu: 100m}\n  2.50: {cpu: 200m}\n',
      ['a', '2.50', 'cpu'],
      'a:\n  1: {cpu: 100m}\n  2.50: {cpu: 250m}\n',
    ],
    [
      'keys that are values in YAML 1.1',
      '%YAML 1.1\n---\non:\n  cpu: 100m\n',
      ['on', 'cpu'],
      '%YAML 1.1\n---\non:\n  cpu: 250m\n',
    ],
    [
      'explicit key',
      '? resources\n: requests:\n    cpu: 100m\n',
      cpu,
      '? resources\n: requests:\n    cpu: 250m\n',
    ],
    [
      'a block of text with YAML in it keeps its header and its indentation',
      'values: |2-\n    # sizes\n    resources:\n        requests:\n            cpu: 100m\n',
      ['values', '|', ...cpu],
      'values: |2-\n    # sizes\n    resources:\n        requests:\n            cpu: 250m\n',
    ],
    [
      'a key is added inside a block of text with the indentation of the block',
      'values: |\n  resources:\n      requests:\n          memory: 1Gi\n\nnext: 1\n',
      ['values', '|', ...cpu],
      'values: |\n  resources:\n      requests:\n          memory: 1Gi\n          cpu: 250m\n\nnext: 1\n',
    ],
    [
      'octal, exponent, underscore and sexagesimal numbers elsewhere are not changed',
      'm: 0644\ne: 1e3\nu: 1_000\nt: 12:30:45\nbig: 12345678901234567890\nresources: {requests: {cpu: 100m}}\n',
      cpu,
      'm: 0644\ne: 1e3\nu: 1_000\nt: 12:30:45\nbig: 12345678901234567890\nresources: {requests: {cpu: 250m}}\n',
    ],
  ])('%s', (_row, text, path, wanted) => {
    expect(set(text, path, '250m')).toBe(wanted)
  })

  it.each<readonly [string, string, YamlPath, RegExp]>([
    ['an alias as the value', 'x: &x\n  requests: {}\nresources: *x\n', cpu, /an alias \(\*x\).*every user/],
    ['duplicate keys', 'resources:\n  requests:\n    cpu: 1\n    cpu: 2\n', cpu, /Map keys must be unique/],
    [
      'a byte order mark in a later document',
      'a: 1\n---\n\uFEFFresources: {requests: {cpu: 100m}}\n',
      cpu,
      /byte order mark/i,
    ],
    ['tabs as indentation', 'resources:\n\trequests:\n\t\tcpu: 100m\n', cpu, /[Tt]abs?/],
    ['template text in blocks', 'resources:\n  {{- toYaml .Values.r | nindent 2 }}\n', cpu, /safely/],
    ['template text for a value', 'resources:\n  requests:\n    cpu: {{ .Values.cpu }}\n', cpu, /template/],
    [
      'a file that SOPS signed',
      'resources: {requests: {cpu: 100m}}\nsops:\n  mac: ENC[AES256_GCM,data:A,type:str]\n',
      cpu,
      /SOPS/,
    ],
    ['a folded block', 'values: >\n  resources: {}\n', ['values', '|', ...cpu], /not YAML/],
    ['a scalar where a mapping is needed', 'resources: none\n', cpu, /plain value where/],
    ['a whole list', 'resources: [a, b]\n', cpu, /does not exist/],
    ['a mapping with a complex key', '? {a: 1}\n: resources: {}\n', ['{a: 1}', ...cpu], /written with `\?`/],
  ])('refuses %s', (_row, text, path, reason) => {
    expect(set(text, path, '250m')).toMatch(reason)
  })

  it('refuses a value that is no longer where it was traced', () => {
    const site = {
      kind: 'scalar',
      file: 'f',
      line: 1,
      column: 4,
      document: 0,
      path: ['a'],
      text: '1',
    } as const
    expect(replaceScalar('ab: 1\n', { ...site, range: [3, 4] }, { to: '2' })).toBeUndefined()
  })

  it('refuses an alias bomb or keeps its aliases unexpanded', () => {
    const bomb = ['a0: &a0 [x]']
    for (let level = 1; level < 40; level++)
      bomb.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      )
    const text = `${bomb.join('\n')}\nresources: {requests: {cpu: 100m}}\n`
    expect(set(text, cpu, '250m')).toBe(text.replace('100m', '250m'))
  })

  it.each([
    ['brackets', '['.repeat(20_000)],
    ['closed brackets', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['mappings', `${'{a: '.repeat(20_000)}`],
    ['dashes on one line', `${'- '.repeat(20_000)}a`],
  ])('refuses %s nested 20,000 deep', (_what, text) => {
    expect(set(`${text}\n`, ['a'], '250m')).toMatch(/^refused: .*safely/)
  })

  it('refuses a file of more than 8 MiB', () => {
    expect(set(`a: "${'x'.repeat(9 * 1024 ** 2)}"\n`, ['a'], '1')).toMatch(/larger than 8 MiB/)
  })

  it('edits the last of 20,000 documents in 2 MB by its own characters', () => {
    const one = 'kind: Deployment\nspec:\n  resources:\n    requests: {cpu: 100m}  # note: {a}\n---\n'
    const text = `${one.repeat(20_000)}cpu: 100m\n`
    expect(set(text, ['cpu'], '250m', 20_000)).toBe(text.replace(/100m\n$/, '250m\n'))
    expect(parseAllDocuments(one).length).toBe(2)
  })
})
