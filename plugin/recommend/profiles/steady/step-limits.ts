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
  /** The highest value wanted on the last days; a decrease goes no lower. Called only for a decrease. */
  readonly wantedRecently?: () => number
  /** True when a raise must be made at once, however small. Called only for a raise. */
  readonly urgent?: () => boolean
}

type Wanted = Extract<Advice, { kind: 'value' }>

/**
 * Limits the step from the current value to the wanted one. Raises are made at once; decreases are bounded, and `unsure`
 * when the history is too short or has too many gaps. A change that is too small keeps the current value.
 */
export function limitStep(
  wanted: Advice,
  { from, smallestMove, round, largestDecrease, wantedRecently, urgent }: StepLimit,
  evidence: Evidence,
): Advice {
  if (wanted.kind === 'unsure') return wanted
  const { options } = evidence
  const { value, because } = wanted.value < from ? noLower(wanted, from, wantedRecently?.()) : wanted
  if (value > from && urgent?.() === true) return wanted
  const move = Math.abs(value - from)
  const least =
    value > from ? options.minimumChange : Math.max(options.minimumChange, options.minimumDecrease)
  if (move < smallestMove || move < (from * least) / 100) {
    const text = `The change is less than ${least} % of the current value, or too small for a commit.`
    return advise(from, ...because, reason('step.small', text))
  }
  if (value > from) return wanted
  const thin = thinEvidence(evidence)
  if (thin !== undefined) return unsure(thin)
  const lowest = round(from * (1 - largestDecrease / 100))
  if (value >= lowest) return advise(value, ...because)
  const bounded = reason('step.down', `One step lowers this value by at most ${largestDecrease} %.`)
  return advise(Math.min(lowest, from), ...because, bounded)
}

/** Limits a decrease to the highest value wanted on the last days. */
function noLower(
  { value, because }: Wanted,
  from: number,
  recently = value,
): Pick<Wanted, 'value' | 'because'> {
  if (recently <= value) return { value, because }
  const text = 'The value is not lowered below the highest one that was needed on the last days.'
  return { value: Math.min(recently, from), because: [...because, reason('step.days', text)] }
}
