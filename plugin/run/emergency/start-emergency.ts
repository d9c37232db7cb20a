import { unrecognised } from '../../deliver/record/recognised.ts'
import { type FieldAddress, fieldLabel } from '../../model/field.ts'
import type { Plan } from '../../model/plan.ts'
import { plural } from '../../model/plural.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import type { Emergency, ProposedChange, Skipped } from '../../model/proposal.ts'
import type { RuleMatch } from '../../model/rule-match.ts'
import { workloadKey, workloadLabel } from '../../model/workload.ts'
import { emergencyEndOf, groupOf, raiseAll } from '../../recommend/emergency.ts'
import { findBaseBranch } from '../base-branch.ts'
import type { RunPorts } from '../host.ts'
import type { PlanInputs } from '../plan-repository.ts'
import type { RunReport } from '../run.ts'
import { addressesOf, command, type Declared, type EmergencyRequest, isPart, pastOf } from './command.ts'
import { type WaitingBranch, waitingBranches } from './waiting-branches.ts'

/** How an emergency begins. */
export interface EmergencyStart extends EmergencyRequest, Omit<Emergency, 'notRaised'> {
  /** Factor for requests, above 1; they stay when it is left out. */
  readonly factor?: number | undefined
}

/** What an emergency that is to begin found. */
interface Seen {
  readonly found: Set<RuleMatch>
  /** The clusters that sources are for. */
  readonly clusters: Set<string>
  /** Workloads whose emergency is on, those whose emergency waits for a merge, and why others stay, as clauses. */
  readonly on: Set<string>
  readonly waiting: Set<string>
  readonly kept: Set<string>
  /** Those of them that the emergency names, not only their namespace. */
  readonly named: Set<string>
  /** What later runs would not recognise in the commit, by `groupKey`. */
  readonly endless: Map<string, Skipped>
}

/**
 * Begins an emergency: raises the minimum of HPAs to their maximum, and requests by a factor, in one commit or pull request with
 * the time at which it ends by itself. What cannot be raised is named in it. Throws `usage` when nothing of the named workloads can be raised.
 */
export async function startEmergency(ports: RunPorts, start: EmergencyStart): Promise<RunReport> {
  const { checkout, settings, until, reason } = start
  const base = await findBaseBranch(checkout, settings.deliver.base)
  const now = ports.now().getTime()
  const all = await waitingBranches(ports, { settings, base })
  const waiting = all.filter((one) => Date.parse(one.until) > now)
  const seen: Seen = {
    ...{
      found: new Set(),
      clusters: new Set(),
      on: new Set(),
      waiting: new Set(),
      kept: new Set(),
      named: new Set(),
    },
    endless: new Map(),
  }
  const decide = raiseWith(ports, { ...start, waiting, seen })
  const report = await command(ports, start, {
    planWith: async (planBy) => {
      const first = await planBy(decide)
      refuseNothing(first, start.matches, seen)
      const plan = noteEndless(first, seen) ? await planBy(decide) : first
      return { ...plan, skipped: [...plan.skipped, ...seen.endless.values()] }
    },
    emergency: (plan) => {
      const notRaised = [...notRaisedIn(plan), ...seen.on, ...seen.waiting, ...seen.named]
      return {
        until,
        ...(reason === undefined ? {} : { reason }),
        ...(notRaised.length > 0 && { notRaised }),
      }
    },
  })
  warnOfRest(ports, report, seen)
  return report
}

interface Raising extends EmergencyStart {
  readonly waiting: readonly WaitingBranch[]
  readonly seen: Seen
}

/** Decides what is raised, and notes what is not. */
function raiseWith(
  ports: RunPorts,
  { matches, factor, until, waiting, seen }: Raising,
): NonNullable<PlanInputs['decide']> {
  return (past) => (declared, cluster, isEditOf) => {
    if (cluster !== undefined) seen.clusters.add(cluster)
    const own = matches.filter((match) => isPart([match], cluster, declared.workload))
    for (const match of own) seen.found.add(match)
    if (own.length === 0) return []
    const name = workloadLabel(declared.workload)
    const pastValues = pastOf(past, { cluster, isEditOf, time: ports.now().toISOString() })
    const end = emergencyEndOf(addressesOf(declared), { declared, pastValues })
    const branch = waiting.find(({ values }) => values.some((one) => isOf(one, cluster, declared)))
    if (end !== undefined) seen.on.add(`${name} is on until ${end}`)
    else if (branch !== undefined)
      seen.waiting.add(
        `${[cluster, name].filter(Boolean).join(' ')} waits for a merge of ${branch.branch} and ends at ${branch.until}`,
      )
    if (end !== undefined || branch !== undefined) return []
    const raised = raiseAll(declared, { factor, until })
    if (raised.length === 0) seen.kept.add(`${name} ${whyKept(declared)}`)
    if (raised.length === 0 && own.some(({ workload }) => workload !== undefined))
      seen.named.add(`${name} ${whyKept(declared)}`)
    return raised.filter((one) => !seen.endless.has(groupKey(one, cluster)))
  }
}

const isOf = (
  value: WaitingBranch['values'][number],
  cluster: string | undefined,
  { workload }: Declared,
): boolean => value.cluster === cluster && workloadKey(value.workload) === workloadKey(workload)

