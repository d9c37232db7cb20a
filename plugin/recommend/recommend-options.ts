/**
 * The options of all profiles. Defaults are in the settings schema.
 * The first group holds for every profile; the next ones say whose they are.
 */
export interface RecommendOptions {
  /** Days after a decrease during which the value is not lowered again. All profiles. */
  readonly restDays: number
  /** Days during which a value that a person changed is kept. All profiles. */
  readonly holdDays: number
  /** True when memory in thousandths of a byte is corrected to the Mi that is meant. All profiles. */
  readonly correctMillibytes: boolean
  /** True when the largest node of the cluster bounds requests. All profiles. */
  readonly fitNodes: boolean
  /**
   * Replica bounds by hour in the report: for each weekday, the same for all days, or none. `keda`: for each weekday, and as cron
   * triggers of ScaledObjects. All profiles.
   */
  readonly replicaSlots: 'weekly' | 'daily' | 'keda' | 'off'
  /** How cron triggers are written. All profiles. */
  readonly cronTriggers: CronTriggerOptions
  /** Lowest minimum and highest maximum that are recommended for an HPA, and in its bounds by hour. All profiles but `tortoise`. */
  readonly replicaBounds: { readonly minimum: number; readonly maximum: number }

  /** `steady`: days of history needed before a value is lowered. */
  readonly minimumDays: number
  /** `steady`: share of the window that must hold samples before a value is lowered, in percent. */
  readonly minimumCoverage: number
  /** `steady`: share of the time that a CPU request always covers, in percent. */
  readonly cpuPercentile: number
  /** `steady`: how CPU is weighed against time above its request. */
  readonly preset: 'careful' | 'balanced' | 'frugal'
  /** `steady`: replaces the preset by a share of the time above the request, in percent, on average over many workloads. */
  readonly targetTimeAbove?: number
  /** `steady`: replaces the preset, together with `costOfShortage`: price of one requested core for an hour. */
  readonly pricePerCoreHour?: number
  /** `steady`: cost of an hour in which a container of 250m uses more than it requests, in the same currency. */
  readonly costOfShortage?: number
  /** `steady`: replaced by `preset`: 25 is `balanced`, and other values change its price in proportion. */
  readonly cpuSpare?: number
  /** `steady`: minutes a day above the request that a change of CPU must be worth; 36 when left out. */
  readonly rolloutCost?: number
  /** `steady`: days between two evaluations. */
  readonly reviewDays: number
  /** `steady`: headroom over the memory peak, in percent. */
  readonly memoryMargin: number
  /** `steady`: share of the pods of a DaemonSet that its requests cover, in percent. */
  readonly podPercentile: number
  /** `steady`: smallest change that is worth a commit, in percent of the current value. */
  readonly minimumChange: number
  /** `steady`: smallest decrease that is worth a commit, in percent of the current value. */
  readonly minimumDecrease: number
  /** `steady`: largest decrease of memory in one proposal, in percent of the current value. */
  readonly maximumDecrease: number
  /** `steady`: largest decrease of CPU in one proposal, in percent of the current value. */
  readonly maximumCpuDecrease: number
  /** `steady`: lowest and highest CPU utilisation target of an HPA, in percent. */
  readonly targetUtilization: { readonly minimum: number; readonly maximum: number }
  /** `steady`: how limits follow. */
  readonly limits: LimitOptions
  /** `steady`: GOMEMLIMIT as a share of the memory limit, in percent. */
  readonly goMemoryShare: number

  /** `tortoise`: its own options, which replace those of `steady`; the defaults of Mercari's Tortoise when left out. */
  readonly tortoise?: TortoiseOptions
}

/** How the cron triggers of ScaledObjects are written. */
export interface CronTriggerOptions {
  /** IANA time zone of the hours. */
  readonly timeZone: string
  /** Smallest part of the schedule that must differ before it is written again, in percent of its pod-hours. */
  readonly minimumChange: number
}

/** How limits follow their requests. A limit that equals its request always moves with it. */
export interface LimitOptions {
  /** `cover`: a limit stays while it covers the request and the peak. `ratio`: it keeps its ratio to the request. */
  readonly mode: 'cover' | 'ratio'
  /** Largest ratio of a limit to its request that is kept or used for a raise; a larger one is no intent. */
  readonly maximumRatio: number
  /** True when CPU limits may be lowered. */
  readonly lowerCpu: boolean
}

/** An amount of CPU in millicores and of memory in bytes × 1000. */
export interface ResourceAmounts {
  readonly cpu: number
  readonly memory: number
}

/**
 * The options of Mercari's Tortoise that affect decisions. Settings hold them under Tortoise's own names. CPU is in millicores
 * and memory in bytes × 1000, the integers that Tortoise computes with.
 * Source: https://github.com/mercari/tortoise/blob/main/docs/configuration.md
 */
export interface TortoiseOptions {
  /** Hours that share one pair of replica bounds. */
  readonly rangeHours: number
  /** True when each weekday has its own replica bounds. */
  readonly weekly: boolean
  /** IANA time zone of the hours. */
  readonly timeZone: string
  /** Recommended maximum and minimum of an HPA, as multiples of the pods that ran. */
  readonly maxReplicasFactor: number
  readonly minReplicasFactor: number
  /** What one step leaves of the minimum on the way out of an emergency, 0 to 1. */
  readonly replicaReductionFactor: number
  /** Bounds of an HPA's utilisation target, in percent. */
  readonly maximumTargetUtilization: number
  readonly minimumTargetUtilization: number
  /** Bounds of an HPA's minimum. */
  readonly minimumMinReplicas: number
  readonly maximumMinReplicas: number
  /** Number of pods from which on pods grow, and close to which they do not shrink. */
  readonly preferredMaxReplicas: number
  /** Highest maximum of an HPA. */
  readonly maximumMaxReplicas: number
  readonly maximumRequest: ResourceAmounts
  readonly minimumRequest: ResourceAmounts
  /** Smallest requests of containers by name; a resource without an entry uses `minimumRequest`. */
  readonly minimumRequestPerContainer: Readonly<Record<string, Partial<ResourceAmounts>>>
  /** Smallest CPU limit, in millicores. */
  readonly minimumCpuLimit: number
  /** Smallest limit as a multiple of the request. */
  readonly limitMultiplier: Partial<ResourceAmounts>
  /** Headroom over usage of a Vertical resource, 0 to 1. */
  readonly bufferRatio: number
  /** What one step down leaves of a request at least, 0 to 1. */
  readonly maxScalingDownRatio: number
  /** Percentage points that a target rises by in one step. */
  readonly targetMaxIncrease: number
  /** Hours between two changes of a target. */
  readonly targetIntervalHours: number
  /** Regular expression of external metrics that are removed from an HPA; empty for none. */
  readonly externalMetricExclusion: string
  /** Feature flag: pods grow at `preferredMaxReplicas`. */
  readonly growAtPreferredReplicas: boolean
  /** Feature flag: GOMEMLIMIT moves with the memory request. */
  readonly goMemLimit: boolean
  /** True when nothing is changed in any namespace. */
  readonly disabled: boolean
  /** Namespaces in which nothing is changed. */
  readonly excludedNamespaces: readonly string[]
  /** Repeats two bugs of Tortoise: a shrink step that ends above the ceiling, and a floor of slots that jumps. False: both are fixed. */
  readonly asPublished: boolean
}
