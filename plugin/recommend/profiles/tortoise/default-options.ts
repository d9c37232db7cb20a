import type { TortoiseOptions } from '../../recommend-options.ts'

/** One MiB in bytes × 1000. */
const mebi = 1024 ** 2 * 1000

/** The defaults of Mercari's Tortoise. */
export const tortoiseDefaults: TortoiseOptions = {
  rangeHours: 1,
  weekly: true,
  timeZone: 'Asia/Tokyo',
  maxReplicasFactor: 2,
  minReplicasFactor: 0.5,
  replicaReductionFactor: 0.95,
  maximumTargetUtilization: 90,
  minimumTargetUtilization: 65,
  minimumMinReplicas: 3,
  maximumMinReplicas: 10,
  preferredMaxReplicas: 30,
  maximumMaxReplicas: 100,
  maximumRequest: { cpu: 10_000, memory: 10 * 1024 * mebi },
  minimumRequest: { cpu: 50, memory: 50 * mebi },
  minimumRequestPerContainer: {},
  minimumCpuLimit: 0,
  limitMultiplier: {},
  bufferRatio: 0.1,
  maxScalingDownRatio: 0.8,
  targetMaxIncrease: 5,
  targetIntervalHours: 24,
  externalMetricExclusion: '',
  growAtPreferredReplicas: false,
  goMemLimit: false,
  disabled: false,
  excludedNamespaces: [],
  asPublished: false,
}
