import type { Observation } from '../model/observation.ts'
import type { RecommendOptions } from './recommend-options.ts'
/** What is known about a workload, and how much must be. */
export interface Evidence {
  readonly observation: Observation
  readonly options: RecommendOptions
}

/** What is missing before anything may be lowered; `undefined` when enough was seen. */
export function thinEvidence({ observation, options }: Evidence): string | undefined {
  const { days, coverage } = observation
  if (days < options.minimumDays) {
    return `lowering needs ${options.minimumDays} days of history; ${days.toFixed(1)} were seen`
  }
  if (coverage * 100 < options.minimumCoverage) {
    return `lowering needs samples for ${options.minimumCoverage} % of the window; ${(coverage * 100).toFixed(0)} % were seen`
  }
  return undefined
}
