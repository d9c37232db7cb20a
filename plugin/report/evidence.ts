import type { ContainerUsage, Observation, ResourceUsage } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { cpuScale, memoryScale, percentile } from '../model/sketch.ts'
import { code, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { readValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'

/** Returns the observation of the workload that a change belongs to. */
export const observationOf = (
  observations: readonly Observation[],
  { cluster, workload }: Pick<ProposedChange, 'cluster' | 'workload'>,
): Observation | undefined => observedIn(observations, cluster).get(workloadKey(workload))

/** How good the usage data is: by its days and by the share of samples that are present. */
export function confidence(observation: Observation | undefined): 'high' | 'medium' | 'low' {
  if (observation === undefined) return 'low'
  const { days, coverage } = observation
  return days >= 13 && coverage >= 0.95 ? 'high' : days >= 7 && coverage >= 0.8 ? 'medium' : 'low'
}

/** `14 days, 98 % of samples`; empty without an observation. */
export const windowText = (observation: Observation | undefined): Markdown =>
  observation === undefined
    ? markdown``
    : markdown`${plural(Math.round(observation.days), 'day')}, ${Math.floor(observation.coverage * 100)}\u00a0% of samples`

type Resource = 'cpu' | 'memory'
const mebibyte = 1024 ** 2

const shown = (resource: Resource, value: number): string =>
  resource === 'cpu' ? `${Math.round(value)}m` : `${Math.round(value / mebibyte)}Mi`

function usageLine(resource: Resource, { sketch, peak }: ResourceUsage): Markdown {
  const scale = resource === 'cpu' ? cpuScale : memoryScale
  // A percentile is the end of a bucket, which may be above the peak.
  const below = (share: number): number => Math.min(percentile(sketch, scale, share), peak)
  const [half, most] = [below(0.5), below(0.95)]
  return markdown`${resource === 'cpu' ? 'CPU' : 'Memory'} usage is below ${shown(resource, half)} for half of the time and below ${shown(resource, most)} for 95\u00a0% of the time. Its peak is ${shown(resource, peak)}.`
}

const monthDay = (day: number): string => {
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

/** The title that explains the lines: a Mermaid chart has no legend. */
const requestText = (from: number | undefined, to: number | undefined, unit: number): string => {
  const whole = (value: number): string => String(Math.round(value / unit))
  const now = from === undefined ? 'no request' : `request ${whole(from)}`
  return to === undefined ? now : `${now} → ${whole(to)}`
}

/** The highest sample of each day beside the request before and after, as a Mermaid chart; `undefined` without days. */
function chart(resource: Resource, usage: ResourceUsage, change: ProposedChange): Markdown | undefined {
  const { daily } = usage
  if (daily === undefined || daily.days.length < 2) return undefined
  const unit = resource === 'cpu' ? 1 : mebibyte
  const amounts = daily.peaks.map((peak) => Math.round(peak / unit))
  const [from, to] = [change.from, change.to].map((text) => readValue(change.field, text))
  const flat = (value: number | undefined): readonly (readonly number[])[] =>
    value === undefined ? [] : [amounts.map(() => Math.round(value / unit))]
  const lines = [amounts, ...flat(from), ...flat(to)]
  const top = Math.ceil(Math.max(...lines.flat()) * 1.1)
  const days = daily.days.map((day) => markdown`"${monthDay(day)}"`)
  return markdown.join(
    [
      markdown`\`\`\`mermaid`,
      markdown`xychart-beta`,
      markdown`  title "${resource === 'cpu' ? 'CPU, millicores' : 'Memory, MiB'}: daily peak, ${requestText(from, to, unit)}"`,
      markdown`  x-axis [${markdown.join(days, ', ')}]`,
      markdown`  y-axis 0 --> ${top}`,
      ...lines.map(
        (values, index) => markdown`  ${index === 0 ? 'bar' : 'line'} [${markdown.join(values, ', ')}]`,
      ),
      markdown`\`\`\``,
    ],
    '\n',
  )
}

function containerEvidence(usage: ContainerUsage, changes: readonly ProposedChange[]): readonly Markdown[] {
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const seen = usage[resource]
    const change = changes.find(({ field }) => field === `requests.${resource}`)
    if (seen === undefined || change === undefined) return []
    const drawn = chart(resource, seen, change)
    return [
      markdown`**${usage.container}**: ${usageLine(resource, seen)} Request: ${change.from || 'unset'} → ${change.to}.`,
      ...(drawn === undefined ? [] : [drawn]),
    ]
  })
}

const place = ({ site }: ProposedChange): string => `${site.file}:${site.line}`

/** The evidence for the changes of one workload, folded: its usage, the rules that applied, and the edited lines. */
export function evidenceSection(
  changes: readonly ProposedChange[],
  observation: Observation | undefined,
  /** The results of its backtest, one sentence each. */
  replayed: readonly string[] = [],
): Markdown {
  const [first] = changes
  if (first === undefined) return markdown``
  const kills = observation?.containers.reduce((sum, { oomKills }) => sum + oomKills, 0) ?? 0
  const usage = (observation?.containers ?? []).flatMap((one) =>
    containerEvidence(
      one,
      changes.filter(({ container }) => container === one.container),
    ),
  )
  const rules = changes.flatMap(({ container, field, because }) =>
    because.map(
      ({ rule, text }) =>
        markdown`- ${[container, field].filter(Boolean).join(' ')}: ${text} (${code(rule)})`,
    ),
  )
  const places = [...new Set(changes.map(place))].map(code)
  const parts = [
    markdown`<details><summary>${workloadLabel(first.workload)} in ${first.workload.namespace}</summary>`,
    ...usage,
    ...(kills > 0 ? [`OOM kills in this time: ${kills}.`] : []),
    ...replayed,
    markdown.join(rules, '\n'),
    markdown`Edited lines: ${markdown.join(places, ', ')}.`,
    markdown`</details>`,
  ]
  return markdown.join(present(parts), '\n\n')
}
