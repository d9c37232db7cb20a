import type { Settings } from '../../../config/schema.ts'
import { deliverDirect } from '../../deliver/commit-directly.ts'
import type { Observation } from '../../model/observation.ts'
import type { Plan } from '../../model/plan.ts'
import type { Delivery } from '../../model/proposal.ts'
import { headOf } from '../base-branch.ts'
import { recheckBase } from '../base-commit.ts'
import type { Checkout } from '../checkout.ts'
import type { RunPorts } from '../host.ts'
import { syncWorkTree } from '../sync-work-tree.ts'
import { deliverCommit } from './commit.ts'
import { splitByDelivery } from './delivery-rules.ts'
import type { ForgeState } from './forge-state.ts'
import { deliverPulls } from './pull-requests.ts'
import type { Target } from './target.ts'

/** A plan to deliver. */
export interface DeliverRequest {
  readonly plan: Plan
  readonly observations: readonly Observation[]
  readonly checkout: Checkout
  readonly settings: Pick<Settings, 'deliver' | 'health' | 'rules' | 'programs' | 'prices'>
  /** Whether the plan is a part of what should change: pull requests of the rest stay as they are. */
  readonly isPartial?: boolean
}

/**
 * Delivers a plan as the settings say: as one commit, or as pull requests with a direct commit beside them. Returns
 * `undefined` when there is nothing to commit. Throws `git.moved` when the base branch moved during the run.
 */
export function deliverPlan(
  ports: RunPorts,
  request: DeliverRequest,
  target: Target,
): Promise<Delivery | undefined> {
  const { forgeState } = target
  return forgeState === undefined
    ? deliverByCommit(ports, request, target)
    : deliverByPulls(ports, request, { ...target, forgeState })
}

async function deliverByCommit(
  ports: RunPorts,
  { plan: { proposal }, checkout, settings }: DeliverRequest,
  { branch, commit }: Target,
): Promise<Delivery | undefined> {
  if (proposal === undefined) return undefined
  const delivery = await deliverCommit(ports, { proposal, settings, branch, baseId: commit.id })
  const isOnBase = delivery.created && delivery.branch === branch.name
  if (isOnBase && (await headOf(branch.gitdir, branch.name)) === delivery.commit)
    await syncWorkTree(checkout, proposal.edits, ports.progress)
  return delivery
}

async function deliverByPulls(
  ports: RunPorts,
  { plan, observations, settings, isPartial = false }: DeliverRequest,
  { branch, commit, forgeState }: Target & { readonly forgeState: ForgeState },
): Promise<Delivery> {
  const { reads = [], parts = [] } = plan
  const { id: baseId } = await recheckBase(forgeState, { branch, commit, reads })
  const { pulls, direct } = splitByDelivery(parts, { rules: settings.rules, mode: settings.deliver.mode })
  const base = { base: branch.name, baseId }
  const request = { ...base, plan: { ...plan, parts: pulls }, observations, settings, isPartial }
  const delivery = await deliverPulls(ports, request, forgeState)
  if (direct === undefined) return delivery
  return { ...delivery, direct: await deliverDirect(direct.proposal, base, forgeState.writer) }
}
