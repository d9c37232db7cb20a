import { escapeMarkdown } from '../../model/escape-markdown.ts'
import { workloadKey } from '../../model/workload.ts'
import { code } from '../code.ts'
import { type Prices, printMoney } from '../cost.ts'
import { confidence, windowText } from '../evidence.ts'
import type { Row } from '../rows.ts'
import type { Line } from './lines.ts'

/** A table of more values has one line for each container. */
export const mostDetailed = 60

const blank = '\u00a0'
const sameOwner = (one: Line, other: Line | undefined): boolean =>
  other !== undefined &&
  one.change.cluster === other.change.cluster &&
  workloadKey(one.change.workload) === workloadKey(other.change.workload)

/** `500m → 740m`, which does not wrap. */
const move = ({ from, to }: Row): string => `${code(from || 'unset')}${blank}→${blank}**${code(to)}**`

/** One line for each value. Cells that repeat the line above are empty. */
export function detailedTable(lines: readonly Line[], prices: Prices | undefined): readonly string[] {
  return [
    `| Workload | Container | Field | From → to | | Usage data (confidence) |${prices ? ' Cost a month |' : ''}`,
    `|---|---|---|---|--:|---|${prices ? '--:|' : ''}`,
    ...lines.map((line, nth) => {
      const { row, observation, cost } = line
      const [above] = nth === 0 ? [] : [lines[nth - 1]]
      const again = sameOwner(line, above)
      const workload = again ? '' : escapeMarkdown(row.workload)
      const container = again && above?.row.container === row.container ? '' : escapeMarkdown(row.container)
      const evidence = again ? '' : `${windowText(observation)} (${confidence(observation)})`.trim()
      const percent = row.percent.replace(' ', blank)
      return `| ${workload} | ${container} | ${row.field} | ${move(row)} | ${percent} | ${evidence} |${prices ? ` ${costText(cost, prices)} |` : ''}`
    }),
  ]
}

const costText = (cost: number | undefined, prices: Prices): string =>
  cost === undefined ? '' : `${cost < 0 ? '−' : '+'}${printMoney(cost, prices)}`

export function shortTable(lines: readonly Line[]): readonly string[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const key = `${line.change.cluster ?? ''} ${workloadKey(line.change.workload)} ${line.row.container}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  const rows = [...groups.values()].map((members) => {
    const [first] = members
    const moves = members.map(({ row }) => `${row.field} ${move(row)}`)
    return `| ${escapeMarkdown(first?.row.workload ?? '')} | ${escapeMarkdown(first?.row.container ?? '')} | ${moves.join('<br>')} | ${confidence(first?.observation)} |`
  })
  return ['| Workload | Container | Change | Confidence |', '|---|---|---|---|', ...rows]
}
