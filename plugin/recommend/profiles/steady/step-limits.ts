import type { Reason } from '../../../model/recommendation.ts'
import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { type Evidence, thinEvidence } from '../../evidence.ts'

/** The limits of one step from the current value. */
export interface StepLimit {
  /** Current value. */
  readonly from: number
  /** Smallest change that is worth a commit, in the field's unit. */
  readonly smallestMove: number
  /** Rounds a value as it is written to Git. */
  readonly round: (value: number) => number
  /** Largest decrease in one step, in percent of the current value. */
  readonly largestDecrease: number
  /** Why a decrease is bounded so. Default: the setting. */
  readonly bounded?: Reason
  /** Why a change to a value is not worth a rollout, as a sentence. It replaces the smallest change in percent. */
  readonly notWorth?: (to: number) => string | undefined
  /** True when a raise must be made at once, however small. Called only for a raise. */
  readonly urgent?: () => boolean
}

/**
 * Limits the step from the current value to the wanted one. Raises are made at once; decreases are bounded, and `unsure`
 * when the history is too short or has too many gaps. A change that is too small keeps the current value.
 */
export function limitStep(wanted: Advice, limit: StepLimit, evidence: Evidence): Advice {
  if (wanted.kind === 'unsure') return wanted
  const { from, round, largestDecrease, urgent } = limit
  const { value, because } = wanted
  if (value > from && urgent?.() === true) return wanted
  const small = tooSmall(value, limit, evidence)
  if (small !== undefined) return advise(from, ...because, small)
  if (value > from) return wanted
  const thin = thinEvidence(evidence)
  if (thin !== undefined) return unsure(thin)
  const lowest = round(from * (1 - largestDecrease / 100))
  if (value >= lowest) return advise(value, ...because)
  const bounded =
    limit.bounded ?? reason('step.down', `One step lowers this value by at most ${largestDecrease} %.`)
  return advise(Math.min(lowest, from), ...because, bounded)
}

/** Why a change is too small for a commit; `undefined` when it is not. */
function tooSmall(
  value: number,
  { from, smallestMove, notWorth }: StepLimit,
  { options }: Evidence,
): Reason | undefined {
  const move = Math.abs(value - from)
  if (notWorth !== undefined && move >= smallestMove) {
    const text = notWorth(value)
    return text === undefined ? undefined : reason('rollout.cost', text)
  }
  const least =
    value > from ? options.minimumChange : Math.max(options.minimumChange, options.minimumDecrease)
  if (move >= smallestMove && move >= (from * least) / 100) return undefined
  return reason(
    'step.small',
    `The change is less than ${least} % of the current value, or too small for a commit.`,
  )
}
