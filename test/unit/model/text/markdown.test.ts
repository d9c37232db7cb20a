import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeMarkdown, oneLine } from '../../../../plugin/model/text/clean.ts'
import { fitBody, shownBody } from '../../../../plugin/model/text/markdown.ts'

describe('escaped Markdown', () => {
  it.each([
    ['mentions no person', 'ask @ada', /@\w/],
    ['refers to no issue', 'see #12 and acme/gitops#3', /#\d/],
    ['refers to no issue in the long form', 'GH-7', /GH-\d/],
    ['closes no issue by its address', 'Fixes https://github.com/acme/gitops/issues/1', /:\/\//],
    ['contains no link', 'www.example.com', /www\.example/],
    ['contains no HTML', '<img src=x onerror=alert(1)><!-- hidden', /<|>/],
    ['opens no comment as an entity', '&lt;!--', /&lt;!/],
    ['starts no list or heading', '# big', /^#/],
    ['starts no ordered list', '1. one', /^1\./],
    ['ends no table cell', 'a | b', /[^\\]\|/],
    ['stays on one line', 'a\r\nb\u2028c\u0000d', /[\r\n\u2028\0]/],
    ['reverses no text', 'a\u202Eb', /\u202E/],
  ])('%s', (_claim, text, forbidden) => {
    expect(escapeMarkdown(text)).not.toMatch(forbidden)
  })

  it('keeps names and quantities unchanged', () => {
    expect(escapeMarkdown('Deployment/api-server app requests.cpu 1.5 → 260m')).toBe(
      'Deployment/api-server app requests.cpu 1.5 → 260m',
    )
  })

  it('works for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const safe = escapeMarkdown(`@${text}#1\n@${text}`)
        expect(safe).not.toMatch(/@[\w-]|#\d|[<>\r\n]|:\/\/|(?<!\\)[`|]/u)
      }),
      { seed: 7 },
    )
  })

  it('gives one line without leading or trailing blanks', () => {
    expect(oneLine('  a\t\n b\u200b ')).toBe('a b')
  })
})

const fitted = (text: string): string => fitBody(shownBody(text)).toString()

describe('a body with a size limit', () => {
  it('is unchanged when it fits', () => {
    expect(fitted('| a |\n')).toBe('| a |\n')
  })

  it('is cut between lines, closes its open blocks, and says that it was cut', () => {
    const line = `| ${'x'.repeat(80)} |\n`
    const text = fitted(`<details>\n\n\`\`\`yaml\n${line.repeat(1000)}`)
    expect(text.length).toBeLessThan(60_000)
    expect(text).toContain(`${line}\`\`\`\n</details>\n\n_The rest of this report was cut`)
  })

  it('never splits a character', () => {
    expect(fitted('🐢'.repeat(40_000))).not.toMatch(/\p{Cs}/u)
  })
})
