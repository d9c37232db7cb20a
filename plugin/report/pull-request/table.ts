import { plural } from '../../model/plural.ts'
import { code, type Markdown, markdown, unbroken } from '../../model/text/markdown.ts'
import { workloadKey } from '../../model/workload.ts'
import type { Prices } from '../cost.ts'
import { confidence } from '../evidence.ts'
import { money } from '../fleet/format.ts'
import type { Row } from '../rows.ts'
import type { Line } from './lines.ts'

/** A table of more values has one line for each container. */
export const mostDetailed = 60

const sameOwner = (one: Line, other: Line | undefined): boolean =>
  other !== undefined &&
  one.change.cluster === other.change.cluster &&
  workloadKey(one.change.workload) === workloadKey(other.change.workload)

/** `500m → 740m`, which does not wrap. */
const move = ({ from, to }: Row): Markdown => markdown`${code(from || 'unset')}\u00a0→\u00a0**${code(to)}**`

/** One line for each value. Cells that repeat the line above are empty. */
export function detailedTable(lines: readonly Line[], prices: Prices | undefined): readonly Markdown[] {
  return [
    markdown`| Workload | Container | Field | From → to | | Confidence |${prices ? markdown` Cost a month |` : ''}`,
    markdown`|---|---|---|---|--:|---|${prices ? markdown`--:|` : ''}`,
    ...lines.map((line, nth) => {
      const { row, observation, cost } = line
      const [above] = nth === 0 ? [] : [lines[nth - 1]]
      const again = sameOwner(line, above)
      const workload = again ? '' : row.workload
      const container = again && above?.row.container === row.container ? '' : row.container
      const evidence = again ? '' : evidenceText(observation)
      const costCell = prices ? markdown` ${costText(cost, prices)} |` : ''
      return markdown`| ${workload} | ${container} | ${row.field} | ${move(row)} | ${unbroken(row.percent)} | ${evidence} |${costCell}`
    }),
  ]
}

const evidenceText = (observation: Line['observation']): Markdown => {
  const rating = markdown`${confidence(observation)}`
  return observation === undefined
    ? rating
    : unbroken(`${confidence(observation)}, ${plural(Math.round(observation.days), 'day')}`)
}

const costText = (cost: number | undefined, prices: Prices): string =>
  cost === undefined ? '' : `${cost < 0 ? '−' : '+'}${money(Math.abs(cost), prices.currency)}`

/** One line for each container. */
export function shortTable(lines: readonly Line[]): readonly Markdown[] {
  const groups = new Map<string, Line[]>()
  for (const line of lines) {
    const key = `${line.change.cluster ?? ''} ${workloadKey(line.change.workload)} ${line.row.container}`
    groups.set(key, [...(groups.get(key) ?? []), line])
  }
  const rows = [...groups.values()].map((members) => {
    const [first] = members
    const moves = members.map(({ row }) => markdown`${row.field} ${move(row)}`)
    return markdown`| ${first?.row.workload ?? ''} | ${first?.row.container ?? ''} | ${markdown.join(moves, '<br>')} | ${confidence(first?.observation)} |`
  })
  return [markdown`| Workload | Container | Change | Confidence |`, markdown`|---|---|---|---|`, ...rows]
}
