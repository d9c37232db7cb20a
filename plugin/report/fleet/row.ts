import type { WorkloadBacktest } from '../../model/backtest.ts'
import type { UnmanagedWorkload } from '../../model/coverage.ts'
import type { FleetFigures } from '../../model/fleet.ts'
import type { FollowedChange } from '../../model/health.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import { rounded } from '../../model/rounded.ts'
import { printValue, readValue } from '../../model/value.ts'
import { type Workload, workloadKey } from '../../model/workload.ts'
import { confidence } from '../evidence.ts'
import { followedRows } from '../followed.ts'
import type { FleetRow } from '../json/fleet.ts'
import { backtestLine } from '../plan-backtest.ts'
import { rowOf } from '../rows.ts'
import type { WorkloadFacts } from './facts.ts'
import { scalerRow } from './scaler.ts'
import { replicaRow, usageRows } from './usage.ts'

/** What rows need besides the facts of their workload. */
export interface RowContext {
  readonly currency: string
  readonly ownersOf: (path: string) => readonly string[]
  /** The number of the pull request of a change, where it has one. */
  readonly pullOf: (change: ProposedChange) => number | undefined
}

const identity = (cluster: string, workload: Workload) => {
  const { namespace, kind, name } = workload
  return { key: `${cluster}/${workloadKey(workload)}`, cluster, namespace, kind, name }
}

/** The row of a workload that a source declares. */
export function workloadRow(facts: WorkloadFacts, context: RowContext): FleetRow {
  const { source, cluster, workload, recommendations, changes, skipped, fleet } = facts
  const path = changes[0]?.site.file ?? fleet?.path
  return {
    ...identity(cluster, workload),
    source,
    owners: path === undefined ? [] : [...context.ownersOf(path)],
    change: kindOf(facts),
    ...figuresOf(facts, context.currency),
    usage: fleet === undefined ? [] : usageRows({ ...fleet, changes }),
    changes: changes.map((one) => changeRow(one, context)),
    kept: recommendations.flatMap((one) =>
      one.verdict === 'keep'
        ? [{ ...place(one), value: printValue(one.field, one.from), because: [...one.because] }]
        : [],
    ),
    undecided: recommendations.flatMap((one) =>
      one.verdict === 'unsure' ? [{ ...place(one), missing: one.missing }] : [],
    ),
    skipped: skipped.map(({ field, place: at, reason }) => ({
      ...(field === undefined ? {} : { field }),
      ...(at === undefined ? {} : { place: at }),
      reason,
    })),
    history: facts.followed.map(historyRow),
  }
}

const nothing = { usage: [], changes: [], kept: [], undecided: [], skipped: [], history: [] }

/** The row of a workload with usage that no source declares. */
export function unmanagedRow(cluster: string, { workload, requested, why }: UnmanagedWorkload): FleetRow {
  const amounts = (amount: number) => ({
    current: { requested: rounded(amount, 3), used: 0, unused: 0, short: 0 },
  })
  return {
    ...identity(cluster, workload),
    ...nothing,
    owners: [],
    change: 'unmanaged',
    saves: 0,
    kills: 0,
    ...(requested && { cpu: amounts(requested.cpu / 1000), memory: amounts(requested.memory / 1024 ** 3) }),
    skipped: [{ reason: why }],
  }
}

const place = ({ container, field }: { readonly container?: string; readonly field: string }) => ({
  ...(container === undefined ? {} : { container }),
  field,
})

function kindOf({ changes, recommendations }: WorkloadFacts): FleetRow['change'] {
  if (changes.length > 0) return directionOf(changes)
  const verdicts = new Set(recommendations.map(({ verdict }) => verdict))
  if (verdicts.has('change')) return 'skipped'
  return verdicts.has('keep') ? 'keep' : 'undecided'
}

function directionOf(changes: readonly ProposedChange[]): FleetRow['change'] {
  const moves = changes
    .filter(({ field }) => field.startsWith('requests.'))
    .map(({ field, from, to }) => Math.sign((readValue(field, to) ?? 0) - (readValue(field, from) ?? 0)))
  const [up, down] = [moves.includes(1), moves.includes(-1)]
  if (up && down) return 'both'
  return up ? 'raise' : down ? 'lower' : 'other'
}

/** The figures of a workload; without its usage, those that its backtest has. */
function figuresOf({ fleet, backtest, changes }: WorkloadFacts, currency: string) {
  if (fleet === undefined)
    return backtest === undefined || changes.length === 0
      ? { saves: 0, kills: 0 }
      : replayedFigures(backtest, currency)
  const { current, proposed, observation } = fleet
  const both = <T>(of: (figures: FleetFigures) => T) => ({
    current: of(current),
    ...(proposed && { proposed: of(proposed) }),
  })
  const cost = both(({ costPerMonth }) => costPerMonth)
  const { containers, replicas } = observation
  return {
    cpu: both(({ cpu }) => cpu),
    memory: both(({ memory }) => memory),
    costPerMonth: cost,
    saves: rounded(cost.current - (cost.proposed ?? cost.current), 2),
    kills: containers.reduce((sum, { oomKills }) => sum + oomKills, 0),
    throttled: current.percentThrottled,
    confidence: confidence(observation),
    days: rounded(observation.days, 1),
    coverage: Math.floor(observation.coverage * 1000) / 1000,
    ...(proposed && { backtest: backtestLine({ before: current, after: proposed }, currency) }),
    ...(replicas && { replicas: replicaRow(replicas) }),
    ...scalerRow(fleet),
  }
}

function replayedFigures({ before, after }: WorkloadBacktest, currency: string) {
  return {
    costPerMonth: { current: before.costPerMonth, proposed: after.costPerMonth },
    saves: rounded(before.costPerMonth - after.costPerMonth, 2),
    kills: before.oomKills,
    throttled: before.percentThrottled,
    days: before.days,
    backtest: backtestLine({ before, after }, currency),
  }
}

function changeRow(change: ProposedChange, { pullOf }: RowContext): FleetRow['changes'][number] {
  const { percent, where, inserted } = rowOf(change)
  const pull = pullOf(change)
  const { from, to, because } = change
  return {
    ...place(change),
    ...{ from, to, percent, where, inserted, because: [...because] },
    ...(pull === undefined ? {} : { pull }),
  }
}

function historyRow(one: FollowedChange): FleetRow['history'][number] {
  const { edit, cost } = one
  const [row] = followedRows([one])
  return {
    ...place(one),
    from: edit.from,
    to: edit.to,
    at: edit.at,
    commit: edit.commit,
    verdict: row?.verdict ?? one.verdict,
    said: row?.said ?? '',
    ...(cost && { costAMonth: cost.aMonth }),
    ...(edit.emergency && { emergencyUntil: edit.emergency.until }),
  }
}
