import type { Forge, Pull } from '../../deliver/forges/forge.ts'
import { commentOutcomes, type PullResult } from '../../deliver/pulls/comment-outcomes.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import { readBlock } from '../../deliver/record/hidden-block.ts'
import type { FollowedChange } from '../../model/health.ts'
import type { Plan } from '../../model/plan.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { outcomeOf, outcomeText } from '../../report/pull-request/outcome.ts'

interface OutcomeRequest {
  readonly plan: Plan
  readonly pulls: readonly Pull[]
  /** Whether values that did harm are taken back. */
  readonly takeBack: boolean
}

/**
 * Comments on each merged pull request once what became of its values, when their days are over. A refused request is a
 * warning: values matter more than words about them.
 */
export async function reportOutcomes(
  request: OutcomeRequest,
  forge: Forge,
  progress: Progress,
): Promise<void> {
  try {
    await commentOutcomes(resultsOf(request), forge)
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    progress({
      kind: 'warning',
      message: `what became of a merged pull request was not commented: ${reason}`,
    })
  }
}

/** What became of the values of the merged pull requests of which all are decided. */
function resultsOf({ plan, pulls, takeBack }: OutcomeRequest): readonly PullResult[] {
  const { followed = [], backtest } = plan
  if (followed.length === 0) return []
  // Of equal changes the newest counts, which is first.
  const byValue = new Map(
    [...followed].reverse().map((one) => [valueKey(changeKey(one), one.edit), one] as const),
  )
  return pulls.flatMap((pull): readonly PullResult[] => {
    const block = pull.state === 'merged' ? readBlock(pull.body) : undefined
    if (block === undefined || block.outcome !== undefined) return []
    const own = block.items.flatMap((item): readonly FollowedChange[] => {
      const found = byValue.get(valueKey(item.key, item))
      return found === undefined ? [] : [found]
    })
    const outcome = own.length < block.items.length ? undefined : outcomeOf(own)
    if (outcome === undefined) return []
    const how = { currency: backtest?.currency ?? '', isTakenBack: takeBack && outcome === 'hurt' }
    return [{ pull, outcome, text: outcomeText(outcome, own, how) }]
  })
}

const valueKey = (key: string, { from, to }: { readonly from: string; readonly to: string }): string =>
  [key, from, to].join('\0')
