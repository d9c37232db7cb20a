const zeroWidth = '\u200b'

/** Line ends, with the blanks around them. It looks for them from the first blank of a run alone, which is linear. */
const lineEnds =
  /(?<![^\S\n\v\f\r\u0085\u2028\u2029])[^\S\n\v\f\r\u0085\u2028\u2029]*[\n\v\f\r\u0085\u2028\u2029]\s*/gu
/**
 * Characters that no reader sees or that move others: controls, formats (bidirectional, zero width), halves of pairs, and
 * letters without a shape. Selectors of emoji (U+FE00 to U+FE0F) are harmless.
 */
const unseen = /(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{DI}\u2800]/gu

/**
 * Text on one line that shows every character: a line end becomes a space, a tab too, and a control, invisible or
 * direction character becomes `�`. Blanks stay, so that columns stay.
 */
export const visible = (text: string): string =>
  text.replace(lineEnds, ' ').replaceAll('\t', ' ').replace(unseen, '\ufffd')

/** Makes one line of plain text: line ends, control, invisible and direction characters become single spaces. */
export const oneLine = (text: string): string =>
  text.replace(/(?:(?![\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\s\u2800])+/gu, ' ').trim()

/**
 * Makes one line in which a forge finds no mention, no issue reference (so none is closed), no address, and no marker such as
 * `[skip ci]`. Forges search the rendered text, so escapes do not prevent this; a zero-width space does.
 */
export const unlinked = (text: string): string =>
  oneLine(text).replace(/[@#[]|\bGH-|GH-(?=\d)|:(?=\/\/)|\bwww(?=\.)/gi, `$&${zeroWidth}`)

/**
 * Escapes untrusted text for a Markdown paragraph or table cell: one line without markup, HTML or links, which mentions no
 * person, refers to no issue and closes none.
 */
export const escapeMarkdown = (text: string): string =>
  unlinked(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~$!]/g, '\\$&')
    .replace(/^(?:[=#]|[-+](?=[-+\s]|$))/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2')

/**
 * Text whose lines no runner takes for a command: GitHub reads `::name::` at the start of a line and `##[name]` anywhere
 * in it, Azure `##vso[name]`. A space breaks them.
 */
export const withoutCommands = (text: string): string =>
  text
    .replace(/^((?:[^\S\n\r\u2028\u2029]|\p{Cc}\[[\d;]*m)*):(?=:)/gmu, '$1: ')
    .replace(/##(?=[a-z]*\[)/gi, '# #')

/** A message of a server: one line of at most 200 characters. */
export const serverMessage = (text: string): string => {
  const line = oneLine(text)
  return line.length <= 200 ? line : `${line.slice(0, 199).replace(/\p{Cs}$/u, '')}…`
}
