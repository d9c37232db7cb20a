/** The numbers that steer `steady`. Defaults and meaning are in the settings schema. */
export interface SteadyOptions {
  /** Percentile of CPU usage that the request covers, 0 to 100. */
  readonly cpuPercentile: number
  /** Head-room over that percentile, in percent. */
  readonly cpuMargin: number
  /** Head-room over the memory peak, in percent. */
  readonly memoryMargin: number
  /** Smallest relative move worth a commit, in percent. */
  readonly minimumChange: number
  /** Largest decrease in one proposal, in percent of the present value. */
  readonly maximumDecrease: number
  /** Days of history before anything is lowered. */
  readonly minimumDays: number
  /** Share of the window that must hold samples before anything is lowered, in percent. */
  readonly minimumCoverage: number
  /** Bounds of an HPA's utilisation target, in percent. */
  readonly targetUtilization: { readonly minimum: number; readonly maximum: number }
  /** GOMEMLIMIT as a share of the memory limit, in percent. */
  readonly goMemoryShare: number
}
