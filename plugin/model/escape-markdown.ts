const zeroWidth = '\u200b'

/** One line of plain text: line ends, control, invisible and direction characters become single spaces. */
export const oneLine = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()

/**
 * One line that a forge links to nobody and nothing: no mention, no issue reference (so none is closed), no address,
 * no marker such as `[skip ci]`. A forge looks for those in the rendered text, so escapes do not stop it;
 * a zero-width space does.
 */
export const unlinked = (text: string): string =>
  oneLine(text).replace(/[@#[]|\bGH-|:(?=\/\/)|\bwww(?=\.)/gi, `$&${zeroWidth}`)

/**
 * Text from a cluster or a repository, safe inside a Markdown paragraph or table cell:
 * one line, no markup, no HTML, no links, and nothing that mentions a person, refers to an issue or closes one.
 */
export const escapeMarkdown = (text: string): string =>
  unlinked(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_[\]|~$!]/g, '\\$&')
    .replace(/^[-+=#]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2')

const cutNote = '_The rest of this report was cut: it is longer than fits here._'

/** What closes the blocks that a cut text left open. */
function closers(text: string): readonly string[] {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0
  const details = Math.max(0, count(/<details\b/g) - count(/<\/details>/g))
  return [
    ...(count(/^```/gm) % 2 === 1 ? ['```'] : []),
    ...(count(/<!--/g) > count(/-->/g) ? ['-->'] : []),
    ...Array.from({ length: Math.min(details, 20) }, () => '</details>'),
  ]
}

/** A Markdown report that fits into a pull request; a longer one is cut between lines, its blocks closed, and says so. */
export function fitBody(markdown: string, limit = 60_000): string {
  if (markdown.length <= limit) return markdown
  const room = limit - 400
  const lineEnd = markdown.lastIndexOf('\n', room)
  const kept = markdown.slice(0, lineEnd > 0 ? lineEnd : room).replace(/\p{Cs}$/u, '')
  return [kept, ...closers(kept), '', cutNote, ''].join('\n')
}
