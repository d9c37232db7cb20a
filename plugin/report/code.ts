import { oneLine } from '../model/escape-markdown.ts'

/** Text as code of Markdown, in one line, also inside a table. */
export const code = (text: string): string =>
  `\`${oneLine(text.replaceAll('`', '')).replaceAll('|', '\\|') || ' '}\``
