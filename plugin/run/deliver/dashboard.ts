import type { Forge, Pull } from '../../deliver/forges/forge.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import type { Plan } from '../../model/plan.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import type { PullOutcome } from '../../model/proposal.ts'
import { dashboard, dashboardMarker, dashboardTitle } from '../../report/dashboard.ts'
import { sentIn, withSent } from '../notify/sent-record.ts'

/** What the dashboard shows. */
export interface DashboardInput {
  readonly plan: Plan
  /** The pull requests of this run. */
  readonly pulls: readonly PullOutcome[]
  readonly now: Date
}

/** Writes the dashboard issue if its text changed. A token that may not write issues causes a warning only. */
export async function updateDashboard(
  { plan, pulls, now }: DashboardInput,
  { forge, pulls: known }: { readonly forge: Forge; readonly pulls: readonly Pull[] },
  progress: Progress,
): Promise<void> {
  const text = dashboard(plan, [...pulls, ...recentlyClosed(known, pulls, now)])
  try {
    const found = await forge.findIssue(dashboardMarker)
    const body = withSent(text, sentIn(found?.body))
    if (found?.body.trim() === body.toString().trim()) return
    await forge.writeIssue({ title: dashboardTitle, body }, found?.number)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    progress({ kind: 'warning', message: `the dashboard was not updated: ${reason}` })
  }
}

const weekMs = 7 * 86_400_000

/** Pull requests that earlier runs closed within the last week, so that the dashboard lists them in each run. */
const recentlyClosed = (
  known: readonly Pull[],
  pulls: readonly PullOutcome[],
  now: Date,
): readonly PullOutcome[] =>
  known.flatMap(({ number, url, branch, state, body, closedAt = '' }): readonly PullOutcome[] => {
    const block = state === 'closed' ? readBlock(body) : undefined
    const isRecent = Date.parse(closedAt) > now.getTime() - weekMs
    if (block?.closed === undefined || !isRecent || pulls.some((one) => one.number === number)) return []
    return [{ scope: block.scope, branch, number, url, action: 'closed', reason: block.closed }]
  })
