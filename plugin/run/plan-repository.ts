import fs from 'node:fs'
import type { Settings } from '../../config/schema.ts'
import { type HistoryCommit, lastChanges, readCommits } from '../deliver/git/read-commits.ts'
import { decisionsInCommits } from '../deliver/pulls/decisions.ts'
import { changeKey } from '../deliver/record/commit-message.ts'
import type { Plan } from '../model/plan.ts'
import type { RepositoryView } from '../model/source.ts'
import type { PlanRequest } from '../plan/plan.ts'
import { plan } from '../plan/plan.ts'
import type { RecommendSettings } from '../recommend/recommend.ts'
import type { Checkout } from './checkout.ts'
import { decideBy } from './deliver/decide.ts'
import { reviewByDelivery } from './deliver/delivery-rules.ts'
import type { RunPorts } from './host.ts'
import type { ObservedUsage } from './observe/request.ts'
import { openSources } from './open-sources.ts'

/** Whether a workload is part of a run. */
export type WorkloadFilter = NonNullable<PlanRequest['isSelected']>

/** The repository, the settings and the usage that a plan is computed from. */
export interface PlanInputs extends ObservedUsage {
  readonly checkout: Checkout
  readonly settings: Pick<
    Settings,
    'sources' | 'programs' | 'sandbox' | 'recommend' | 'rules' | 'prices' | 'edit' | 'deliver'
  >
  readonly isSelected?: WorkloadFilter
}

/** The files to plan on. */
export interface PlanBase {
  readonly view: RepositoryView
  /** The ref whose commits are read for earlier changes of Tortoise. */
  readonly ref: string
  /** Reviewers' decisions on the forge, and how changes are grouped into pull requests. Absent without a forge. */
  readonly forge?: Pick<PlanRequest, 'review' | 'scopeOf'>
}

const maxCommits = 500
const dayMs = 86_400_000

/** The commits in which earlier changes of Tortoise are looked up, newest first. */
async function recentCommits(
  { checkout: { gitdir }, settings: { deliver } }: Pick<PlanInputs, 'checkout' | 'settings'>,
  ref: string,
  now: Date,
): Promise<readonly HistoryCommit[]> {
  if (gitdir === undefined) return []
  const days = Math.max(90, deliver.pullRequests.rememberDays)
  const since = new Date(now.getTime() - days * dayMs)
  return readCommits({ fs, gitdir }, { ref, since, depth: maxCommits })
}

/** Returns the days from the last commit of Tortoise that changed a field to a time. */
function daysSinceChange(commits: readonly HistoryCommit[]): RecommendSettings['lastChange'] {
  const changes = lastChanges(commits)
  return (address, time) => {
    const changed = changes.get(changeKey(address))
    return changed === undefined ? undefined : (Date.parse(time) - Date.parse(changed)) / dayMs
  }
}

/**
 * Plans on the files of a view. Without a forge, earlier decisions are read from the commits of `ref`. Throws
 * `settings.missing` when the settings list no sources.
 */
export async function planRepository(
  ports: Pick<RunPorts, 'env' | 'progress' | 'now'>,
  { checkout, settings, observations, readings, isSelected }: PlanInputs,
  { view, ref, forge }: PlanBase,
): Promise<Plan> {
  const { profile, ...options } = settings.recommend
  const { rules, prices, edit, deliver } = settings
  const { sources, renderer, describeSandbox } = await openSources(ports, { checkout, settings }, view)
  const now = ports.now()
  const commits = await recentCommits({ checkout, settings }, ref, now)
  const decideByCommits = decideBy(decisionsInCommits(commits), { ...deliver.pullRequests, now })
  const request = {
    sources,
    observations,
    recommend: { profile, options, rules, lastChange: daysSinceChange(commits) },
    prices,
    allowShared: edit.allowShared,
    ...reviewByDelivery({ rules, mode: deliver.mode }, decideByCommits, forge),
    ...(isSelected && { isSelected }),
  }
  const planned = await plan(request, { view, renderer, progress: ports.progress })
  return { ...planned, usage: readings, sandbox: describeSandbox() }
}
