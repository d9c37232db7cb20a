import type { Workload } from './workload.ts'

/** Replica bounds for some hours (`to` not included; UTC where no time zone is named) of a weekday (0 is Sunday), or of every day. */
export interface ReplicaSlot {
  readonly weekday?: number
  readonly from: number
  readonly to: number
  readonly minimum: number
  readonly maximum: number
  readonly timeZone?: string
}

/** The slots of one workload behind an HPA. */
export interface WorkloadSlots {
  readonly source: string
  readonly cluster?: string
  readonly workload: Workload
  readonly slots: readonly ReplicaSlot[]
}
