import { oneLine } from '../model/inert.ts'

/** Text as code of Markdown, in one line, also inside a table. */
export const code = (text: string): string =>
  `\`${oneLine(text.replaceAll('`', '')).replaceAll('|', '\\|') || ' '}\``
