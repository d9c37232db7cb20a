import type { TortoiseOptions } from './profiles/tortoise/options.ts'

/** The numbers that steer `steady`. Defaults and meaning are in the settings schema. */
export interface RecommendOptions {
  /** Share of the time that a CPU request covers whatever it costs, in percent. */
  readonly cpuPercentile: number
  /** Minutes a day above the request that the next 100m must spare, for a container that uses 250m and is looked at weekly. */
  readonly cpuSpare: number
  /** Days until the next look. */
  readonly reviewDays: number
  /** Head-room over the memory peak, in percent. */
  readonly memoryMargin: number
  /** Smallest relative move worth a commit, in percent. */
  readonly minimumChange: number
  /** Smallest relative decrease worth a commit, in percent. */
  readonly minimumDecrease: number
  /** Largest decrease of memory in one proposal, in percent of the present value. */
  readonly maximumDecrease: number
  /** Largest decrease of CPU in one proposal, in percent of the present value. */
  readonly maximumCpuDecrease: number
  /** Days after a decrease in which no further one is made. */
  readonly restDays: number
  /** Days of history before anything is lowered. */
  readonly minimumDays: number
  /** Share of the window that must hold samples before anything is lowered, in percent. */
  readonly minimumCoverage: number
  /** Bounds of an HPA's utilisation target, in percent. */
  readonly targetUtilization: { readonly minimum: number; readonly maximum: number }
  /** Fewest pods that a minimum, and most that a maximum, is moved to. */
  readonly replicaBounds: { readonly minimum: number; readonly maximum: number }
  /** Whether replica bounds by hour are told, and for a week or a day. */
  readonly replicaSlots: 'weekly' | 'daily' | 'off'
  /** GOMEMLIMIT as a share of the memory limit, in percent. */
  readonly goMemoryShare: number
  /** What steers the profile `tortoise` in place of all these. */
  readonly tortoise?: TortoiseOptions
}
