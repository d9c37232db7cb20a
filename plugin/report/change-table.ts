import { type Terminal, terminal } from '../model/text/terminal.ts'
import type { Part } from '../model/text/text.ts'
import { alignedRow, type Column, columnsOf, tableWidth, widthOf } from './layout.ts'
import type { Paint } from './paint.ts'
import type { Row } from './rows.ts'

const headings = ['WORKLOAD', 'CONTAINER', 'FIELD', 'FROM', '', 'TO', '', 'WHERE'] as const
const rightAligned = [3, 6]
const where = headings.length - 1

/**
 * The changes of one group for a terminal: a table; where that is too wide, places go to a line of their own, and where names are too
 * long for that, each workload and container gets one too.
 */
export function changeTable(group: string, rows: readonly Row[], paint: Paint): Terminal {
  const cells = rows.map((row, index) => cellsOf(row, rows[index - 1]))
  const whole = columnsOf([headings, ...cells], rightAligned)
  const head = paint.bold(group)
  if (tableWidth(whole) <= paint.width) {
    const lines = rows.flatMap((row, index) => [
      painted(row, alignedRow(cells[index] ?? [], whole), paint),
      paint.dim(`${indentOf(whole)}└ ${row.why}`),
    ])
    return terminal.join([head, paint.dim(alignedRow(headings, whole)), ...lines], '\n')
  }
  const narrow = whole.slice(0, where)
  if (tableWidth(narrow) > paint.width || widthOf(indentOf(narrow)) > paint.width / 2)
    return terminal.join([head, ...stacked(rows, paint)], '\n')
  const lines = rows.flatMap((row, index) => [
    painted(row, alignedRow(cells[index] ?? [], narrow), paint),
    paint.dim(placeLine(row, indentOf(narrow), paint)),
    paint.dim(`${indentOf(narrow)}└ ${row.why}`),
  ])
  return terminal.join([head, paint.dim(alignedRow(headings.slice(0, where), narrow)), ...lines], '\n')
}

const painted = ({ rises }: Row, text: string, paint: Paint): Part<'terminal'> =>
  rises ? paint.yellow(text) : text

/** Spaces up to the column of fields. */
const indentOf = (columns: readonly Column[]): string => ' '.repeat(tableWidth(columns.slice(0, 2)) + 2)

const placeOf = ({ inserted, where: place }: Row): string => (inserted ? `${place} (new)` : place)

/** A place on its line; it is moved to the left where a path would be broken. */
function placeLine(row: Row, indent: string, { width }: Paint): string {
  const text = `${row.where === '' ? '' : '├ '}${placeOf(row)}`
  const room = Math.max(0, width - widthOf(text))
  return `${indent.slice(0, room)}${text}`
}

function stacked(rows: readonly Row[], paint: Paint): readonly Part<'terminal'>[] {
  const values = columnsOf(
    rows.map(({ field, from, to, percent }) => [field, from, '→', to, percent]),
    [1, 4],
  )
  return rows.flatMap((row, index) => {
    const [workload = '', container = ''] = cellsOf(row, rows[index - 1])
    const { field, from, to, percent } = row
    return [
      ...(workload === '' ? [] : [workload]),
      ...(container === '' ? [] : [`  ${container}`]),
      painted(row, `    ${alignedRow([field, from, '→', to, percent], values)}`, paint),
      paint.dim(placeLine(row, ' '.repeat(6), paint)),
      paint.dim(`      └ ${row.why}`),
    ]
  })
}

/** Rows of the same workload or container print its name once. */
function cellsOf(row: Row, before: Row | undefined): readonly string[] {
  const sameWorkload = before?.workload === row.workload
  const sameContainer = sameWorkload && before?.container === row.container
  return [
    sameWorkload ? '' : row.workload,
    sameContainer ? '' : row.container,
    row.field,
    row.from,
    '→',
    row.to,
    row.percent,
    placeOf(row),
  ]
}
