import { visible } from './clean.ts'
import { type Data, json } from './data.ts'
import { createWriter, madeText, type Text } from './text.ts'

/** A part of an HTML page. */
export type Html = Text<'html'>

const escaped = (text: string): string =>
  visible(text).replace(/[&<>"'`]|#(?=[a-z]*\[)/gi, (one) => `&#${one.codePointAt(0)};`)

/** Writes HTML. What it takes in is text between tags or in a quoted attribute, never markup. */
export const html = createWriter('html', { escaped })

/** A page as a file, or as the output of a program. */
export const htmlFile = (page: Html): Data => madeText('data', page.toString())

const inScript = (text: string): string =>
  text.replace(/[<>&]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`)

/** Data for the script of a page, as JSON in which nothing ends the element. Texts show every character, on one line. */
export const dataElement = (value: unknown): Html =>
  madeText(
    'html',
    `<script type="application/json" id="data">${inScript(json(value, 0).toString().trim())}</script>`,
  )

/** The script of a page, which the build made from our own files. Throws where it would end its element. */
export const scriptElement = (script: string): Html => {
  if (/<\/script|<!--/i.test(script)) throw new Error('the script of the page would end its element')
  return madeText('html', `<script>${script}</script>`)
}

/** The style of a page, from our own files. Throws where it would end its element. */
export const styleElement = (style: string): Html => {
  if (/</.test(style)) throw new Error('the style of the page would end its element')
  return madeText('html', `<style>${style}</style>`)
}
