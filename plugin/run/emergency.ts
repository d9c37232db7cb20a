import fs from 'node:fs'
import type { Settings } from '../../config/schema.ts'
import { pastChanges, readCommits } from '../deliver/git/read-commits.ts'
import { unrecognised } from '../deliver/record/recognised.ts'
import { parseChangeKey } from '../deliver/record/trailers.ts'
import type { ActiveEmergency } from '../model/emergency.ts'
import type { FieldAddress } from '../model/field.ts'
import type { IsEditOf } from '../model/past-edit.ts'
import type { Plan } from '../model/plan.ts'
import { stop } from '../model/problem.ts'
import type { Emergency } from '../model/proposal.ts'
import { matchesRule, type RuleMatch } from '../model/rule-match.ts'
import { type Workload, workloadLabel } from '../model/workload.ts'
import { emergencyEndOf, endAll, raiseAll } from '../recommend/emergency.ts'
import { findBaseBranch } from './base-branch.ts'
import type { Checkout } from './checkout.ts'
import { openTarget } from './deliver/target.ts'
import { deliverUrgent } from './deliver/urgent.ts'
import { hasHistoryGap } from './history-gap.ts'
import type { RunPorts } from './host.ts'
import type { PastValuesOf } from './past-values.ts'
import { type PlanInputs, planRepository } from './plan-repository.ts'
import { requireDelivery } from './require-settings.ts'
import { retryWhenMoved } from './retry-when-moved.ts'
import type { RunReport } from './run.ts'

/** The repository, and the workloads that an emergency is about. */
export interface EmergencyRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  /** A workload is part of it when one of these matches. */
  readonly matches: readonly RuleMatch[]
}

/** How an emergency begins. */
export interface EmergencyStart extends EmergencyRequest, Emergency {
  /** Factor for requests, above 1; they stay when it is left out. */
  readonly factor?: number | undefined
}

/**
 * Begins an emergency: raises the minimum of HPAs to their maximum, and requests by a factor, in one commit or pull request with
 * the time at which it ends by itself. Throws `usage` when no HPA and no request of the named workloads can be raised.
 */
export async function startEmergency(ports: RunPorts, start: EmergencyStart): Promise<RunReport> {
  const { matches, until, reason, factor } = start
  const seen: Seen = { found: new Set(), on: [], kept: [] }
  return command(ports, start, {
    emergency: { until, ...(reason === undefined ? {} : { reason }) },
    decide: (past) => (declared, cluster, isEditOf) => {
      const own = matches.filter((match) => isPart([match], cluster, declared.workload))
      for (const match of own) seen.found.add(match)
      if (own.length === 0) return []
      const pastValues = pastOf(past, { cluster, isEditOf, time: ports.now().toISOString() })
      const end = emergencyEndOf(addressesOf(declared), { declared, pastValues })
      const name = workloadLabel(declared.workload)
      if (end !== undefined) seen.on.push(`${name} is on until ${end}`)
      const raised = end === undefined ? raiseAll(declared, { factor, until }) : []
      if (end === undefined && raised.length === 0) seen.kept.push(`${name} ${whyKept(declared)}`)
      return raised
    },
    check: (plan) => refuseNothing(plan, matches, seen),
  })
}

/** What an emergency that is to begin found. */
interface Seen {
  readonly found: Set<RuleMatch>
  /** Workloads whose emergency is on, and why others stay, as clauses. */
  readonly on: string[]
  readonly kept: string[]
}

/** Throws `usage` before anything is written: for a name that no source declares, and where nothing is raised. */
function refuseNothing({ proposal, skipped }: Plan, matches: readonly RuleMatch[], seen: Seen): void {
  const unknown = matches.find((match) => !seen.found.has(match))
  if (unknown !== undefined) throw notDeclared(unknown)
  if (proposal !== undefined) return
  const [first] = skipped.filter(({ field }) => field !== undefined)
  if (first !== undefined)
    throw stop('usage', `Nothing was raised: ${first.workload} ${first.field}: ${first.reason}`, {
      hint: 'Raise it by hand; `tortoise trace` says where each value is set.',
    })
  if (seen.on.length > 0)
    throw stop('usage', `The emergency of ${[...new Set(seen.on)].join(', of ')}`, {
      hint: 'Let it end, or end it with `tortoise emergency stop` and start again.',
    })
  throw stop('usage', `Nothing can be raised: ${[...new Set(seen.kept)].join('; ')}`, {
    hint: 'An emergency raises the `minReplicas` of an HPA in Git to its `maxReplicas`. Pass --factor to raise requests.',
  })
}

const notDeclared = ({ cluster, namespace, workload }: RuleMatch) =>
  stop('usage', `No source declares ${[cluster, namespace, workload].filter(Boolean).join(' ')}`, {
    hint: 'Check the name, with its capital letters; `tortoise discover` lists what the sources declare.',
  })

/** Why an emergency raises no number of pods of a workload, as a clause without its name. */
function whyKept({ autoscaler }: Declared): string {
  if (autoscaler === undefined) return 'has no HPA in Git'
  if (autoscaler.minReplicas === undefined) return 'has an HPA without `minReplicas`; add it'
  return `has a minimum of ${autoscaler.minReplicas} pods already, which is the maximum`
}

