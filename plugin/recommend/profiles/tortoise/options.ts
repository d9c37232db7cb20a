/** Least or most of a request, in millicores and bytes × 1000. */
export interface Amounts {
  readonly cpu: number
  readonly memory: number
}

/**
 * The options of Mercari's Tortoise that concern decisions; settings have them under their names there. CPU in millicores and memory in
 * thousandths of a byte, the integers that it reckons with.
 * Source: https://github.com/mercari/tortoise/blob/main/docs/configuration.md
 */
export interface TortoiseOptions {
  /** Hours that share replica bounds, and whether each weekday has its own. */
  readonly rangeHours: number
  readonly weekly: boolean
  readonly timeZone: string
  readonly maxReplicasFactor: number
  readonly minReplicasFactor: number
  readonly replicaReductionFactor: number
  readonly maximumTargetUtilization: number
  readonly minimumTargetUtilization: number
  readonly minimumMinReplicas: number
  readonly maximumMinReplicas: number
  readonly preferredMaxReplicas: number
  readonly maximumMaxReplicas: number
  readonly maximumRequest: Amounts
  readonly minimumRequest: Amounts
  /** Floors of containers by name; a resource that is not named falls back to the general floor. */
  readonly minimumRequestPerContainer: Readonly<Record<string, Partial<Amounts>>>
  readonly minimumCpuLimit: number
  readonly limitMultiplier: Partial<Amounts>
  readonly bufferRatio: number
  readonly maxScalingDownRatio: number
  readonly targetMaxIncrease: number
  readonly targetIntervalHours: number
  readonly externalMetricExclusion: string
  readonly growAtPreferredReplicas: boolean
  readonly goMemLimit: boolean
  /** Nothing is changed anywhere, or in some namespaces. */
  readonly disabled: boolean
  readonly excludedNamespaces: readonly string[]
  /** Repeats Tortoise's slips too: a shrink floor above the ceiling, and a slot's floor that jumps. Off: mended. */
  readonly asPublished: boolean
}

const mebi = 1024 ** 2 * 1000

/** Tortoise's own defaults. */
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
