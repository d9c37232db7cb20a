import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { openYaml } from '../../../plugin/yaml/open.ts'
import { parseDocuments, parseValue, TooLarge } from '../../../plugin/yaml/parse.ts'

describe('a YAML text', () => {
  it.each([
    ['a: 1\nb: [x, y]\n'],
    ['- a\n- b: {c: d}\n'],
    ['text\n'],
    [''],
    ['# comment\n'],
    ['a: |\n  x\n  ---\nb: "\\n"\n'],
    ['a: &x {b: 1}\nc: *x\n'],
    ['\uFEFFa: 1\r\nb: 2\r\n'],
  ])('has the value that the library reads from it: %j', (text) => {
    expect(parseValue(text)).toEqual(parse(text))
  })

  it('has all its documents, and positions of lines', () => {
    const opened = openYaml('f.yaml', 'a: 1\n---\nb: 2\n')
    expect(opened.ok && opened.yaml.documents.map((document) => document.toJS())).toEqual([
      { a: 1 },
      { b: 2 },
    ])
    expect(opened.ok && opened.yaml.at(9)).toEqual({ line: 3, column: 1 })
  })

  it('throws the error of the library where it is not YAML', () => {
    expect(() => parseValue('a: [')).toThrow(/Flow sequence/)
  })

  const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels)
  it.each([
    ['brackets', (levels: number) => nested(levels, '[', ']')],
    ['braces', (levels: number) => nested(levels, '{a: ', '}')],
    ['brackets on lines of their own', (levels: number) => nested(levels, '[\n', ']\n')],
    ['dashes', (levels: number) => `${'- '.repeat(levels)}a`],
    ['question marks', (levels: number) => `${'? '.repeat(levels)}a`],
    [
      'indentation',
      (levels: number) => Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    ],
  ])('is read with 100 levels of %s, and refused with 20,000', (_, text) => {
    expect(parseDocuments(text(100))[0]?.errors).toEqual([])
    expect(() => parseDocuments(text(_ === 'indentation' ? 3_000 : 20_000))).toThrow(TooLarge)
  })
})
