import { describe, expect, it } from 'vitest'
import { bareText, replaceScalar } from '../../../plugin/edit/replace.ts'
import type { Field } from '../../../plugin/model/field.ts'
import type { ScalarSite } from '../../../plugin/model/site.ts'

/** A text without its two bars, and the site of what is between them. */
function marked(text: string): { readonly text: string; readonly site: ScalarSite } {
  const [before = '', inner = '', after = ''] = text.split('|')
  return {
    text: `${before}${inner}${after}`,
    site: {
      kind: 'scalar',
      file: 'a.yaml',
      line: 1,
      column: 1,
      document: 0,
      path: [],
      range: [before.length, before.length + inner.length],
      text: inner,
    },
  }
}

function replaced(bars: string, value: string, more: { affix?: ScalarSite['affix']; field?: Field } = {}) {
  const { text, site } = marked(bars)
  const { affix, field } = more
  const splice = replaceScalar(text, { ...site, ...(affix && { affix }) }, { to: value, field })
  return splice && text.slice(0, splice.start) + splice.text + text.slice(splice.end)
}

describe('replacing a scalar', () => {
  it.each([
    ['a: |1| # x', '2', 'a: 2 # x'],
    ['a: |"1"|', '2', 'a: "2"'],
    ["a: |'1'|", '2', "a: '2'"],
    ['a: |""|', '2', 'a: "2"'],
    ['a: |"|', '2', 'a: 2'],
    ['a: |"1|', '2', 'a: 2'],
    ['a: |1"|', '2', 'a: 2'],
    ['a: |\'1"|', '2', 'a: 2'],
  ])('of %s by %s keeps its quotes', (bars, value, after) => {
    expect(replaced(bars, value)).toBe(after)
  })

  it('is refused when the range has other characters now', () => {
    const { site } = marked('a: |1|')
    expect(replaceScalar('a: 3', site, { to: '2' })).toBeUndefined()
    expect(replaceScalar('', site, { to: '2' })).toBeUndefined()
  })

  describe('with text that the source adds around it', () => {
    it('writes what is between that text', () => {
      expect(replaced('a: |128|', '256Mi', { affix: { before: '', after: 'Mi' } })).toBe('a: 256')
      expect(replaced('a: |"128"|', 'x256Mi', { affix: { before: 'x', after: 'Mi' } })).toBe('a: "256"')
    })

    it.each([
      ['ends otherwise', '1Gi', { before: '', after: 'Mi' }],
      ['begins otherwise', '256Mi', { before: 'x', after: 'Mi' }],
    ])('is refused when the value %s', (_name, value, affix) => {
      expect(replaced('a: |128|', value, { affix })).toBeUndefined()
    })
  })

  it.each<[string, string, string, Field | undefined, string]>([
    ['quotes a number for a variable', 'a: |400MiB|', '2', 'env.GOMEMLIMIT', 'a: "2"'],
    ['keeps a number for a variable plain where a number was', 'a: |4|', '2', 'env.GOMAXPROCS', 'a: 2'],
    ['keeps a text for a variable plain', 'a: |400MiB|', '2MiB', 'env.GOMEMLIMIT', 'a: 2MiB'],
    ['keeps a text with digits at its ends plain', 'a: |4MiB|', '4e2', 'env.GOMEMLIMIT', 'a: 4e2'],
    ['quotes a number of several digits', 'a: |4x|', '42', 'env.GOMAXPROCS', 'a: "42"'],
    ['keeps single quotes for a variable', "a: |'4'|", '2', 'env.GOMAXPROCS', "a: '2'"],
    ['keeps a number for a request plain', 'a: |500m|', '2', 'requests.cpu', 'a: 2'],
    ['keeps a number for an unnamed field plain', 'a: |500m|', '2', undefined, 'a: 2'],
    ['treats digits followed by others as a text', 'a: |4x|', '4', 'env.GOMAXPROCS', 'a: "4"'],
    ['treats digits after others as a text', 'a: |x4|', '4', 'env.GOMAXPROCS', 'a: "4"'],
    ['treats several digits as a number', 'a: |44|', '4', 'env.GOMAXPROCS', 'a: 4'],
    ['does not quote what only ends in digits', 'a: |x|', 'x4', 'env.GOMAXPROCS', 'a: x4'],
    ['does not quote what only begins with digits', 'a: |x|', '4x', 'env.GOMAXPROCS', 'a: 4x'],
  ])('%s', (_name, bars, value, field, after) => {
    expect(replaced(bars, value, field === undefined ? {} : { field })).toBe(after)
  })

  it.each([
    ['"1"', '1'],
    ["'1'", '1'],
    ['1', '1'],
    ['"', '"'],
    ['""', ''],
    ['"1\'', '"1\''],
    ['a"', 'a"'],
    ['aba', 'aba'],
  ])('removes the quotes of %s', (text, bare) => {
    expect(bareText(text)).toBe(bare)
  })
})
