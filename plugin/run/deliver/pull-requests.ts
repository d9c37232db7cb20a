import type { Settings } from '../../../config/schema.ts'
import type { Forge, Pull } from '../../deliver/forges/forge.ts'
import { judgeChange } from '../../deliver/pulls/decisions.ts'
import type { PullOptions, PullTexts } from '../../deliver/pulls/job.ts'
import { keepPulls } from '../../deliver/pulls/keep-pulls.ts'
import { changeWords } from '../../deliver/record/commit-message.ts'
import { type HiddenBlock, readBlock, writeBlock } from '../../deliver/record/hidden-block.ts'
import type { Observation } from '../../model/observation.ts'
import type { Plan, SourceRecommendation } from '../../model/plan.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Delivery, PullOutcome, ScopedProposal } from '../../model/proposal.ts'
import { readValue } from '../../model/value.ts'
import { dashboard, dashboardMarker, dashboardTitle } from '../../report/dashboard.ts'
import { pullBody } from '../../report/pull-request/body.ts'
import { pullTitle } from '../../report/pull-request/head.ts'
import { rowOf } from '../../report/rows.ts'
import type { Host } from '../host.ts'
import { isAutoMerged } from './delivery-rules.ts'
import type { ForgeState } from './forge-state.ts'

const bodyLimit = 55_000

/** A plan to deliver as pull requests. */
export interface PullRequestRun {
  readonly plan: Plan
  readonly settings: Settings
  readonly observations: readonly Observation[]
  readonly base: string
  readonly baseId: string
}

/** Why one value of an open pull request is not wanted any more; `undefined` when this run cannot tell. */
function whyGone(
  { key, to }: HiddenBlock['items'][number],
  { plan }: PullRequestRun,
  { memory, rules }: ForgeState,
): string | undefined {
  const parted = plan.parts?.some(({ proposal }) => proposal.changes.some((one) => changeWords(one) === key))
  if (parted) return 'another pull request has its values now'
  const known = plan.recommendations.find((one) => changeWords(one) === key)
  if (known === undefined) {
    const sound = plan.skipped.every(({ workload }) => workload !== '')
    return sound && !namesWorkload(plan.recommendations, key)
      ? 'the workload or the field is gone'
      : undefined
  }
  if (known.verdict === 'unsure') return undefined
  if (known.verdict === 'keep') {
    return known.from === readValue(known.field, to)
      ? 'the values are there already'
      : 'the values are within tolerance'
  }
  const decided = judgeChange(memory, { key, from: known.from, to: known.to }, rules)
  return 'reason' in decided ? decided.reason : undefined
}

const namesWorkload = (recommendations: readonly SourceRecommendation[], key: string): boolean =>
  recommendations.some(
    (one) => one.verdict === 'unsure' && changeWords(one).split(' ')[0] === key.split(' ')[0],
  )

function textsOf(host: Host, run: PullRequestRun, desk: ForgeState): PullTexts {
  const { prices, autoMerge, reconsider } = run.settings.deliver.pullRequests
  const {
    observations,
    plan: { backtest },
  } = run
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = host.env
  const moreAt = server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined
  return {
    title: pullTitle,
    body: (part, block) => {
      const hidden = writeBlock(block)
      const room = bodyLimit - hidden.length - 2
      return `${pullBody(part, { observations, prices, backtest, reconsider, room, moreAt, commit: block.head })}\n\n${hidden}`
    },
    gone: ({ items }) => {
      const reasons = items.map((item) => whyGone(item, run, desk))
      const known = reasons.filter((reason) => reason !== undefined)
      return known.length < reasons.length ? undefined : [...new Set(known)].join('; ')
    },
    autoMerge: (part) => isAutoMerged(run.settings, part) && mayMerge(part, autoMerge),
  }
}

/** Whether a proposal is of a class that owners let merge by itself. */
function mayMerge(
  { proposal: { changes } }: ScopedProposal,
  { increasesOnly, below, clusters }: Settings['deliver']['pullRequests']['autoMerge'],
): boolean {
  return changes.every((change) => {
    const [from, to] = [change.from, change.to].map((text) => readValue(change.field, text))
    if (clusters !== undefined && !clusters.includes(change.cluster ?? '')) return false
    if (increasesOnly && !(from !== undefined && to !== undefined && to >= from)) return false
    const moved =
      from === undefined || to === undefined || from === 0
        ? Number.POSITIVE_INFINITY
        : Math.abs(to / from - 1) * 100
    return below === undefined || moved < below
  })
}

/** Writes the dashboard where it differs; a token without that permission is no reason to fail. */
async function keepDashboard(host: Host, forge: Forge, body: string): Promise<void> {
  try {
    const found = await forge.findIssue(dashboardMarker)
    if (found?.body.trim() === body.trim()) return
    await forge.writeIssue({ title: dashboardTitle, body }, found?.number)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    host.progress({ kind: 'warning', message: `no dashboard: ${error.message.split('\n')[0]}` })
  }
}

/** Delivers a plan as pull requests, one a scope, and keeps the dashboard. */
export async function deliverPulls(host: Host, run: PullRequestRun, desk: ForgeState): Promise<Delivery> {
  const { plan, settings, base, baseId } = run
  const { branch, pullRequests } = settings.deliver
  const { maxOpen, maxNewPerHour, labels, checks } = pullRequests
  const options: PullOptions = {
    base,
    baseId,
    prefix: branch,
    maxOpen,
    maxNewPerHour,
    labels,
    checks,
    now: host.now(),
  }
  host.progress({ kind: 'stage', stage: 'deliver', detail: branch })
  const pulls = await keepPulls(inOrder(plan.parts ?? []), textsOf(host, run, desk), { options, ports: desk })
  if (pullRequests.dashboard) {
    const listed = [...pulls, ...closedLately(desk.pulls, pulls, options.now)]
    await keepDashboard(host, desk.forge, dashboard(plan, listed))
  }
  return summary(pulls)
}

const week = 7 * 86_400_000

/** What earlier runs closed in the last week and this one did not touch: a dashboard says the same in every run. */
const closedLately = (
  known: readonly Pull[],
  pulls: readonly PullOutcome[],
  now: Date,
): readonly PullOutcome[] =>
  known.flatMap(({ number, url, branch, state, body, closedAt = '' }): readonly PullOutcome[] => {
    const block = state === 'closed' ? readBlock(body) : undefined
    const recent = Date.parse(closedAt) > now.getTime() - week
    if (block?.closed === undefined || !recent || pulls.some((one) => one.number === number)) return []
    return [{ scope: block.scope, branch, number, url, action: 'closed', reason: block.closed }]
  })

/** Where there is room for some only, those that raise a request come first. */
const inOrder = (parts: readonly ScopedProposal[]): readonly ScopedProposal[] =>
  [...parts].sort((a, b) => Number(raises(b)) - Number(raises(a)))

const raises = ({ proposal }: ScopedProposal): boolean =>
  proposal.changes.some((change) => rowOf(change).rises)

function summary(pulls: readonly PullOutcome[]): Delivery {
  const mode = 'pull-request'
  const first = pulls.find(({ commit }) => commit !== undefined)
  const created = pulls.some(({ action }) => ['opened', 'reopened', 'updated'].includes(action))
  if (first?.commit === undefined) return { mode, created, pulls }
  const { branch, commit, number, url, action } = first
  const pullRequest =
    number === undefined || url === undefined ? {} : { pullRequest: { number, url, action } }
  return { mode, created, branch, commit, ...pullRequest, pulls }
}
