import { noSchedule } from '../model/cron-schedule.ts'
import type { Field } from '../model/field.ts'
import { isContainerField } from '../model/field.ts'
import type { Plan } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange } from '../model/proposal.ts'
import { readValue } from '../model/value.ts'
import { namespacedLabel, workloadLabel } from '../model/workload.ts'

/** One changed value as text, for a table. */
export interface Row {
  readonly group: string
  readonly workload: string
  readonly container: string
  readonly field: string
  readonly from: string
  readonly to: string
  /** `+20 %`, `−30 %`, `+5 pt`; empty for values that cannot be compared. */
  readonly percent: string
  readonly rises: boolean
  readonly why: string
  /** `file:line` of the edit. */
  readonly where: string
  readonly inserted: boolean
}

/** The changes of a plan as rows, by cluster and source. In each, workloads with a raised request come first. */
export function rowsOf({ proposal }: Plan): readonly Row[] {
  const rows = (proposal?.changes ?? []).map(rowOf)
  const groups = [...new Set(rows.map(({ group }) => group))]
  const order = new Map(groups.map((group, index) => [group, index]))
  // All fields of a workload stay together.
  const rising = new Set(rows.filter(({ rises }) => rises).map(workloadIn))
  const rank = (row: Row): number => (order.get(row.group) ?? 0) * 2 + (rising.has(workloadIn(row)) ? 0 : 1)
  return [...rows].sort((a, b) => rank(a) - rank(b))
}

const workloadIn = ({ group, workload }: Row): string => `${group}\0${workload}`

/** A change as a row. */
export function rowOf(change: ProposedChange): Row {
  const { workload, container = '', field, from, to, because, site, cluster, source } = change
  const [before, after] = [readValue(field, from), readValue(field, to)]
  return {
    group: cluster === undefined ? source : `${cluster} · ${source}`,
    workload: workloadLabel(workload),
    container,
    field,
    from,
    to,
    percent: moveText(field, before, after),
    rises: after !== undefined && before !== undefined && after > before && field.startsWith('requests.'),
    why: because.map(({ text }) => text).join(' '),
    where: `${site.file}:${site.line}`,
    inserted: site.kind === 'list' ? from === noSchedule : site.kind !== 'scalar',
  }
}

/** The difference in percent; for targets, which are percentages, in points. */
function moveText(field: Field, before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined || before < 1) return ''
  if (field.startsWith('hpa.target.')) return signed(after - before, 'pt')
  return isContainerField(field) && !field.startsWith('env.') ? signed((after / before - 1) * 100, '%') : ''
}

function signed(value: number, unit: string): string {
  const whole = Math.round(value)
  return whole < 0 ? `−${-whole} ${unit}` : `+${whole} ${unit}`
}

/** The reasons why fields are skipped, each with its workloads and their fields, the most frequent first. */
export function skippedRows({
  recommendations,
  skipped,
}: Plan): readonly { readonly reason: string; readonly what: readonly string[] }[] {
  const reasons = new Map<string, Map<string, string[]>>()
  const add = (reason: string, place: string, field: string): void => {
    const places = reasons.get(reason) ?? new Map<string, string[]>()
    reasons.set(reason, places)
    places.set(place, [...(places.get(place) ?? []), field])
  }
  for (const { source = '', cluster, namespace, workload, field = '', reason } of skipped) {
    const place = [namespace, workload].filter(Boolean).join('/')
    add(reason, workload === '' ? source : [cluster, place].filter(Boolean).join(' '), field)
  }
  for (const one of recommendations) {
    if (one.verdict !== 'unsure') continue
    const place = namespacedLabel(one.workload)
    const field = [one.container, one.field].filter(Boolean).join(' ')
    add(one.missing, [one.cluster, place].filter(Boolean).join(' '), field)
  }
  return [...reasons]
    .map(([reason, places]) => ({
      reason,
      what: [...places].map(([place, fields]) => {
        const named = fields.filter(Boolean)
        return named.length === 0 ? place : `${place} (${named.join(', ')})`
      }),
    }))
    .sort((a, b) => b.what.length - a.what.length)
}

/** How the changes of each source reach its cluster, as sentences; what keeps a change back comes last. */
export const rolloutRows = ({
  rollouts = [],
}: Plan): readonly { readonly source: string; readonly how: string }[] =>
  rollouts.map(({ source, rollouts: chain }) => ({
    source,
    how: [
      chain.at(-1)?.by,
      ...new Set(chain.flatMap(({ held, differs }) => [held ?? [], differs ?? []].flat())),
    ]
      .filter(Boolean)
      .join('. '),
  }))

/** What a report says first where nothing changes: whether anything could be decided. */
export function nothingChanges({ recommendations, coverage = [] }: Plan): string {
  const undecided = recommendations.every(({ verdict }) => verdict === 'unsure')
  const unused = recommendations.length > 0 && undecided && coverage.every(({ managed }) => managed === 0)
  return unused
    ? 'Nothing can be decided: no workload of these sources has usage data. `tortoise doctor` says why.'
    : 'Nothing to change.'
}

/** Counts for a summary line. */
/** How much a plan changes, as `29 values of 9 workloads`, and what is said of that. For an emergency, when it ends. */
export function planSentence(plan: Plan): {
  readonly what: string
  readonly rest: string
  readonly until: string | undefined
} {
  const { changes, workloads, kept, unsure } = totals(plan)
  return {
    what: `${plural(changes, 'value')} of ${plural(workloads, 'workload')}`,
    rest: `should change. ${kept} stay the same, ${unsure} cannot be decided yet.`,
    until: plan.proposal?.emergency?.until,
  }
}

/** What a plan changes, keeps and cannot decide, in numbers. */
export function totals({ recommendations, proposal }: Plan) {
  return {
    changes: proposal?.changes.length ?? 0,
    workloads: new Set(
      (proposal?.changes ?? []).map(
        (change) => `${change.cluster} ${change.workload.namespace} ${workloadLabel(change.workload)}`,
      ),
    ).size,
    kept: recommendations.filter(({ verdict }) => verdict === 'keep').length,
    unsure: recommendations.filter(({ verdict }) => verdict === 'unsure').length,
  }
}
