import type { Pull } from '../../deliver/forges/forge.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import type { Delivery, PullOutcome, TrackedPull } from '../../model/proposal.ts'
import type { Target } from './target.ts'

/**
 * The pull requests of Tortoise after a run: those that the forge listed at its start, in the state that the run gave them, and those
 * that it opened. `undefined` where changes do not become pull requests.
 */
export function trackedPulls(
  { forgeState }: Pick<Target, 'forgeState'>,
  delivery: Delivery | undefined,
  now: Date,
): readonly TrackedPull[] | undefined {
  if (forgeState === undefined) return undefined
  const outcomes = delivery?.pulls ?? []
  const known = new Set(forgeState.pulls.map(({ number }) => number))
  return [
    ...forgeState.pulls.map((pull) =>
      tracked(
        pull,
        outcomes.find(({ number }) => number === pull.number),
        now,
      ),
    ),
    ...outcomes.flatMap((one) =>
      one.number === undefined || known.has(one.number) ? [] : [opened(one, one.number, now)],
    ),
  ]
}

function tracked(pull: Pull, outcome: PullOutcome | undefined, now: Date): TrackedPull {
  const { number, url, branch, createdAt, closedAt } = pull
  const block = readBlock(pull.body)
  const state = stateAfter(pull.state, outcome)
  const ended = state === 'open' ? undefined : (closedAt ?? now.toISOString())
  return {
    number,
    url,
    branch,
    scope: outcome?.scope ?? block?.scope ?? '',
    state,
    isBlocked: outcome?.action === 'blocked',
    createdAt,
    ...(ended === undefined ? {} : { endedAt: ended }),
    byTortoise: outcome?.action === 'closed' || block?.closed !== undefined,
  }
}

function stateAfter(state: Pull['state'], outcome: PullOutcome | undefined): TrackedPull['state'] {
  if (outcome?.merging === 'merged') return 'merged'
  if (outcome?.action === 'closed') return 'closed'
  return outcome?.action === 'reopened' ? 'open' : state
}

const opened = (
  { scope, branch, url = '', ...outcome }: PullOutcome,
  number: number,
  now: Date,
): TrackedPull => ({
  number,
  url,
  branch,
  scope,
  state: stateAfter('open', outcome as PullOutcome),
  isBlocked: false,
  createdAt: now.toISOString(),
  byTortoise: false,
})
