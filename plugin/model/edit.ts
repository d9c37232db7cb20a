/** The replacement of one range of a text. Offsets are UTF-16 units of the text before any edit. */
export interface Splice {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The text of a file before and after the edits. */
export interface FileEdit {
  readonly file: string
  readonly before: string
  readonly after: string
}