/** Ends the emergencies of some workloads before their time. Throws `usage` when none is on. */
export async function stopEmergency(ports: RunPorts, request: EmergencyRequest): Promise<RunReport> {
  const { matches } = request
  const report = await command(ports, request, {
    decide: (past) => (declared, cluster, isEditOf) => {
      if (!isPart(matches, cluster, declared.workload)) return []
      const pastValues = pastOf(past, { cluster, isEditOf, time: ports.now().toISOString() })
      return endAll(addressesOf(declared), { declared, pastValues })
    },
  })
  return required(report, 'No emergency of these workloads is on', {
    hint: '`tortoise emergency list` lists them. One whose pull request is not merged ends when that is closed.',
  })
}

interface PastIn {
  readonly cluster: string | undefined
  readonly isEditOf: IsEditOf
  readonly time: string
}

const pastOf =
  (past: PastValuesOf, { cluster, isEditOf, time }: PastIn) =>
  (address: FieldAddress) =>
    past({ ...address, ...(cluster === undefined ? {} : { cluster }) }, time, isEditOf)

type Declared = Parameters<ReturnType<NonNullable<PlanInputs['decide']>>>[0]

const isPart = (
  matches: readonly RuleMatch[],
  cluster: string | undefined,
  workload: Omit<Workload, 'apiVersion'>,
): boolean =>
  matches.some((match) => matchesRule(match, { cluster, workload: { apiVersion: '', ...workload } }))

const addressesOf = ({ workload, containers }: Declared): readonly FieldAddress[] => [
  { workload, field: 'hpa.minReplicas' },
  ...containers.flatMap(({ name: container }) =>
    (['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const).map((field) => ({
      workload,
      container,
      field,
    })),
  ),
]

interface Command {
  readonly decide: NonNullable<PlanInputs['decide']>
  readonly emergency?: Emergency
  /** Throws before anything is written. */
  readonly check?: (plan: Plan) => void
}

async function command(
  ports: RunPorts,
  { checkout, settings, matches }: EmergencyRequest,
  { decide, emergency, check }: Command,
): Promise<RunReport> {
  requireDelivery(settings)
  return retryWhenMoved(ports.progress, async (attempt) => {
    const target = await openTarget(ports, { checkout, settings }, attempt)
    const { view, ref } = target.base
    const inputs = { checkout, settings, observations: [], readings: [], decide }
    const planned = await planRepository(ports, inputs, { view, ref })
    // What bounds a value is no matter here: a person commands it.
    check?.(planned)
    if (emergency !== undefined) refuseEndless(planned)
    const plan = withEmergency({ ...planned, unbounded: [] }, emergency)
    const delivery = await deliverUrgent(
      ports,
      {
        checkout,
        settings,
        plan,
        emergency,
        isPart: (cluster, workload) => isPart(matches, cluster, workload),
      },
      target,
    )
    return { plan, ...(delivery && { delivery }), observations: [] }
  })
}

/** Throws `usage` for values that no later run could bring back, because it would not recognise them in the commit. */
function refuseEndless({ proposal }: Plan): void {
  const [first] = proposal === undefined ? [] : unrecognised(proposal)
  if (first === undefined) return
  const { file, line, column } = first.site
  throw stop(
    'usage',
    `an emergency could not end by itself: later runs would not recognise ${first.field} of ${workloadLabel(first.workload)} in the commit`,
    {
      place: { file, line, column },
      hint: 'Set the value by hand, or give its key a name that says what it is, such as minReplicas.',
    },
  )
}

const withEmergency = (plan: Plan, emergency: Emergency | undefined): Plan =>
  plan.proposal === undefined || emergency === undefined
    ? plan
    : { ...plan, proposal: { ...plan.proposal, emergency } }

function required(report: RunReport, message: string, more: { readonly hint: string }): RunReport {
  const closed = report.delivery?.pulls ?? []
  if (report.plan.recommendations.length === 0 && closed.length === 0) throw stop('usage', message, more)
  return report
}

const [dayMs, daysBack, maxCommits] = [86_400_000, 90, 500]

/** The emergencies that commits of the base branch began in the last 90 days and that are not over, the newest first. */
export async function activeEmergencies(
  ports: Pick<RunPorts, 'now' | 'progress'>,
  { checkout, settings }: Pick<EmergencyRequest, 'checkout' | 'settings'>,
): Promise<readonly ActiveEmergency[]> {
  const { gitdir, name: ref } = await findBaseBranch(checkout, settings.deliver.base)
  const now = ports.now()
  const since = new Date(now.getTime() - daysBack * dayMs)
  const commits = await readCommits({ fs, gitdir }, { ref, since, depth: maxCommits, now })
  hasHistoryGap(gitdir, commits, ports.progress)
  return [...pastChanges(commits)].flatMap(([key, [newest]]): readonly ActiveEmergency[] => {
    const address = parseChangeKey(key)
    if (address === undefined || newest?.until === undefined || Date.parse(newest.until) <= now.getTime())
      return []
    const { from, to, at, commit, until } = newest
    return [{ ...address, from, to, at, commit, until }]
  })
}
