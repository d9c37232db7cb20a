import type { Settings } from '../../../config/schema.ts'
import { syncPulls } from '../../deliver/pulls/sync-pulls.ts'
import type { Observation } from '../../model/observation.ts'
import type { Plan } from '../../model/plan.ts'
import type { Delivery, PullOutcome, ScopedProposal } from '../../model/proposal.ts'
import { rowOf } from '../../report/rows.ts'
import type { RunPorts } from '../host.ts'
import { monthlyPrices } from '../monthly-prices.ts'
import { updateDashboard } from './dashboard.ts'
import type { ForgeState } from './forge-state.ts'
import { obsoleteReasons } from './obsolete-pulls.ts'
import { reportOutcomes } from './outcomes.ts'
import { pullTexts } from './pull-texts.ts'

/** A plan to deliver as pull requests, one for each of its parts. */
export interface PullsRequest {
  readonly plan: Plan
  readonly settings: Pick<Settings, 'deliver' | 'health' | 'rules' | 'prices'>
  readonly observations: readonly Observation[]
  /** The base branch, and the commit of it that the plan was proved on. */
  readonly base: string
  readonly baseId: string
  /** Whether the plan is a part of what should change: pull requests of the rest stay as they are. */
  readonly isPartial: boolean
}

/** Opens, updates and closes pull requests so that they match the plan, then updates the dashboard. */
export async function deliverPulls(
  { env, progress, now: clock }: RunPorts,
  { plan, settings, observations, base, baseId, isPartial }: PullsRequest,
  forgeState: ForgeState,
): Promise<Delivery> {
  const { branch: prefix, pullRequests } = settings.deliver
  const { maxOpen, maxNewPerHour, labels, checks, dashboard } = pullRequests
  const { openNow } = forgeState.dashboard
  const now = clock()
  const { rules } = settings
  const prices = observations.length === 0 ? undefined : monthlyPrices(settings)
  const source = { observations, backtest: plan.backtest, rules, prices, pullRequests, env }
  const wanted = increasesFirst(plan.parts ?? []).map((part) => pullTexts(part, source))
  progress({ kind: 'stage', stage: 'deliver', detail: prefix })
  const pulls = await syncPulls(wanted, {
    options: { base, baseId, prefix, maxOpen, maxNewPerHour, openNow, labels, checks, now },
    obsolete: isPartial ? undefined : obsoleteReasons(plan, forgeState),
    ports: forgeState,
  })
  await reportOutcomes(
    { plan, pulls: forgeState.pulls, takeBack: settings.health.takeBack },
    forgeState.forge,
    progress,
  )
  // The dashboard is about the whole plan.
  if (dashboard && !isPartial)
    await updateDashboard({ plan, pulls, now, limits: pullRequests }, forgeState, progress)
  return deliveryOf(pulls)
}

/** When only some pull requests may be opened, those that raise a request come first. */
const increasesFirst = (parts: readonly ScopedProposal[]): readonly ScopedProposal[] =>
  [...parts].sort((a, b) => Number(raises(b)) - Number(raises(a)))

const raises = ({ proposal }: ScopedProposal): boolean =>
  proposal.changes.some((change) => rowOf(change).rises)

/** The delivery of some pull requests: the first commit is its own. */
export function deliveryOf(pulls: readonly PullOutcome[]): Delivery {
  const mode = 'pull-request'
  const first = pulls.find(({ commit }) => commit !== undefined)
  const created = pulls.some(({ action }) => ['opened', 'reopened', 'updated'].includes(action))
  if (first?.commit === undefined) return { mode, created, pulls }
  const { branch, commit, number, url, action } = first
  const pullRequest =
    number === undefined || url === undefined ? {} : { pullRequest: { number, url, action } }
  return { mode, created, branch, commit, ...pullRequest, pulls }
}
