import type { Observation } from '../model/observation.ts'
import type { Advice } from './advice.ts'
import { advise, reason, unsure } from './advice.ts'
import type { SteadyOptions } from './options.ts'

/** What a move is measured against. */
export interface Pace {
  readonly from: number
  /** Moves smaller than this many units are not worth a commit. */
  readonly smallestMove: number
  /** Rounds a value to a tidy one. */
  readonly tidy: (value: number) => number
  /** Largest decrease in one step, in percent. */
  readonly largestDecrease: number
  /** An emergency: raise at once, however small. */
  readonly urgent?: boolean
}

/** Up at once, down slowly, and not at all for a trifle or on thin evidence. */
export function pace(
  wanted: Advice,
  { from, smallestMove, tidy, largestDecrease, urgent }: Pace,
  evidence: Evidence,
): Advice {
  if (wanted.kind === 'unsure') return wanted
  const { value, because } = wanted
  const { options } = evidence
  if (value > from && urgent === true) return wanted
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
  if (value >= lowest) return wanted
  const slow = reason('pace.down', `lowered by ${largestDecrease} % at most in one step`)
  return advise(Math.min(lowest, from), ...because, slow)
}

/** What is known about a workload, and how much must be. */
export interface Evidence {
  readonly observation: Observation
  readonly options: SteadyOptions
}

/** What is missing before anything may be lowered; `undefined` when enough was seen. */
function thinEvidence({ observation, options }: Evidence): string | undefined {
  const { days, coverage } = observation
  if (days < options.minimumDays) {
    return `lowering needs ${options.minimumDays} days of history; ${days.toFixed(1)} were seen`
  }
  if (coverage * 100 < options.minimumCoverage) {
    return `lowering needs samples for ${options.minimumCoverage} % of the window; ${(coverage * 100).toFixed(0)} % were seen`
  }
  return undefined
}
