import type { DeclaredAutoscaler } from '../model/declared.ts'
import type { Observation } from '../model/observation.ts'
import { countValues } from '../model/series.ts'

/** Share of the time at its maximum, 0 to 1, above which an HPA counts as capped. */
const cappedShare = 0.01

/** Number of pods in each slot (`NaN` without a sample); a single value when the number never changed. */
export const countsOf = ({ replicas }: Observation): Float64Array =>
  replicas === undefined
    ? new Float64Array()
    : replicas.series === undefined
      ? Float64Array.of(replicas.mean)
      : countValues(replicas.series)

/** Share of the time, 0 to 1, in which the HPA ran its maximum number of pods; 0 when its minimum and maximum are equal. */
function shareAtMaximum(scaler: DeclaredAutoscaler | undefined, observation: Observation): number {
  const { maxReplicas, minReplicas = 1 } = scaler ?? {}
  if (maxReplicas === undefined || minReplicas >= maxReplicas) return 0
  let [slots, capped] = [0, 0]
  for (const count of countsOf(observation)) {
    if (Number.isNaN(count)) continue
    slots += 1
    if (count >= maxReplicas) capped += 1
  }
  return slots === 0 ? 0 : capped / slots
}

/** True when the HPA was at its maximum for so long that the recorded usage is lower than the real demand. */
export const hitsMaximum = (scaler: DeclaredAutoscaler | undefined, observation: Observation): boolean =>
  shareAtMaximum(scaler, observation) > cappedShare

/** `The HPA is at its maximum of 10 pods for 12.5 % of the time`, without a full stop. */
export const atMaximumText = (scaler: DeclaredAutoscaler | undefined, observation: Observation): string =>
  `The HPA is at its maximum of ${scaler?.maxReplicas} pods for ${Math.round(shareAtMaximum(scaler, observation) * 1000) / 10} % of the time`
