import { oneLine, unlinked } from './clean.ts'
import { redacted } from './secrets.ts'
import { createWriter, madeText, type Text } from './text.ts'

/** Plain text on a forge: a title, the description of a status, a commit message. It links to nobody and nothing. */
export type Inert = Text<'inert'>

/** Writes plain text for forges. */
export const inert = createWriter('inert', { escaped: unlinked })

/** The first characters of a text, in UTF-16 units. */
export const cutInert = (text: Inert, length: number): Inert =>
  text.length <= length
    ? text
    : madeText(
        'inert',
        text
          .toString()
          .slice(0, length)
          .replace(/\p{Cs}$/u, ''),
      )

const percent = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** One word of a trailer: white space and what a forge would link are percent-encoded; `-` for no text. */
export const encodeWord = (text: string): string =>
  oneLine(text).replace(/[\s%@#[]|:(?=\/\/)|(?<=GH)-(?=\d)/gi, percent) || '-'

/** Words that `encodeWord` has encoded, with single spaces between them, as they are; any other text is escaped. */
export const encodedWords = (text: string): Inert =>
  oneLine(text) === text && !/[@#[]/.test(text) ? madeText('inert', redacted(text)) : inert`${text}`
