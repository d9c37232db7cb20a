const zeroWidth = '\u200b'

/** Makes one line of plain text: line ends, control, invisible and direction characters become single spaces. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()

/**
 * Makes one line in which a forge finds no mention, no issue reference (so none is closed), no address, and no marker such as
 * `[skip ci]`. Forges search the rendered text, so escapes do not prevent this; a zero-width space does.
 */
export const unlinked = (text: string): string =>
  oneLine(text).replace(/[@#[]|\bGH-|:(?=\/\/)|\bwww(?=\.)/gi, `$&${zeroWidth}`)

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
    .replace(/^[-+=#]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')

const cutNote = '_The rest of this report was cut, because it is too long for this place._'

/** The lines that close the open blocks of a cut text. */
function closers(text: string): readonly string[] {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  const details = Math.max(0, count(/<details\b/g) - count(/<\/details>/g))
  return [
    ...(count(/^```/gm) % 2 === 1 ? ['```'] : []),
    ...(count(/<!--/g) > count(/-->/g) ? ['-->'] : []),
    ...Array.from({ length: Math.min(details, 20) }, () => '</details>'),
  ]
}

/** Limits a Markdown report to the size of a pull request body. A longer one is cut between lines, with open blocks closed and a note. */
export function fitBody(markdown: string, limit = 60_000): string {
  if (markdown.length <= limit) return markdown
  const room = limit - 400
  const lineEnd = markdown.lastIndexOf('\n', room)
  const kept = markdown.slice(0, lineEnd > 0 ? lineEnd : room).replace(/\p{Cs}$/u, '')
  return [kept, ...closers(kept), '', cutNote, ''].join('\n')
}
