import type { Advice } from '../../advice.ts'
import { advise, reason, unsure } from '../../advice.ts'
import { type Evidence, thinEvidence } from '../../evidence.ts'

/** What a move is measured against. */
export interface StepLimit {
  readonly from: number
  /** Moves smaller than this many units are not worth a commit. */
  readonly smallestMove: number
  /** Rounds a value to a tidy one. */
  readonly tidy: (value: number) => number
  /** Largest decrease in one step, in percent. */
  readonly largestDecrease: number
  /** The most that was wanted on the days before; a decrease goes no lower. Asked only for a decrease. */
  readonly wantedLately?: () => number
  /** An emergency: raise at once, however small. Asked only for a raise. */
  readonly urgent?: () => boolean
}

type Wanted = Extract<Advice, { kind: 'value' }>

/** Up at once, down slowly, and not at all for a trifle or on thin evidence. */
export function limitStep(
  wanted: Advice,
  { from, smallestMove, tidy, largestDecrease, wantedLately, urgent }: StepLimit,
  evidence: Evidence,
): Advice {
  if (wanted.kind === 'unsure') return wanted
  const { options } = evidence
  const { value, because } = wanted.value < from ? noLower(wanted, from, wantedLately?.()) : wanted
  if (value > from && urgent?.() === true) return wanted
  const move = Math.abs(value - from)
  const least =
    value > from ? options.minimumChange : Math.max(options.minimumChange, options.minimumDecrease)
  if (move < smallestMove || move < (from * least) / 100) {
    return advise(from, ...because, reason('pace.small', `within ${least} % of what is set`))
  }
  if (value > from) return wanted
  const thin = thinEvidence(evidence)
  if (thin !== undefined) return unsure(thin)
  const lowest = tidy(from * (1 - largestDecrease / 100))
  if (value >= lowest) return advise(value, ...because)
  const slow = reason('pace.down', `lowered by ${largestDecrease} % at most in one step`)
  return advise(Math.min(lowest, from), ...because, slow)
}

/** A decrease that was not wanted on every one of the last days is cut short. */
function noLower(
  { value, because }: Wanted,
  from: number,
  lately = value,
): Pick<Wanted, 'value' | 'because'> {
  if (lately <= value) return { value, because }
  const text = 'no lower than was wanted on each of the last days'
  return { value: Math.min(lately, from), because: [...because, reason('pace.days', text)] }
}
