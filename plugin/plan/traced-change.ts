import type { WantedChange } from '../edit/choose.ts'
import type { EarnedDelivery } from '../model/pacing.ts'
import type { Change } from '../model/recommendation.ts'

/** A requested change with the trace of its field. */
export interface TracedChange extends WantedChange {
  readonly change: Pick<Change, 'because' | 'together'> & {
    readonly cluster?: string
    readonly earned?: EarnedDelivery
  }
}
