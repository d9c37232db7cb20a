import { fieldLabel } from '../model/field.ts'
import type { Site, Trace } from '../model/site.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import { workloadLabel } from '../model/workload.ts'
import { alignedRow, columnsOf, tableWidth } from './layout.ts'
import { type Paint, plain } from './paint.ts'

/** Traces for a terminal: one line for each field with `file:line:column`, and remarks below. */
export function terminalTraces(traces: readonly Trace[], paint: Paint = plain): Terminal {
  const rows = traces.map(
    (trace) => [workloadLabel(trace.workload), fieldLabel(trace), trace.value, placeOf(trace)] as const,
  )
  const columns = columnsOf(rows)
  const isWide = tableWidth(columns) > paint.width
  const lines = rows.flatMap((row, index) => {
    const line = alignedRow(isWide ? row.slice(0, 3) : row, columns)
    const place = isWide ? [paint.dim(`  ├ ${row[3]}`)] : []
    const remarks = [remarkOf(traces[index]), layersOf(traces[index])].flatMap((remark) => remark ?? [])
    return [line, ...place, ...remarks.map((remark) => paint.dim(`  └ ${remark}`))]
  })
  return lines.length === 0
    ? terminal`This source sets no field that Tortoise can change.\n`
    : terminal`${terminal.join(lines, '\n')}\n`
}

const printSite = ({ file, line, column }: Site): string => `${file}:${line}:${column}`

const placeOf = ({ site }: Trace): string => (site === null ? '–' : printSite(site))

/** The layers that this one overrides. */
function layersOf(trace: Trace | undefined): string | undefined {
  const lost = trace?.considered ?? []
  if (lost.length === 0) return undefined
  const shown = lost.slice(0, 3).map(({ file, line, text }) => `${text} at ${file}:${line}`)
  const more = lost.length > 3 ? ` and ${lost.length - 3} more` : ''
  return `overrides ${shown.join(', ')}${more}`
}

function remarkOf(trace: Trace | undefined): string | undefined {
  if (trace === undefined) return undefined
  const { chosen, reason, override } = trace
  if (chosen === 'override' && override !== null)
    return `${reason ?? ''}; an override would go to ${printSite(override)}`
  return reason
}