/** The change group of a value in its cluster. */
const groupKey = (one: FieldAddress, cluster = ''): string =>
  JSON.stringify([cluster, workloadKey(one.workload), groupOf(one)])

/** Throws `usage` before anything is written: for a name that no source declares, and where nothing is raised. */
function refuseNothing({ proposal, skipped }: Plan, matches: readonly RuleMatch[], seen: Seen): void {
  const unknown = matches.find((match) => !seen.found.has(match))
  if (unknown !== undefined) throw notDeclared(unknown, seen.clusters)
  if (proposal !== undefined) return
  const [first] = skipped.filter(({ field }) => field !== undefined)
  if (first !== undefined)
    throw stop('usage', `Nothing was raised: ${first.workload} ${first.field}: ${first.reason}`, {
      hint: 'Raise it by hand; `tortoise trace` says where each value is set.',
    })
  if (seen.waiting.size > 0)
    throw stop('usage', `The emergency of ${[...seen.waiting, ...seen.on].join(', of ')}`, {
      hint: 'Merge the branch, or delete it with `tortoise emergency stop` and start again.',
    })
  if (seen.on.size > 0)
    throw stop('usage', `The emergency of ${[...seen.on].join(', of ')}`, {
      hint: 'Let it end, or end it with `tortoise emergency stop` and start again.',
    })
  throw stop('usage', `Nothing can be raised: ${[...seen.kept].join('; ')}`, {
    hint: 'An emergency raises the `minReplicas` of an HPA in Git to its `maxReplicas`. Pass --factor to raise requests.',
  })
}

function notDeclared({ cluster, namespace, workload }: RuleMatch, clusters: ReadonlySet<string>) {
  if (cluster !== undefined && !clusters.has(cluster))
    return stop('usage', `No source has workloads for the cluster ${cluster}`, {
      hint:
        clusters.size === 0
          ? 'No source names its cluster.'
          : `Their clusters are ${[...clusters].join(', ')}.`,
    })
  return stop('usage', `No source declares ${[cluster, namespace, workload].filter(Boolean).join(' ')}`, {
    hint: 'Check the name, with its capital letters; `tortoise discover` lists what the sources declare.',
  })
}

/** Why an emergency raises no number of pods of a workload, as a clause without its name. */
function whyKept({ autoscaler }: Declared): string {
  if (autoscaler === undefined) return 'has no HPA in Git'
  if (autoscaler.minReplicas === undefined) return 'has an HPA without `minReplicas`; add it'
  return `has a minimum of ${autoscaler.minReplicas} pods already, which is the maximum`
}

/**
 * Notes the values that no later run could bring back, because it would not recognise them in the commit. Returns whether there are any.
 * Throws `usage` when nothing else is raised.
 */
function noteEndless({ proposal }: Plan, { endless }: Seen): boolean {
  const changes = proposal === undefined ? [] : unrecognised(proposal)
  const [first] = changes
  if (first === undefined) return false
  for (const one of changes) endless.set(groupKey(one, one.cluster), skippedAsEndless(one))
  if (proposal?.changes.every((one) => endless.has(groupKey(one, one.cluster)))) throw allEndless(first)
  return true
}

const skippedAsEndless = ({
  source,
  cluster,
  workload,
  container,
  field,
  site,
}: ProposedChange): Skipped => ({
  source,
  ...(cluster === undefined ? {} : { cluster }),
  namespace: workload.namespace,
  workload: workloadLabel(workload),
  field: container === undefined ? field : fieldLabel({ container, field }),
  place: `${site.file}:${site.line}:${site.column}`,
  reason: 'later runs would not recognise it in the commit, so it could not end by itself',
})

function allEndless(change: ProposedChange): ExpectedStop {
  const { file, line, column } = change.site
  return stop(
    'usage',
    `an emergency could not end by itself: later runs would not recognise ${change.field} of ${workloadLabel(change.workload)} in the commit`,
    {
      place: { file, line, column },
      hint: 'Set the value by hand, or give its key a name that says what it is, such as minReplicas.',
    },
  )
}

/** What should be raised and stays, as texts. */
const notRaisedIn = ({ skipped }: Plan): readonly string[] =>
  skipped.flatMap(({ cluster, workload, field, reason }) =>
    field === undefined ? [] : [`${[cluster, workload, field].filter(Boolean).join(' ')}: ${reason}`],
  )

/** Warns of what stays, and of several clusters, which a name without one means. */
function warnOfRest({ progress }: RunPorts, { plan }: RunReport, seen: Seen): void {
  const rest = notRaisedIn(plan)
  if (rest.length > 0)
    progress({
      kind: 'warning',
      message: `${plural(rest.length, 'value')} cannot be raised; the report and the commit name ${rest.length === 1 ? 'it' : 'them'}`,
    })
  for (const text of [...seen.on, ...seen.waiting])
    progress({ kind: 'warning', message: `not raised again: the emergency of ${text}` })
  for (const text of seen.named) progress({ kind: 'warning', message: `not raised: ${text}` })
  const clusters = new Set(plan.proposal?.changes.flatMap(({ cluster }) => cluster ?? []))
  if (clusters.size > 1)
    progress({
      kind: 'warning',
      message: `the emergency is in ${clusters.size} clusters: ${[...clusters].join(', ')}; --cluster limits it to one`,
    })
}
