import { type PastChange, pastChanges } from '../deliver/git/read-commits.ts'
import { parseChangeKey } from '../deliver/record/trailers.ts'
import { isField } from '../model/field.ts'
import type { Plan } from '../model/plan.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { Progress } from '../model/progress.ts'
import { matchesRule } from '../model/rule-match.ts'
import type { Workload } from '../model/workload.ts'
import { workloadKey } from '../model/workload.ts'
import { beginOf } from '../recommend/emergency.ts'
import { findBaseBranch } from './base-branch.ts'
import { deliverPlan } from './deliver/deliver.ts'
import { openTarget } from './deliver/target.ts'
import { trackedPulls } from './deliver/tracked-pulls.ts'
import { eventsNow } from './events-now.ts'
import { hasHistoryGap } from './history-gap.ts'
import type { RunPorts } from './host.ts'
import { type ObserveUsage, observe } from './observe/observe.ts'
import type { ObservedUsage } from './observe/request.ts'
import { planRepository } from './plan-repository.ts'
import { recentCommits } from './recent-commits.ts'
import { requireDelivery } from './require-settings.ts'
import { retryWhenMoved } from './retry-when-moved.ts'
import type { RunReport, RunRequest } from './run.ts'

const dayMs = 86_400_000

/**
 * A run between the scheduled ones that looks after what was merged: it takes back what did harm, answers OOM kills, and ends
 * emergencies, for the workloads that commits changed lately. It proposes nothing else, and other pull requests stay as they are. It reads no usage
 * when no change is followed. Throws like `run`.
 */
export async function runUrgent(
  ports: RunPorts,
  request: RunRequest,
  observeUsage: ObserveUsage = observe,
): Promise<RunReport> {
  requireDelivery(request.settings)
  const followed = await followedWorkloads(ports, request)
  const events = eventsNow(request.settings.events, ports.now()).filter(({ isOn }) => isOn)
  if (followed.size === 0 && events.length === 0) {
    ports.progress({ kind: 'note', message: 'no change is followed, so nothing is read' })
    return { plan: { recommendations: [], skipped: [] }, observations: [] }
  }
  const observed = await usageOrNone(ports, request, observeUsage)
  const isSelected = (workload: Workload): boolean =>
    followed.has(workloadKey(workload)) ||
    events.some(({ match: { cluster: _, ...match } }) => matchesRule(match, { workload }))
  return retryWhenMoved(ports.progress, async (attempt) => {
    const target = await openTarget(ports, request, attempt)
    const inputs = { ...request, ...observed, isSelected, onlyUrgent: true }
    const planned = await planRepository(ports, inputs, target.base)
    const plan = observed.isUnknown ? withoutUsage(planned, ports.progress) : planned
    const delivery = await deliverPlan(ports, { ...request, ...observed, plan, isPartial: true }, target)
    const pulls = trackedPulls(target, delivery, ports.now())
    const { observations } = observed
    return { plan, ...(delivery && { delivery }), ...(pulls && { pulls }), observations }
  })
}

/** The usage; none, with a warning, where it cannot be read: emergencies end without it. */
async function usageOrNone(
  ports: RunPorts,
  { settings, usage }: RunRequest,
  observeUsage: ObserveUsage,
): Promise<ObservedUsage & { readonly isUnknown: boolean }> {
  try {
    return { ...(await observeUsage(ports, settings, usage)), isUnknown: false }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({
      kind: 'warning',
      message: `no usage is known, so only emergencies are ended: ${reason}`,
    })
    return { observations: [], readings: [], isUnknown: true }
  }
}

/** A plan of emergencies alone: that no usage is known was said, and of others nothing is said at all. */
function withoutUsage(plan: Plan, progress: Progress): Plan {
  const recommendations = plan.recommendations.filter(({ verdict }) => verdict === 'change')
  const { skipped: all } = plan
  if (recommendations.length === 0)
    progress({ kind: 'note', message: 'no emergency is over, so nothing is ended' })
  return { ...plan, recommendations, skipped: all.filter(({ field }) => field !== undefined) }
}

/** Whether a value is in an emergency, or not back from one. */
const isUnderWay = (key: string, edits: readonly PastChange[]): boolean => {
  const { field = '' } = parseChangeKey(key) ?? {}
  return isField(field) && beginOf(field, edits) !== undefined
}

/** The workloads, by `workloadKey`, with a change whose days are not over, or an emergency that is not back. */
async function followedWorkloads(
  { now: clock, progress }: Pick<RunPorts, 'now' | 'progress'>,
  { checkout, settings }: Pick<RunRequest, 'checkout' | 'settings'>,
): Promise<ReadonlySet<string>> {
  const { gitdir, name: ref } = await findBaseBranch(checkout, settings.deliver.base)
  const now = clock()
  const commits = await recentCommits({ gitdir, ref, now })
  hasHistoryGap(gitdir, commits, progress)
  // A day more, so that the run after the last one still says what became of a change.
  const oldest = now.getTime() - (settings.health.days + 1) * dayMs
  const keys = [...pastChanges(commits)].flatMap(([key, edits]) => {
    const [newest] = edits
    if (newest === undefined) return []
    return isUnderWay(key, edits) || Date.parse(newest.at) >= oldest ? [key] : []
  })
  return new Set(
    keys.flatMap((key) => {
      const { workload } = parseChangeKey(key) ?? {}
      return workload === undefined ? [] : [workloadKey(workload)]
    }),
  )
}
