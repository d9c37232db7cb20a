import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import type { Checkout } from '../../run/checkout.ts'

/** What to check. */
export interface Examination {
  readonly checkout: Checkout
  readonly settings: Settings
  /** The file of operator settings that was looked for. */
  readonly operatorFile: string | undefined
  /** Recorded usage that is read in place of the clusters. */
  readonly snapshot: readonly string[]
  readonly clusters: readonly ClusterSettings[]
  readonly to: Date
  /** Days of usage to read. */
  readonly days: number
}
