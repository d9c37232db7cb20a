import type { ResourceUsage } from '../model/observation.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { type Markdown, markdown } from '../model/text/markdown.ts'
import { readValue } from '../model/value.ts'
import { dailyFigures, type Resource, unitOf } from './daily-figures.ts'

/** A plot of a chart: numbers as bars or as a line, its colour, and what it is, for the legend. */
interface Plot {
  readonly kind: 'bar' | 'line'
  /** Readable on a light and on a dark page. */
  readonly colour: Markdown
  readonly name: string
  readonly values: readonly number[]
}

/**
 * The usage of each day beside the request before and after, as a Mermaid chart with its legend below; `undefined` for less than
 * two days. Bars are at the same place, the lower one in front.
 */
export function usageChart(
  resource: Resource,
  usage: ResourceUsage,
  change: ProposedChange,
): Markdown | undefined {
  const days = dailyFigures(resource, usage)
  if (days === undefined || days.peak.length < 2) return undefined
  const plots: readonly Plot[] = [
    {
      kind: 'bar',
      colour: markdown`#b6cfee`,
      name: 'the light bar for 99 % of the time',
      values: days.p99.map(orZero),
    },
    {
      kind: 'bar',
      colour: markdown`#5b93d6`,
      name: 'the dark bar for 95 % of it',
      values: days.p95.map(orZero),
    },
    { kind: 'line', colour: markdown`#8b929c`, name: 'the grey line always', values: days.peak.map(orZero) },
    ...requests(resource, change, days.peak.length),
  ]
  const [bars, lines] = [plots.slice(0, 3), plots.slice(3)].map((some) =>
    some.map(({ name }) => name).join(', '),
  )
  return markdown.join(
    [
      markdown`\`\`\`mermaid`,
      markdown`%%{init: {"xyChart": {"width": 800, "height": 300}, "themeVariables": {"xyChart": {"plotColorPalette": "${markdown.join(
        plots.map(({ colour }) => colour),
        ', ',
      )}"}}}}%%`,
      markdown`xychart-beta`,
      markdown`  title "${resource === 'cpu' ? 'CPU, millicores' : 'Memory, MiB'}"`,
      markdown`  x-axis [${markdown.join(
        days.peak.map((_, at) => markdown`"${monthDay(days.first + at)}"`),
        ', ',
      )}]`,
      markdown`  y-axis 0 --> ${Math.ceil(Math.max(...plots.flatMap(({ values }) => values)) * 1.1)}`,
      ...plots.map(({ kind, values }) => markdown`  ${kind} [${markdown.join(values, ', ')}]`),
      markdown`\`\`\``,
      markdown``,
      markdown`Usage of a day is below ${bars ?? ''}. ${lines ?? ''}.`,
    ],
    '\n',
  )
}

const orZero = (value: number | null): number => value ?? 0

function requests(resource: Resource, { field, from, to }: ProposedChange, days: number): readonly Plot[] {
  const flat = (name: string, colour: Markdown, text: string): readonly Plot[] => {
    const value = readValue(field, text)
    if (value === undefined) return []
    const whole = Math.round(value / unitOf(resource))
    return [{ kind: 'line', colour, name, values: Array.from({ length: days }, () => whole) }]
  }
  return [
    ...flat(`Orange line: request ${from}`, markdown`#d9730d`, from),
    ...flat(`green line: proposed ${to}`, markdown`#2f9e44`, to),
  ]
}

function monthDay(day: number): string {
  // Days since 1970 to month and day: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
  const shifted = day + 719_468
  const ofEra = shifted - Math.floor(shifted / 146_097) * 146_097
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const month = Math.floor((5 * ofYear + 2) / 153)
  const date = ofYear - Math.floor((153 * month + 2) / 5) + 1
  return `${String(month < 10 ? month + 3 : month - 9).padStart(2, '0')}-${String(date).padStart(2, '0')}`
}
