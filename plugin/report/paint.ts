import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Part } from '../model/text/text.ts'

/** How emphasis is shown. */
export interface Paint {
  readonly bold: (text: Part<'terminal'>) => Terminal
  readonly dim: (text: Part<'terminal'>) => Terminal
  readonly green: (text: Part<'terminal'>) => Terminal
  readonly yellow: (text: Part<'terminal'>) => Terminal
}

const same = (text: Part<'terminal'>): Terminal => terminal`${text}`

/** No emphasis: files and pipes. */
export const plain: Paint = { bold: same, dim: same, green: same, yellow: same }

/** Emphasis for terminals. */
export const ansi: Paint = {
  bold: (text) => terminal`\u001b[1m${text}\u001b[22m`,
  dim: (text) => terminal`\u001b[2m${text}\u001b[22m`,
  green: (text) => terminal`\u001b[32m${text}\u001b[39m`,
  yellow: (text) => terminal`\u001b[33m${text}\u001b[39m`,
}
