import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseDocuments } from '../../../plugin/yaml/parse.ts'
import { plainValues } from '../../../plugin/yaml/plain-values.ts'

/** What the parser with positions reads; `undefined` for a text that is not YAML. */
function slowValues(text: string, uniqueKeys = false) {
  const documents = parseDocuments(text, { uniqueKeys, merge: true })
  if (documents.some(({ errors }) => errors.length > 0)) return undefined
  return documents.map((document) => document.toJS({ maxAliasCount: 100 }))
}

describe('the values of plain documents', () => {
  it.each([
    'a: 1_000\nb: 0b11\nc: 0o17\nd: 017\ne: .5\nf: 1e3\ng: 2001-01-01\nh: on\ni: yes\nk:\nm: 0x1F\nn: +5\no: 1.\n',
    'l: 12345678901234567890\nm: -0\nn: 1_0.5\n',
    '# nothing\n',
    '',
    '---\n---\n',

    '--- [a]\n--- [b]\n',
    'text: |\n  one\n   two\n\nrest: >-\n  a\n  b\n',
    'text: |+2\n    one\n\n',
    '{"a": [1, "x\\u00e9", null, true], "b": {}}',
    "a: \"x\\ty\" # why\nb: 'it''s'\n",
    'a: two\n  lines\nb: - c\n',
    'a:\n- b\n-   - c\n    - d: e\n',
    'a: b #c\nd: e#f\n',
    '__proto__: {x: 1}\nconstructor: y\n',
    'a: 1\na: 2\n',
    'a:\r\n  b: c\r\n',
  ])('are those that the other parser reads, for %j', (text) => {
    const values = plainValues(text)
    const slow = slowValues(text)
    if (values !== undefined) expect(JSON.stringify(values)).toBe(JSON.stringify(slow))
    else expect(text).toMatch(/- c\n$|lines/)
  })

  it.each([
    'a: &x b\nc: *x\n',
    'a: &x {b: 1}\nc:\n  <<: *x\n',
    'c:\n  <<: {a: 1}\n',
    'a: !secret b\n',
    '%YAML 1.1\n---\na: b\n',
    '? [a]\n: b\n',
    '~: a\n',
    'a: [\n',
    `${'['.repeat(101)}${']'.repeat(101)}`,
    '\uFEFFa: b\n',
    'a: {{ .Values.x }}\n',
    '--- a\n',
    'a: b\n...\n---\nc: d\n',
    '\ta: b\n',
  ])('are left to the other parser for %j', (text) => {
    expect(plainValues(text)).toBeUndefined()
  })

  it('are none for a repeated key, where keys must be unique', () => {
    expect(plainValues('a: 1\na: 2\n', { uniqueKeys: true })).toBeUndefined()
    expect(plainValues('a: 1\n---\na: 2\n', { uniqueKeys: true })).toEqual([{ a: 1 }, { a: 2 }])
  })

  const written = fc
    .tuple(
      fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 3 }),
      fc.record({
        indent: fc.integer({ min: 1, max: 4 }),
        collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
        defaultStringType: fc.constantFrom(
          'PLAIN' as const,
          'QUOTE_SINGLE' as const,
          'BLOCK_LITERAL' as const,
        ),
        version: fc.constantFrom('1.1' as const, '1.2' as const),
      }),
    )
    .map(([values, options]) => values.map((value) => stringify(value, options)).join('---\n'))
  const pieces = fc.constantFrom(
    ...[
      'a',
      'b:',
      ': ',
      '- ',
      '\n',
      '  ',
      "'",
      '"',
      '#',
      '[',
      ']',
      '{',
      '}',
      ',',
      '|',
      '>',
      '&x',
      '*x',
      '!t',
    ],
    ...[
      '<<',
      '---',
      '...',
      '?',
      '0x1',
      '1_0',
      '.',
      'null',
      '~',
      'true',
      '\t',
      '\\',
      '%',
      '\r\n',
      '1e5',
      '-',
      '+.inf',
    ],
  )
  const garbled = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''))

  it('are the same as of the other parser, for every text that is plain', () => {
    let plain = 0
    fc.assert(
      fc.property(fc.oneof(written, garbled), fc.boolean(), (text, uniqueKeys) => {
        const values = plainValues(text, { uniqueKeys })
        if (values === undefined) return
        plain += 1
        expect(JSON.stringify(values)).toBe(JSON.stringify(slowValues(text, uniqueKeys)))
      }),
      { numRuns: 3000 },
    )
    expect(plain).toBeGreaterThan(1000)
  })
})
