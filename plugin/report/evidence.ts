import type { ContainerUsage, Observation, ResourceUsage } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { code, type Markdown, markdown } from '../model/text/markdown.ts'
import { present } from '../model/text/text.ts'
import { readValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import { minutesAbove, percentilesOf, type Resource, unitOf } from './daily-figures.ts'
import { usageChart } from './usage-chart.ts'

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
const windowText = (observation: Observation | undefined): Markdown =>
  observation === undefined
    ? markdown``
    : markdown`${plural(Math.round(observation.days), 'day')}, ${Math.floor(observation.coverage * 100)}\u00a0% of samples`

const shown = (resource: Resource, value: number): string => `${value}${resource === 'cpu' ? 'm' : 'Mi'}`

function usageLine(resource: Resource, usage: ResourceUsage): Markdown {
  const below = percentilesOf(resource, usage)
  const peak = Math.round(usage.peak / unitOf(resource))
  return markdown`${resource === 'cpu' ? 'CPU' : 'Memory'} usage is below ${shown(resource, below(0.5))} for half of the time and below ${shown(resource, below(0.95))} for 95\u00a0% of the time. Its peak is ${shown(resource, peak)}.`
}

/** `Above its request for 220 minutes a day; above the proposed one for 13.` Empty where one of the two is not set. */
function aboveLine(
  resource: Resource,
  { sketch }: ResourceUsage,
  { field, from, to }: ProposedChange,
): string {
  const [before, after] = [readValue(field, from), readValue(field, to)]
  if (before === undefined || after === undefined) return ''
  const minutes = (value: number): string => plural(minutesAbove(resource, sketch, value), 'minute')
  return `It is above ${from} for ${minutes(before)} a day, and above ${to} for ${minutes(after)}.`
}

function containerEvidence(usage: ContainerUsage, changes: readonly ProposedChange[]): readonly Markdown[] {
  return (['cpu', 'memory'] as const).flatMap((resource) => {
    const seen = usage[resource]
    const change = changes.find(({ field }) => field === `requests.${resource}`)
    if (seen === undefined || change === undefined) return []
    const drawn = usageChart(resource, seen, change)
    return [
      markdown`**${usage.container}**: ${usageLine(resource, seen)} Request: ${change.from || 'unset'} → ${change.to}. ${aboveLine(resource, seen, change)}`,
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
    ...(observation === undefined
      ? []
      : [markdown`Usage data: ${windowText(observation)} (${confidence(observation)} confidence).`]),
    ...(kills > 0 ? [`OOM kills in this time: ${kills}.`] : []),
    ...replayed,
    markdown.join(rules, '\n'),
    markdown`Edited lines: ${markdown.join(places, ', ')}.`,
    markdown`</details>`,
  ]
  return markdown.join(present(parts), '\n\n')
}
