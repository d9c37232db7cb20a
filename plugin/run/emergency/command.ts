import type { Settings } from '../../../config/schema.ts'
import type { FieldAddress } from '../../model/field.ts'
import type { IsEditOf } from '../../model/past-edit.ts'
import type { Plan } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import type { Emergency } from '../../model/proposal.ts'
import { matchesRule, type RuleMatch } from '../../model/rule-match.ts'
import type { Workload } from '../../model/workload.ts'
import type { Checkout } from '../checkout.ts'
import { openTarget } from '../deliver/target.ts'
import { deliverUrgent } from '../deliver/urgent.ts'
import type { RunPorts } from '../host.ts'
import type { PastValuesOf } from '../past-values.ts'
import { type PlanInputs, planRepository } from '../plan-repository.ts'
import { requireDelivery } from '../require-settings.ts'
import { retryWhenMoved } from '../retry-when-moved.ts'
import type { RunReport } from '../run.ts'

/** The repository, and the workloads that an emergency is about. */
export interface EmergencyRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  /** A workload is part of it when one of these matches. */
  readonly matches: readonly RuleMatch[]
  /** Whether a plan that writes nothing is wanted. */
  readonly isDryRun?: boolean
}

/** What a command plans. */
interface Command {
  /** Plans once, or again after it saw what the plan cannot do. */
  readonly planWith: (planBy: PlanBy) => Promise<Plan>
  readonly emergency?: (plan: Plan) => Emergency
}

/** Plans with a decision in place of the profile. */
export type PlanBy = (decide: NonNullable<PlanInputs['decide']>) => Promise<Plan>

/** Plans and delivers at once what a person commands. Throws `usage` where it would write nothing and that was not asked for. */
export async function command(
  ports: RunPorts,
  { checkout, settings, matches, isDryRun = false }: EmergencyRequest,
  { planWith, emergency }: Command,
): Promise<RunReport> {
  requireDelivery(settings)
  if (settings.deliver.mode === 'report' && !isDryRun)
    throw stop('usage', 'deliver.mode is report, so nothing would be written', {
      hint: 'Set another mode; --direct commits on the base branch, --dry-run shows what would change.',
    })
  return retryWhenMoved(ports.progress, async (attempt) => {
    const target = await openTarget(ports, { checkout, settings }, attempt)
    const { view, ref } = target.base
    const inputs = { checkout, settings, observations: [], readings: [] }
    const planned = await planWith((decide) => planRepository(ports, { ...inputs, decide }, { view, ref }))
    const begun = emergency?.(planned)
    // What bounds a value is no matter here: a person commands it.
    const plan = withEmergency({ ...planned, unbounded: [] }, begun)
    const isOwn = (cluster: string | undefined, workload: NamedWorkload) => isPart(matches, cluster, workload)
    const request = { checkout, settings, plan, emergency: begun, isPart: isOwn }
    const delivery = await deliverUrgent(ports, request, target)
    return { plan, ...(delivery && { delivery }), observations: [] }
  })
}

const withEmergency = (plan: Plan, emergency: Emergency | undefined): Plan =>
  plan.proposal === undefined || emergency === undefined
    ? plan
    : { ...plan, proposal: { ...plan.proposal, emergency } }

type NamedWorkload = Pick<Workload, 'namespace' | 'kind' | 'name'>

/** Whether one of the matches of a command matches a workload. */
export const isPart = (
  matches: readonly RuleMatch[],
  cluster: string | undefined,
  workload: NamedWorkload,
): boolean =>
  matches.some((match) => matchesRule(match, { cluster, workload: { apiVersion: '', ...workload } }))

interface PastIn {
  readonly cluster: string | undefined
  readonly isEditOf: IsEditOf
  readonly time: string
}

/** Returns the changes that Tortoise made of a value in a cluster. */
export const pastOf =
  (past: PastValuesOf, { cluster, isEditOf, time }: PastIn) =>
  (address: FieldAddress) =>
    past({ ...address, ...(cluster === undefined ? {} : { cluster }) }, time, isEditOf)

/** A workload as a source declares it. */
export type Declared = Parameters<ReturnType<NonNullable<PlanInputs['decide']>>>[0]

/** The values of a workload that an emergency may raise. */
export const addressesOf = ({ workload, containers }: Declared): readonly FieldAddress[] => [
  { workload, field: 'hpa.minReplicas' },
  ...containers.flatMap(({ name: container }) =>
    (['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'] as const).map((field) => ({
      workload,
      container,
      field,
    })),
  ),
]
