import { fieldLabel } from '../../model/field.ts'
import type { FollowedChange } from '../../model/health.ts'
import type { Observation } from '../../model/observation.ts'
import { type Outcome, queuedIn } from '../../model/plan.ts'
import type { ProposedChange, ScopedProposal, TrackedPull } from '../../model/proposal.ts'
import { rounded } from '../../model/rounded.ts'
import { sum } from '../../model/sum.ts'
import { namespacedLabel } from '../../model/workload.ts'
import { monthlyCost, type Prices } from '../../report/cost.ts'
import type { Digest, DigestPull } from '../../report/digest/schema.ts'
import { observationOf } from '../../report/evidence.ts'
import { mergedCost } from '../../report/followed.ts'
import { backtestsOf } from '../../report/plan-backtest.ts'
import { totals } from '../../report/rows.ts'

/** The result of a run on one repository. */
export interface DigestPart {
  /** Left out where there is one repository alone. */
  readonly repository?: string
  readonly outcome: Outcome & { readonly observations: readonly Observation[] }
  /** For a month. */
  readonly prices: Prices
}

/** What a summary is about. */
export interface DigestInput {
  readonly parts: readonly DigestPart[]
  readonly failed: Digest['failed']
  readonly week: string
  readonly now: Date
}

/** Makes the summary of a week from the results of one run. */
export function makeDigest({ parts, failed, week, now }: DigestInput): Digest {
  const all = parts.flatMap((part) => pullsOf(part, now))
  const lately = all.filter(({ pull, shown }) => pull.state !== 'open' && shown.days < 7)
  const followed = parts.flatMap(({ outcome }) => outcome.plan.followed ?? [])
  const savings = parts.map((part) => savingOf(part, part.outcome.plan.proposal?.changes ?? []))
  return {
    kind: 'TortoiseDigest',
    version: 1,
    week,
    sentAt: now.toISOString(),
    waiting: all
      .filter(({ pull }) => pull.state === 'open')
      .map(({ pull, shown }) => ({ ...shown, isBlocked: pull.isBlocked }))
      .sort((one, other) => other.days - one.days),
    queued: sum(parts.map(({ outcome }) => queuedIn(outcome.delivery))),
    merged: lately.filter(({ pull }) => pull.state === 'merged').map(({ shown }) => shown),
    declined: lately
      .filter(({ pull }) => pull.state === 'closed' && !pull.byTortoise)
      .map(({ shown }) => shown),
    harmful: followed.filter(({ verdict }) => verdict === 'hurt' || verdict === 'taken-back').map(harmOf),
    held: followed.filter(({ verdict }) => verdict === 'held').length,
    followed: followed.filter(({ verdict }) => ['open', 'waiting', 'unclear'].includes(verdict)).length,
    proposed: {
      values: sum(parts.map(({ outcome }) => totals(outcome.plan).changes)),
      workloads: sum(parts.map(({ outcome }) => totals(outcome.plan).workloads)),
      savesPerMonth: cents(sum(savings)),
    },
    saved: savedBy(parts),
    currency: parts[0]?.outcome.plan.backtest?.currency ?? 'USD',
    failed,
  }
}

const dayMs = 86_400_000
/** Money to the cent; never the negative zero. */
const cents = (amount: number): number => rounded(amount, 2) || 0

interface ShownPull {
  readonly pull: TrackedPull
  readonly shown: DigestPull
}

function pullsOf(part: DigestPart, now: Date): readonly ShownPull[] {
  const { repository, outcome } = part
  const { plan, pulls = [] } = outcome
  const partOf = (scope: string): ScopedProposal | undefined => plan.parts?.find((one) => one.scope === scope)
  return pulls.map((pull) => {
    const { number, url, scope, createdAt, endedAt = createdAt, state } = pull
    const changes = state === 'open' ? partOf(scope)?.proposal.changes : undefined
    const days = Math.max(0, Math.floor((now.getTime() - Date.parse(endedAt)) / dayMs))
    return {
      pull,
      shown: {
        ...(repository === undefined ? {} : { repository }),
        number,
        url,
        scope: scope === '' ? 'all changes' : scope,
        days,
        ...(changes && {
          values: changes.length,
          savesPerMonth: cents(savingOf(part, changes)),
        }),
      },
    }
  })
}

/** What changes save a month: by the backtest, as the plan and the report say, and by their prices where it has none of them. */
function savingOf({ outcome, prices }: DigestPart, changes: readonly ProposedChange[]): number {
  const { plan, observations } = outcome
  const replayed = backtestsOf(plan.backtest, changes)
  if (replayed.length > 0)
    return sum(replayed.map(({ before, after }) => before.costPerMonth - after.costPerMonth))
  return -sum(changes.map((one) => monthlyCost(one, observationOf(observations, one), prices) ?? 0))
}

function harmOf(one: FollowedChange): Digest['harmful'][number] {
  const { cluster, workload, edit } = one
  return {
    ...(cluster === undefined ? {} : { cluster }),
    workload: namespacedLabel(workload),
    field: fieldLabel(one),
    from: edit.from,
    to: edit.to,
    at: edit.at,
  }
}

/** By the changes of each repository that are followed. */
function savedBy(parts: readonly DigestPart[]): Digest['saved'] {
  const costs = parts.map(({ outcome }) => mergedCost(outcome.plan.followed ?? []))
  return {
    perMonth: cents(-sum(costs.map(({ aMonth }) => aMonth))),
    soFar: cents(-sum(costs.map(({ soFar }) => soFar))),
  }
}
