import type { Observation } from '../model/observation.ts'
import type { Recommendation } from '../model/recommendation.ts'
import type { RecommendOptions } from './recommend-options.ts'

/** The usage data of a workload, and the options that say how much data a decision needs. */
export interface Evidence {
  readonly observation: Observation
  readonly options: RecommendOptions
  /** Whether anything of the cluster was recorded at a time (seconds since 1970). Left out: not known. */
  readonly wasRecorded?: ((time: number) => boolean) | undefined
}

const thinStart = 'Lowering a value needs '

/** Whether a value cannot be decided because the history is too short or has too many gaps to lower it. */
export const isThin = (one: Recommendation): boolean =>
  one.verdict === 'unsure' && one.missing.startsWith(thinStart)

/** Returns, as a sentence, why the history is too short or has too many gaps to lower a value; `undefined` when it is enough. */
export function thinEvidence({ observation, options }: Evidence): string | undefined {
  const { days, coverage } = observation
  if (days < options.minimumDays) {
    return `${thinStart}${options.minimumDays} days of history; this container has ${days.toFixed(1)}`
  }
  if (coverage * 100 < options.minimumCoverage) {
    return `${thinStart}samples for ${options.minimumCoverage} % of the time in which its pods ran; this container has them for ${(coverage * 100).toFixed(0)} %`
  }
  return undefined
}

/** Share of CFS periods, 0 to 1, above which a CPU limit throttles its container too often to be lowered. */
export const significantThrottling = 0.01
