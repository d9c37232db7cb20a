import type { DeclaredAutoscaler } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import { countValues } from '../model/series.ts'

/** Share of the time at the maximum from which on it counts as hit. */
const hit = 0.01

/** Pods by slot; one value where their number never moved. */
export const countsOf = ({ replicas }: Observation): Float64Array =>
  replicas === undefined
    ? new Float64Array()
    : replicas.series === undefined
      ? Float64Array.of(replicas.mean)
      : countValues(replicas.series)

/** Share of the time, 0 to 1, in which as many pods ran as the HPA allows; 0 for one whose bounds are alike. */
function shareAtMaximum(scaler: DeclaredAutoscaler | undefined, observation: Observation): number {
  const { maxReplicas, minReplicas = 1 } = scaler ?? {}
  if (maxReplicas === undefined || minReplicas >= maxReplicas) return 0
  let [seen, at] = [0, 0]
  for (const count of countsOf(observation)) {
    if (Number.isNaN(count)) continue
    seen += 1
    if (count >= maxReplicas) at += 1
  }
  return seen === 0 ? 0 : at / seen
}

/** True when an HPA was at its maximum for so long that what was seen is less than what was asked for. */
export const hitsMaximum = (scaler: DeclaredAutoscaler | undefined, observation: Observation): boolean =>
  shareAtMaximum(scaler, observation) > hit

/** `at the maximum of 10 pods for 12.5 % of the time`. */
export const atMaximumText = (scaler: DeclaredAutoscaler | undefined, observation: Observation): string =>
  `at the maximum of ${scaler?.maxReplicas} pods for ${Math.round(shareAtMaximum(scaler, observation) * 1000) / 10} % of the time`
