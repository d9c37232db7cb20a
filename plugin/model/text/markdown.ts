import { escapeMarkdown, unlinked, withoutCommands } from './clean.ts'
import { redacted } from './secrets.ts'
import { createWriter, madeText, type Text } from './text.ts'

/** GitHub-flavoured Markdown: reports, pull requests, comments, issues, step summaries. */
export type Markdown = Text<'markdown'>

const rules = { escaped: escapeMarkdown, finish: withoutCommands }

/** Writes Markdown. What it takes in is plain text on one line that links to nobody and nothing. */
export const markdown = createWriter('markdown', rules)

const made = (text: string): Markdown => madeText('markdown', text, rules.finish)

/**
 * Text as code of Markdown, in one line, also inside a table. It links to nothing even where a forge makes the body of a
 * pull request the plain message of a commit.
 */
export const code = (text: string): Markdown =>
  made(`\`${unlinked(redacted(text).replaceAll('`', '')).replaceAll('|', '\\|') || ' '}\``)

/** Text that does not wrap: its words with non-breaking spaces between them. */
export const unbroken = (text: string): Markdown => markdown.join(text.split(' '), '\u00a0')

/** `and 3 more` for the members of a list that are not shown; empty when all are. */
export const moreThan = (shown: number, all: readonly unknown[]): Markdown =>
  all.length > shown ? markdown` and ${all.length - shown} more` : markdown``

/** A link; its label alone where the address is not one of the web. */
export const link = (label: Markdown, address: string): Markdown => {
  const url = webAddress(address)
  return url === undefined ? label : made(`[${label}](${url})`)
}

/** An address of the web in the characters that end neither a link nor an attribute; `undefined` for any other text. */
export function webAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const { href, username, password } = new URL(text)
  return username === '' && password === '' ? redacted(href.replace(/[()<>|`'"\\*]/g, percent)) : undefined
}

const percent = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase()}`

/** A comment that readers do not see, with data in base64. Anything else is left out. */
export const hiddenData = (base64: string): Markdown =>
  made(`<!-- tortoise:1 ${base64.replace(/[^A-Za-z0-9+/=]/g, '')} -->`)

/** What `hiddenData` writes, with the data as its group. */
export const hiddenForm = /<!-- tortoise:1 ([A-Za-z0-9+/=]+) -->/

/** The body of a pull request or issue as its forge shows it already, to be sent back with another hidden block. */
export const shownBody = (body: string): Markdown => made(body)

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
export function fitBody(body: Markdown, limit = 60_000): Markdown {
  if (body.length <= limit) return body
  const text = body.toString()
  const room = limit - 400
  const lineEnd = text.lastIndexOf('\n', room)
  const kept = text.slice(0, lineEnd > 0 ? lineEnd : room).replace(/\p{Cs}$/u, '')
  return made([kept, ...closers(kept), '', cutNote, ''].join('\n'))
}
