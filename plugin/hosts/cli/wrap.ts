import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

/** Spaces at the start of a line, and what may begin an item of a list there. */
const start = /^( *)((?:[└├•-] )?)(.*)$/su
/** Takes the place of a space between a number and its unit. */
const unbroken = '\u00a0'
/** A term, and its description in a column of its own. */
const described = /^(\S+(?: \S+)* {2,})(?=\S)(?!.* {3})/u

/**
 * Breaks the lines of a text between words so that they fit the columns of a terminal. What follows a break is indented like the text before
 * it. A word that is wider than a line, such as a path, stays whole.
 */
export const wrapLines = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) => wrapLine(line, columns))
    .join('\n')

function wrapLine(line: string, columns: number): string {
  if (stringWidth(line) <= columns) return line
  const escapes = escapesOf(line)
  const [, spaces = '', marker = '', body = ''] = start.exec(line.slice(escapes.length)) ?? []
  const most = Math.floor(columns / 2)
  const first = spaces.slice(0, most - marker.length) + marker
  const term = described.exec(body)?.[1] ?? ''
  const isTerm = term !== '' && first.length + stringWidth(term) <= most
  const head = isTerm ? first + term : first
  const indent = Math.min(stringWidth(head), most)
  const text = isTerm ? body.slice(term.length) : body
  const kept = text.replace(/(\d) (%|[A-Z]{3}\b|pt\b|minutes?\b|hours?\b|days?\b)/gu, `$1${unbroken}$2`)
  const lines = wrapAnsi(kept, columns - indent, { hard: false, trim: true })
    .replaceAll(unbroken, ' ')
    .split('\n')
  return escapes + lines.map((one, index) => (index === 0 ? head : ' '.repeat(indent)) + one).join('\n')
}

/** The escapes that a line begins with. */
function escapesOf(line: string): string {
  let end = 0
  while (line.startsWith('\u001b[', end)) {
    const close = line.indexOf('m', end)
    if (close < 0) break
    end = close + 1
  }
  return line.slice(0, end)
}
