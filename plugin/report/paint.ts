/** How emphasis is shown. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

const same = (text: string): string => text

/** No emphasis: files and pipes. */
export const plain: Paint = { bold: same, dim: same, green: same, yellow: same }

const code = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`

/** Emphasis for terminals. */
export const ansi: Paint = { bold: code(1, 22), dim: code(2, 22), green: code(32, 39), yellow: code(33, 39) }
