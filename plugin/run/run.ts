import type { Settings } from '../../config/schema.ts'
import { openWorkTree } from '../io/work-tree.ts'
import type { Observation } from '../model/observation.ts'
import type { Outcome } from '../model/plan.ts'
import type { Prices } from '../report/cost.ts'
import type { Checkout } from './checkout.ts'
import { deliverPlan } from './deliver/deliver.ts'
import { openTarget, type Target } from './deliver/target.ts'
import { trackedPulls } from './deliver/tracked-pulls.ts'
import type { RunPorts } from './host.ts'
import { monthlyPrices } from './monthly-prices.ts'
import { type NotifyFlags, notifyAfterRun } from './notify/notify.ts'
import type { SentNotification } from './notify/send.ts'
import { type ObserveUsage, observe } from './observe/observe.ts'
import type { ObservedUsage, ObserveFlags } from './observe/request.ts'
import { planRepository, type WorkloadFilter } from './plan-repository.ts'
import { requireDelivery } from './require-settings.ts'
import { retryWhenMoved } from './retry-when-moved.ts'

/** The input of a run: repository, settings, and the sources of usage. */
export interface RunRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  /** Where usage is read from. Flags win over settings. */
  readonly usage: ObserveFlags
  /** Limits the run to some workloads; all workloads by default. */
  readonly isSelected?: WorkloadFilter
  /** Whether the plan lists every workload with its figures, for a report on the fleet. */
  readonly withFleet?: boolean
  /** Present where the run may send the weekly summary of the settings. */
  readonly notify?: NotifyFlags | undefined
}

/** The result of a run: everything that its report shows. */
export interface RunReport extends Outcome {
  readonly observations: readonly Observation[]
  /** For a month, where the run delivered. */
  readonly prices?: Prices
  /** The summaries that it sent. */
  readonly notified?: readonly SentNotification[]
}

/**
 * One run of the scheduled job. It reads usage, plans on the head of the base branch, delivers the plan as the settings
 * say, and returns the report. Throws `settings.operator` when that needs settings that the repository may not give. If the base branch moves meanwhile, the run plans and delivers again.
 */
export async function run(
  ports: RunPorts,
  request: RunRequest,
  observeUsage: ObserveUsage = observe,
): Promise<RunReport> {
  requireDelivery(request.settings)
  const observed = await observeUsage(ports, request.settings, request.usage)
  return retryWhenMoved(ports.progress, async (attempt) => {
    const target = await openTarget(ports, request, attempt)
    const plan = await planRepository(ports, { ...request, ...observed }, target.base)
    const delivery = await deliverPlan(ports, { ...request, ...observed, plan }, target)
    const pulls = trackedPulls(target, delivery, ports.now())
    const { observations } = observed
    const prices = monthlyPrices(request.settings)
    const report = { plan, ...(delivery && { delivery }), ...(pulls && { pulls }), observations, prices }
    return { ...report, ...(await notified(ports, request, { report, target })) }
  })
}

/** Sends the weekly summary, where the host lets the run do that, and returns what became of it. */
export async function notified(
  ports: RunPorts,
  { notify: flags, settings }: Pick<RunRequest, 'notify' | 'settings'>,
  { report, target }: { readonly report: RunReport; readonly target: Target },
): Promise<Pick<RunReport, 'notified'>> {
  if (flags === undefined) return {}
  const { forgeState } = target
  return { notified: await notifyAfterRun(ports, { settings, flags, outcome: report, forgeState }) }
}

/** The same path without delivery. It plans on the files in the work tree, committed or not. */
export const planOnly = async (ports: RunPorts, request: RunRequest): Promise<RunReport> =>
  planObserved(ports, request, await observe(ports, request.settings, request.usage))

/** Plans on the files in the work tree, with usage that was read before. */
export async function planObserved(
  ports: RunPorts,
  request: RunRequest,
  observed: ObservedUsage,
): Promise<RunReport> {
  const workTree = { view: openWorkTree(request.checkout.root), ref: 'HEAD' }
  const plan = await planRepository(ports, { ...request, ...observed }, workTree)
  return { plan, observations: observed.observations }
}
