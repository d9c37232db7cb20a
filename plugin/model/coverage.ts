import type { Requested } from './observation.ts'
import type { Workload } from './workload.ts'

/** How much of a cluster the sources of a plan cover. */
export interface Coverage {
  readonly cluster: string
  /** Number of workloads with usage, and of those among them that a source declares. */
  readonly used: number
  readonly managed: number
  /** What managed workloads request, as a share of what all with usage request, 0 to 1. Absent where requests are not known. */
  readonly share?: Requested
  /** The workloads with usage that no source declares, the largest first. */
  readonly unmanaged: readonly UnmanagedWorkload[]
  /** Why sources may not match usage, and what to set, as sentences without a full stop. */
  readonly advice: readonly string[]
}

/** A workload with usage that no source declares. */
export interface UnmanagedWorkload {
  readonly workload: Workload
  /** What its pods request in all, where that is known. */
  readonly requested?: Requested
  /** Why no source declares it, and what would bring it in, as a sentence without a full stop. */
  readonly why: string
}
