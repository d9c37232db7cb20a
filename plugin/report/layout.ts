import stringWidth from 'string-width'

/** Columns that a text takes on a terminal; East Asian and emoji characters take two. */
export const widthOf = (text: string): number => stringWidth(text)

/** A column of a table: the width that its texts need, and on which side they are. */
export interface Column {
  readonly width: number
  readonly isRight: boolean
}

/** The columns that rows need; `right` names those that are aligned on the right. */
export function columnsOf(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): readonly Column[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  return Array.from({ length: count }, (_, index) => ({
    width: Math.max(0, ...rows.map((row) => widthOf(row[index] ?? ''))),
    isRight: right.includes(index),
  }))
}

const gap = 2

/** A row of a table, without spaces at its end. */
export const alignedRow = (row: readonly string[], columns: readonly Column[]): string =>
  columns
    .map(({ width, isRight }, index) => {
      const text = row[index] ?? ''
      const space = ' '.repeat(Math.max(0, width - widthOf(text)))
      return isRight ? space + text : text + space
    })
    .join(' '.repeat(gap))
    .trimEnd()

/** Columns of a terminal that a table takes. */
export const tableWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, { width }) => sum + width + gap, -gap)
