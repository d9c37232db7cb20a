import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Real CPU use: a column for each machine, a row for every five minutes, in percent of the machine. */
export type Traces = readonly Float64Array[]

/** Reads a gzipped CSV with a header row and one column of percentages for each machine. */
export function readTraces(file: string): Traces {
  const [header = '', ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const columns = header.split(',').map(() => new Float64Array(rows.length))
  for (const [row, line] of rows.entries()) {
    for (const [index, cell] of line.split(',').entries()) {
      const column = columns[index]
      if (column !== undefined) column[row] = Number(cell) || 0
    }
  }
  return columns
}
