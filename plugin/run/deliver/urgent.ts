import { deliverDirect } from '../../deliver/commit-directly.ts'
import type { Pull } from '../../deliver/forges/forge.ts'
import { branchOf } from '../../deliver/pulls/scope.ts'
import { syncPulls } from '../../deliver/pulls/sync-pulls.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import { parseChangeKey } from '../../deliver/record/trailers.ts'
import { emergencyBranch, emergencyScopes } from '../../model/emergency.ts'
import { fingerprint } from '../../model/fingerprint.ts'
import type { Delivery, Emergency, ProposedChange } from '../../model/proposal.ts'
import { type Workload, workloadLabel } from '../../model/workload.ts'
import { recheckBase } from '../base-commit.ts'
import type { RunPorts } from '../host.ts'
import { type DeliverRequest, deliverPlan } from './deliver.ts'
import { deliveryOf } from './pull-requests.ts'
import { pullTexts } from './pull-texts.ts'
import type { Target } from './target.ts'

/** A plan to deliver at once. */
interface UrgentRequest extends Omit<DeliverRequest, 'observations'> {
  /** The emergency that it begins; one is ended without it. */
  readonly emergency?: Emergency | undefined
  /** Whether a workload is among those that the command names; all are by default. */
  readonly isPart?: (
    cluster: string | undefined,
    workload: Pick<Workload, 'namespace' | 'kind' | 'name'>,
  ) => boolean
}

/**
 * Delivers what a person commanded at once: as a commit, or as a pull request that no limit delays. Other pull requests stay as
 * they are; the end of an emergency closes those that would begin one.
 */
export async function deliverUrgent(
  ports: RunPorts,
  { plan, checkout, settings, emergency, isPart = () => true }: UrgentRequest,
  target: Target,
): Promise<Delivery | undefined> {
  const { proposal, reads = [] } = plan
  const { forgeState, commit, branch: base } = target
  if (forgeState === undefined) return commitUrgent(ports, { plan, checkout, settings, emergency }, target)
  const { id: baseId } = await recheckBase(forgeState, { branch: base, commit, reads })
  if (proposal !== undefined && settings.deliver.mode === 'direct')
    return deliverDirect(proposal, { base: base.name, baseId }, forgeState.writer)
  const { branch: prefix, pullRequests } = settings.deliver
  const kind = emergency === undefined ? emergencyScopes.end : emergencyScopes.start
  const scope = `${kind} ${labelOf(proposal?.changes ?? [])}`.trim()
  const source = {
    observations: [],
    backtest: undefined,
    rules: settings.rules,
    pullRequests,
    env: ports.env,
  }
  const wanted = proposal === undefined ? [] : [{ ...pullTexts({ scope, proposal }, source), isUrgent: true }]
  ports.progress({ kind: 'stage', stage: 'deliver', detail: prefix })
  const pulls = await syncPulls(wanted, {
    options: { ...pullRequests, base: base.name, baseId, prefix, now: ports.now() },
    obsolete: emergency === undefined ? unmerged(forgeState.pulls, isPart) : undefined,
    ports: forgeState,
  })
  return deliveryOf(pulls.filter(({ action, scope: own }) => own === scope || action === 'closed'))
}

/**
 * Commits on the base branch, or in mode `commit` on a branch for these workloads alone, so that the next emergency does not replace this one.
 * Says that it waits for a merge.
 */
async function commitUrgent(
  ports: RunPorts,
  { plan, checkout, settings, emergency }: UrgentRequest,
  target: Target,
): Promise<Delivery | undefined> {
  const { deliver } = settings
  const base = target.branch.name
  const scope = [emergency === undefined ? 'end' : '', labelOf(plan.proposal?.changes ?? [])]
  const branch = deliver.branch === base ? base : branchOf(emergencyBranch, scope.filter(Boolean).join(' '))
  const request = {
    plan,
    checkout,
    observations: [],
    settings: { ...settings, deliver: { ...deliver, branch } },
  }
  const delivery = await deliverPlan(ports, request, target)
  if (deliver.mode === 'commit' && delivery?.branch !== undefined && delivery.branch !== base) {
    const what = emergency === undefined ? 'the emergency does not end' : 'the emergency is not on'
    ports.progress({ kind: 'warning', message: `${what} until ${delivery.branch} is merged into ${base}` })
  }
  return delivery
}

/** The workloads of changes, in words that are the same in every run: one by its name, several by their number and a fingerprint. */
function labelOf(changes: readonly ProposedChange[]): string {
  const names = changes.map(({ cluster = '', workload }) =>
    [cluster, workload.namespace, workloadLabel(workload)].filter(Boolean).join(' '),
  )
  const [first = '', ...more] = [...new Set(names)].sort()
  return more.length === 0
    ? first
    : `${more.length + 1} workloads ${fingerprint([first, ...more].join('\n'))}`
}

/** Open pull requests that would begin an emergency of these workloads alone, with the reason why they are closed. */
const unmerged = (
  pulls: readonly Pull[],
  isPart: NonNullable<UrgentRequest['isPart']>,
): ReadonlyMap<number, string> =>
  new Map(
    pulls.flatMap(({ number, state, body }) => {
      const block = state === 'open' ? readBlock(body) : undefined
      if (block?.until === undefined) return []
      const isOwn = block.items.every(({ key }) => {
        const address = parseChangeKey(key)
        return address !== undefined && isPart(address.cluster, address.workload)
      })
      return isOwn ? [[number, 'the emergency was ended'] as const] : []
    }),
  )
