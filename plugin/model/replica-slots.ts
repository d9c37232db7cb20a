import type { Workload } from './workload.ts'

/** Replica bounds for the hours `from` up to `to` (exclusive), in UTC without a time zone, of a weekday (0 is Sunday) or of every day. */
export interface ReplicaSlot {
  readonly weekday?: number
  readonly from: number
  readonly to: number
  readonly minimum: number
  readonly maximum: number
  readonly timeZone?: string
}

/** The replica slots of one workload behind an HPA. */
export interface WorkloadSlots {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
  readonly slots: readonly ReplicaSlot[]
}
