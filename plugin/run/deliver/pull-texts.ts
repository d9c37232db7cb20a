import type { Settings } from '../../../config/schema.ts'
import type { WantedPull } from '../../deliver/pulls/job.ts'
import { blockSize } from '../../deliver/record/hidden-block.ts'
import type { PlanBacktest } from '../../model/backtest.ts'
import { isTakenBack } from '../../model/health.ts'
import type { Observation } from '../../model/observation.ts'
import type { ScopedProposal } from '../../model/proposal.ts'
import { readValue } from '../../model/value.ts'
import type { Prices } from '../../report/cost.ts'
import { pullBody } from '../../report/pull-request/body.ts'
import { pullTitle } from '../../report/pull-request/head.ts'
import type { Environment } from '../host.ts'
import { isAutoMerged } from './delivery-rules.ts'

type PullSettings = Settings['deliver']['pullRequests']

/** What the texts of pull requests are made from. */
export interface TextSource extends Pick<Environment, 'env'> {
  readonly observations: readonly Observation[]
  readonly backtest: PlanBacktest | undefined
  readonly rules: Settings['rules']
  /** For a month. Left out where usage is not read: the number of pods is not known then. */
  readonly prices?: Prices | undefined
  readonly pullRequests: PullSettings
}

/** Characters of a body with its hidden block. Forges accept 65,536 at least. */
const bodyLimit = 55_000

/** Returns title, body and auto-merge of the pull request for one part of the plan. The body has no hidden block yet. */
export function pullTexts(part: ScopedProposal, source: TextSource): WantedPull {
  const { observations, backtest, rules, env, prices } = source
  const { autoMerge, reconsider } = source.pullRequests
  const room = bodyLimit - blockSize(part)
  return {
    ...part,
    isUrgent: part.proposal.changes.every(isTakenBack),
    title: pullTitle(part),
    body: pullBody(part, { observations, prices, backtest, reconsider, room, moreAt: workflowRunUrl(env) }),
    autoMerge: isAutoMerged(part, { rules, byDefault: autoMerge.enabled }) && isWithinLimits(part, autoMerge),
  }
}

/** The page of the GitHub Actions run, which holds the whole report; `undefined` outside GitHub Actions. */
function workflowRunUrl({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
  GITHUB_RUN_ID: id,
}: Environment['env']): string | undefined {
  return server && repository && id ? `${server}/${repository}/actions/runs/${id}` : undefined
}

/** Whether all changes are within the limits that `autoMerge` sets. */
function isWithinLimits(
  { proposal: { changes } }: ScopedProposal,
  { increasesOnly, below, clusters }: PullSettings['autoMerge'],
): boolean {
  return changes.every(({ cluster = '', field, from, to }) => {
    const [before, after] = [readValue(field, from), readValue(field, to)]
    if (clusters !== undefined && !clusters.includes(cluster)) return false
    if (increasesOnly && !(before !== undefined && after !== undefined && after >= before)) return false
    const percent =
      before === undefined || after === undefined || before === 0
        ? Number.POSITIVE_INFINITY
        : Math.abs(after / before - 1) * 100
    return below === undefined || percent < below
  })
}
