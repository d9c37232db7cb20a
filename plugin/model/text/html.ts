import { visible } from './clean.ts'
import { createWriter, type Text } from './text.ts'

/** A part of an HTML page. */
export type Html = Text<'html'>

const escaped = (text: string): string =>
  visible(text).replace(/[&<>"'`]|#(?=[a-z]*\[)/gi, (one) => `&#${one.codePointAt(0)};`)

/** Writes HTML. What it takes in is text between tags or in a quoted attribute, never markup. */
export const html = createWriter('html', { escaped })
