import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { wrapLines } from '../../../../plugin/hosts/cli/wrap.ts'

describe('lines on a terminal', () => {
  it.each([
    ['break between words', 'one two three four', 9, 'one two\nthree\nfour'],
    ['stay as they are where they fit', '  one\n\ntwo  three', 12, '  one\n\ntwo  three'],
    ['go on below where they began', '    one two three', 12, '    one two\n    three'],
    ['go on behind the sign of an item', '  └ one two three', 12, '  └ one two\n    three'],
    [
      'go on below a description',
      '  rule.a   one two three four',
      22,
      '  rule.a   one two\n           three four',
    ],
    ['keep a number with its unit', 'it is above 30 % of all', 14, 'it is above\n30 % of all'],
    [
      'never break a path',
      'at apps/overlays/prod/kustomization.yaml:30',
      20,
      'at\napps/overlays/prod/kustomization.yaml:30',
    ],
    ['count wide characters twice', '数据库 数据库 数据库', 14, '数据库 数据库\n数据库'],
    [
      'keep emphasis',
      '\u001b[2m  └ one two three\u001b[22m',
      12,
      '\u001b[2m  └ one two\n    three\u001b[22m',
    ],
  ])('%s', (_, text, columns, expected) => {
    expect(wrapLines(text, columns)).toBe(expected)
  })

  it('are no wider than the terminal, whatever they say, and lose no word', () => {
    const words = ['a', 'bb', 'ccc', '数据', 'requests.cpu', '12 %', '└', '-']
    for (let seed = 1; seed < 400; seed += 1) {
      const text = Array.from(
        { length: 3 + (seed % 40) },
        (_, index) => words[(index * seed + (seed >> 3)) % words.length],
      )
      const line = ' '.repeat(seed % 50) + text.join(' ')
      const wrapped = wrapLines(line, 40)
      for (const one of wrapped.split('\n')) expect(stringWidth(one)).toBeLessThanOrEqual(40)
      expect(wrapped.split(/\s+/).filter(Boolean)).toEqual(line.split(/\s+/).filter(Boolean))
    }
  })
})
