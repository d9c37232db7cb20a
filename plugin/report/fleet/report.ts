import { sourceFieldKey } from '../../model/field.ts'
import type { Outcome, Plan } from '../../model/plan.ts'
import type { ProposedChange, PullOutcome } from '../../model/proposal.ts'
import { rounded } from '../../model/rounded.ts'
import { sum } from '../../model/sum.ts'
import { visible } from '../../model/text/clean.ts'
import { webAddress } from '../../model/text/markdown.ts'
import { coverageSentence } from '../coverage.ts'
import { mergedCost } from '../followed.ts'
import type { FleetReport, FleetRow } from '../json/fleet.ts'
import { skippedSources, workloadFacts } from './facts.ts'
import { unmanagedRow, workloadRow } from './row.ts'
import { balanceOf } from './totals.ts'

/** An outcome with its repository and branch, where a report is on several. */
export type NamedOutcome = Outcome & { readonly repository?: string }

/** When and by what a report is made, and its currency. */
export interface FleetFrame {
  /** ISO 8601. */
  readonly madeAt: string
  readonly program: string
  readonly schedules?: FleetReport['schedules']
  readonly repositories?: FleetReport['repositories']
  /** What else is to be said, as sentences. */
  readonly notes?: readonly string[]
}

/** The report on the fleet of one or several outcomes. Of a workload that several name, the first one counts. */
export function fleetReport(
  outcomes: readonly NamedOutcome[],
  { madeAt, program, schedules, repositories, notes = [] }: FleetFrame,
): FleetReport {
  const plans = outcomes.map(({ plan }) => plan)
  const workloads = firstOfEach(outcomes.flatMap(rowsOf))
  const currency = plans.map(({ backtest }) => backtest?.currency).find((one) => one !== undefined) ?? ''
  const report: FleetReport = {
    kind: 'TortoiseFleet',
    version: 1,
    madeAt,
    program,
    currency,
    totals: totalsOf(workloads, plans),
    coverage: plans.flatMap(({ coverage = [] }) =>
      coverage.map((one) => ({
        cluster: one.cluster,
        used: one.used,
        managed: one.managed,
        said: coverageSentence(one),
        advice: [...one.advice],
      })),
    ),
    workloads,
    skippedSources: plans.flatMap((plan) => [...skippedSources(plan)]),
    pulls: outcomes.flatMap(({ delivery }) => (delivery?.pulls ?? []).map(pullRow)),
    notes: [...new Set([...notes, ...plans.flatMap(notesOf)])],
    ...(repositories && { repositories }),
    ...(schedules && { schedules }),
  }
  return visibleTexts(report)
}

/** Every text of a value on one line that shows every character. */
export function visibleTexts<T>(value: T): T {
  if (typeof value === 'string') return visible(value) as T
  if (Array.isArray(value)) return value.map(visibleTexts) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, visibleTexts(one)])) as T
}

/** Each workload of each source once, with a key of its own. */
function firstOfEach(rows: readonly FleetRow[]): FleetRow[] {
  const known = new Set<string>()
  const keys = new Map<string, number>()
  return rows.flatMap((row) => {
    const identity = [row.key, row.source, row.repository].join('\0')
    if (known.has(identity)) return []
    known.add(identity)
    const nth = (keys.get(row.key) ?? 0) + 1
    keys.set(row.key, nth)
    return [nth === 1 ? row : { ...row, key: `${row.key}~${nth}` }]
  })
}

function rowsOf({ plan, delivery, repository }: NamedOutcome): readonly FleetRow[] {
  const pulls = new Map((delivery?.pulls ?? []).map((pull) => [pull.scope, pull]))
  const scopes = new Map(
    (plan.parts ?? []).flatMap(({ scope, proposal }) =>
      proposal.changes.map((one) => [sourceFieldKey(one), scope]),
    ),
  )
  const context = {
    currency: plan.backtest?.currency ?? '',
    ownersOf: (path: string) => plan.owners?.(path) ?? [],
    pullOf: (change: ProposedChange) => pulls.get(scopes.get(sourceFieldKey(change)) ?? '')?.number,
  }
  const managed = workloadFacts(plan).map((facts) => workloadRow(facts, context))
  const others = (plan.coverage ?? []).flatMap(({ cluster, unmanaged }) =>
    unmanaged.map((one) => unmanagedRow(cluster, one)),
  )
  const rows = [...managed, ...others]
  return repository === undefined ? rows : rows.map((row) => ({ ...row, repository }))
}

function totalsOf(rows: readonly FleetRow[], plans: readonly Plan[]): FleetReport['totals'] {
  const changing = rows.filter(({ changes }) => changes.length > 0)
  const costs = rows.flatMap(({ costPerMonth }) => costPerMonth ?? [])
  const merged = plans.flatMap(({ followed = [] }) => followed)
  return {
    workloads: rows.length,
    changing: changing.length,
    values: sum(changing.map(({ changes }) => changes.length)),
    cpu: balanceOf(rows, 'cpu'),
    memory: balanceOf(rows, 'memory'),
    costPerMonth: {
      current: rounded(sum(costs.map(({ current }) => current)), 2),
      proposed: rounded(sum(costs.map(({ current, proposed = current }) => proposed)), 2),
    },
    saves: rounded(sum(rows.map(({ saves }) => saves)), 2),
    merged: { values: merged.length, ...mergedCost(merged) },
    kills: sum(rows.map(({ kills }) => kills)),
  }
}

function pullRow({
  scope,
  branch,
  action,
  number,
  url = '',
  reason,
}: PullOutcome): FleetReport['pulls'][number] {
  const address = webAddress(url)
  return {
    scope,
    branch,
    action,
    ...(number === undefined ? {} : { number }),
    ...(address === undefined ? {} : { url: address }),
    ...(reason === undefined ? {} : { reason }),
  }
}

const sentence = (text: string): string => `${text.replace(/\.$/, '')}.`

const notesOf = ({
  unbounded = [],
  unanswered = [],
  fetched = [],
  sandbox,
  usage = [],
}: Plan): readonly string[] => [
  ...unanswered.map(({ cluster, workload, container, why }) =>
    sentence(
      `OOM kills of ${container} in ${cluster} ${workload.kind}/${workload.name} are not answered by a raise: ${why}`,
    ),
  ),
  ...unbounded.map(({ cluster, what }) => sentence(`Not bounded in cluster ${cluster}: ${what}`)),
  ...usage.map(({ cluster, origin, workloads }) =>
    sentence(`Usage of cluster ${cluster} from ${origin}: ${workloads} workloads`),
  ),
  ...fetched.map((one) => sentence(`Uses ${one}`)),
  ...(sandbox === undefined ? [] : [sentence(sandbox)]),
]
