import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Part } from '../model/text/text.ts'

/** How text is shown on a terminal: emphasis, and how much of it fits on a line. */
export interface Paint {
  readonly bold: (text: Part<'terminal'>) => Terminal
  readonly dim: (text: Part<'terminal'>) => Terminal
  readonly green: (text: Part<'terminal'>) => Terminal
  readonly yellow: (text: Part<'terminal'>) => Terminal
  /** Columns of a line; infinite for files and pipes. */
  readonly width: number
}

const same = (text: Part<'terminal'>): Terminal => terminal`${text}`

/** No emphasis and no end of lines: files and pipes. */
export const plain: Paint = {
  bold: same,
  dim: same,
  green: same,
  yellow: same,
  width: Number.POSITIVE_INFINITY,
}

const emphasis: Omit<Paint, 'width'> = {
  bold: (text) => terminal`\u001b[1m${text}\u001b[22m`,
  dim: (text) => terminal`\u001b[2m${text}\u001b[22m`,
  green: (text) => terminal`\u001b[32m${text}\u001b[39m`,
  yellow: (text) => terminal`\u001b[33m${text}\u001b[39m`,
}

/** What the output of a program is shown on. */
export interface Screen {
  /** Whether it may contain colours. */
  readonly colour: boolean
  /** Columns of the terminal; left out for files and pipes. */
  readonly columns?: number | undefined
}

/** How text is shown on a screen. */
export const paintOf = ({ colour, columns = plain.width }: Screen): Paint => ({
  ...(colour ? emphasis : plain),
  width: columns,
})
