import type { Settings } from '../../../config/schema.ts'
import type { Pull } from '../../deliver/forges/forge.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import { isField } from '../../model/field.ts'
import type { Plan } from '../../model/plan.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import type { PullOutcome, Skipped } from '../../model/proposal.ts'
import { fitBody, markdown } from '../../model/text/markdown.ts'
import { present } from '../../model/text/text.ts'
import { dashboard, dashboardMarker, dashboardTitle } from '../../report/dashboard.ts'
import { sentIn, withSent } from '../notify/sent-record.ts'
import type { ForgeState } from './forge-state.ts'
import { storedDecisions } from './read-dashboard.ts'

/** What the dashboard shows. */
export interface DashboardInput {
  readonly plan: Plan
  /** The pull requests of this run. */
  readonly pulls: readonly PullOutcome[]
  readonly now: Date
  readonly limits: Pick<Settings['deliver']['pullRequests'], 'maxOpen' | 'maxNewPerHour'>
}

/** Writes the dashboard issue if its text changed. A token that may not write issues causes a warning only. */
export async function updateDashboard(
  { plan, pulls, now, limits }: DashboardInput,
  { forge, pulls: known, dashboard: read }: Pick<ForgeState, 'forge' | 'pulls' | 'dashboard'>,
  progress: Progress,
): Promise<void> {
  const frame = { ...limits, hasBoxes: forge.namesEditors, keyOf }
  const stored = storedDecisions(read.decisions)
  const left = room - (stored?.length ?? 0)
  const text = fitBody(dashboard(plan, [...pulls, ...recentlyClosed(known, pulls, now)], frame), left)
  try {
    const found = await forge.findIssue(dashboardMarker)
    // Somebody checked a box during the run: the next one reads it.
    if (read.issue !== undefined && found?.body !== read.issue.body) return
    // Data comes first: a text that is too long is cut at its end.
    const kept = markdown.join(present([stored, text]), '\n\n')
    const body = withSent(kept, sentIn(found?.body))
    if (found?.body.trim() === body.toString().trim()) return
    await forge.writeIssue({ title: dashboardTitle, body }, found?.number)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    progress({ kind: 'warning', message: `the dashboard was not updated: ${reason}` })
  }
}

/** Characters of an issue with its data. Forges take 65,536. */
const room = 58_000

/** The key of a skipped value in decisions. */
function keyOf({ cluster, namespace, workload, field = '' }: Skipped): string | undefined {
  const [kind, name] = workload.split('/')
  const [last = '', ...before] = field.split(' ').reverse()
  if (kind === undefined || name === undefined || namespace === undefined || !isField(last)) return undefined
  const container = before.reverse().join(' ')
  return changeKey({
    ...(cluster === undefined ? {} : { cluster }),
    workload: { apiVersion: '', kind, namespace, name },
    ...(container === '' ? {} : { container }),
    field: last,
  })
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
